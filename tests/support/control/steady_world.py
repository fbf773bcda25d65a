"""A World in which the same acts lead to the same state, byte for byte, and the services of its sync functions.

Nothing of the code under test is replaced: clocks, ids and clients are given to it, as in production.
"""

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.support.aws.config_table import TABLE
from tests.support.aws.memory_aws import MemoryS3
from tests.support.aws.strict_store import ARN, StrictStore
from tests.support.control.world import BUCKET, PREFIX, Hook, World

from gray.edge.config import CONFIG, Stamp, stamped
from gray.publish.control_plane import ControlPlane
from gray.publish.records.backup import KEY
from sync.services import Services
from sync.settings import Settings
from sync.telemetry import metrics

__all__ = ["NOBODY", "Acting", "Order", "SteadyServices", "SteadyWorld", "Whole", "order_of", "quiet"]

_SETTINGS = Settings(
    environment="test",
    region="eu-central-1",
    account="111122223333",
    table=TABLE,
    edge_config_bucket=BUCKET,
    site_bucket="site",
    store_arn=ARN,
    distribution="E1",
    edge_keys_secret="edge-keys",
    api_key_secret="api-key",
    origin_api_keys=("originkey",),
    stable_function="graylane-test-api-v1",
    trusted_hosts=(),
    alarm_topic="arn:aws:sns:eu-central-1:111122223333:graylane-test-alarms",
    prefix=PREFIX,
    rollback_alarms="graylane-test-withdraw-",
    drift_seconds=3600,
    origin_url="",
)
# Which publication a config is of: sequence, revision, epoch.
Order = tuple[int, int, int]


def order_of(stamp: Stamp) -> Order:
    return (stamp.sequence, stamp.revision, stamp.epoch)


@dataclass(frozen=True)
class Whole:
    """All keys of one publication, its config's secrets masked. `mark` tells two of them apart, quickly."""

    keys: dict[str, str]
    mark: int


class Acting(ABC):
    """A hook that makes the calls itself, with a clock (seconds ahead of the world's) and ids of its own."""

    clock: float

    @abstractmethod
    def new_id(self) -> str: ...

    @abstractmethod
    def client(self, service: str, real: Any) -> Any: ...

    @abstractmethod
    def __call__(self, moment: str, name: str) -> None: ...


class NumberedStore(StrictStore):
    """Its ETag follows from its history, so that equal states are equal."""

    def _new_etag(self) -> str:
        return f"KV{len(self.history):04d}"


class RememberingS3(MemoryS3):
    """Remembers every set that was ever put: each publication writes all its keys here before it writes the store."""

    def __init__(self) -> None:
        super().__init__()
        self.wholes: dict[Order, Whole] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **given: Any) -> dict[str, Any]:
        answer = super().put_object(Bucket=Bucket, Key=Key, Body=Body, **given)
        if Key == KEY:
            keys = {entry["key"]: entry["value"] for entry in json.loads(Body)["data"]}
            stamp = stamped(keys.get(CONFIG))
            if stamp:
                self.wholes[order_of(stamp)] = Whole(keys, hash(frozenset(keys.items())))
        return answer


@dataclass
class SteadyWorld(World):
    """One environment for the explorer. Waiting costs no time: time passes where a scenario says so."""

    s3: RememberingS3 = field(default_factory=RememberingS3)
    store: NumberedStore = field(default_factory=NumberedStore)
    made: Iterator[int] = field(default_factory=count)

    def client(self, service: str, real: Any, hook: Hook) -> Any:
        return hook.client(service, real) if isinstance(hook, Acting) else real

    def clock(self, hook: Hook) -> Callable[[], float]:
        ahead = hook.clock if isinstance(hook, Acting) else 0.0
        return lambda: self.time + ahead

    def ids(self, hook: Hook) -> Callable[[], str]:
        return hook.new_id if isinstance(hook, Acting) else lambda: f"before-{next(self.made)}"

    def sleep(self, seconds: float) -> None:
        return None

    def fork(self) -> "SteadyWorld":
        other = super().fork()
        other.s3.wholes = dict(self.s3.wholes)
        return other


def NOBODY(moment: str, call: str) -> None:
    """The hook of a run that nobody disturbs."""


class SteadyServices(Services):
    """The services of a SteadyWorld, for one actor or for nobody."""

    def __init__(self, world: SteadyWorld, hook: Hook = NOBODY) -> None:
        super().__init__(_SETTINGS)
        self._world, self._hook = world, hook

    def control_plane(self) -> ControlPlane:
        metrics.clear_metrics()  # a hundred values would be printed
        return self._world.control_plane(self._hook)

    def invalidate(self, caller_reference: str) -> str:
        return "I1"


@contextmanager
def quiet() -> Iterator[None]:
    """Without the log of thousands of runs."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        metrics.clear_metrics()
