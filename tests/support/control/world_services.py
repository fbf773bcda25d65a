"""The sync functions' services in a world in memory, and what they are asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.control.world import World

from gray.publish.control_plane import ControlPlane
from gray.publish.store.store import Store
from sync.requests import Request
from sync.services import Services
from sync.settings import Settings
from sync.telemetry import metrics

EVENTS = Path(__file__).parents[3] / "events"
ENVIRONMENT = {
    "AWS_REGION": "eu-central-1",
    "GRAY_ENVIRONMENT": "test",
    "CONFIG_TABLE": "graylane-test-config",
    "EDGE_CONFIG_BUCKET": "edge-config",
    "SITE_BUCKET": "site",
    "KEY_VALUE_STORE_ARN": "arn:aws:cloudfront::111122223333:key-value-store/0b2bf3a1",
    "DISTRIBUTION_ID": "E1",
    "EDGE_KEYS_SECRET": "edge-keys",
    "API_KEY_SECRET": "api-key",
    "ORIGIN_API_KEYS": "originkey",
    "STABLE_FUNCTION": "graylane-test-api-v1",
    "ALARM_TOPIC": "arn:aws:sns:eu-central-1:111122223333:graylane-test-alarms",
    "PARAMETER_PREFIX": "/gray/test",
    "ROLLBACK_ALARM_PREFIX": "graylane-test-withdraw-",
}


class WorldServices(Services):
    """The services of a World instead of AWS's."""

    def __init__(self, world: World) -> None:
        super().__init__(Settings.read(ENVIRONMENT))
        self.world = world
        self.invalidations: list[str] = []
        self.broken = ""
        self.refuse: Callable[[str], None] = lambda call: None

    def control_plane(self) -> ControlPlane:
        def hook(moment: str, call: str) -> None:
            if moment == "before":
                self.refuse(call)
            if self.broken and call.startswith(self.broken):
                raise OSError(f"{call} does not answer")

        return self.world.control_plane(hook)

    def store(self) -> Store:
        return self.control_plane().edge.store()

    def invalidate(self, caller_reference: str) -> str:
        self.invalidations.append(caller_reference)
        return "I1"


def counted() -> dict[str, float]:
    """The metrics of the invocation so far."""
    return {name: sum(metric["Value"]) for name, metric in metrics.metric_set.items()}


def ask(action: Any, **more: Any) -> Request:
    return Request(action, "request1", "anna", "because", **more)


def alarm(name: str = "graylane-test-withdraw-errors-v2", state: str = "ALARM", at: str = "12:00") -> dict[str, Any]:
    message = {"AlarmName": name, "NewStateValue": state, "StateChangeTime": at, "NewStateReason": "too many errors"}
    return {"Records": [{"Sns": {"Message": json.dumps(message)}}]}
