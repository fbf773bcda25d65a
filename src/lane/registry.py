"""Which lanes exist and which services they have, from Parameter Store `<prefix>/lanes/<lane>`.

One call reads all of it, at most every CACHE_SECONDS. When Parameter Store does not answer, what was read last still
counts, and before the first reading everybody falls back to stable: no request fails for it.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lane.context import STABLE, is_lane

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CACHE_SECONDS = 10.0
"""How long a kill or a new registration may stay unseen by a warm function."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What Parameter Store says: services by lane and name, tables of isolated lanes, state of the release."""

    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    state: str = ""

    def lane_for(self, service: str, lane: str) -> str:
        """The lane whose instance of the service takes work of this lane: its own if it has one, else stable."""
        return lane if service in self.services.get(lane, {}) else STABLE

    def function(self, service: str, lane: str) -> tuple[str, str] | None:
        """Function name and lane of the service for work of this lane; None when no lane registered it."""
        chosen = self.lane_for(service, lane)
        name = self.services.get(chosen, {}).get(service)
        return (name, chosen) if name else None


def read(parameters: Mapping[str, str], prefix: str) -> Known:
    """From parameters by name. A registration that cannot be read is left out, and logged."""
    services: dict[str, Mapping[str, str]] = {}
    tables: dict[str, str] = {}
    state = ""
    for name, text in parameters.items():
        try:
            value = json.loads(text)
            if name == f"{prefix}/current":
                state = str(value["state"])
            elif name.startswith(f"{prefix}/lanes/") and is_lane(lane := str(value["lane"])):
                services[lane] = {str(key): str(function) for key, function in value.get("services", {}).items()}
                if value.get("data") == "isolated" and value.get("table"):
                    tables[lane] = str(value["table"])
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("parameter %s cannot be read, so it does not count", name)
    return Known(services, tables, state)


class Registry:
    """The lanes of an environment, cached."""

    def __init__(
        self, client: "Callable[[], SSMClient]", prefix: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._known = Known()
        self._until = float("-inf")
        self._lock = threading.Lock()

    def known(self) -> Known:
        """What is registered now, at most CACHE_SECONDS old unless Parameter Store fails."""
        if self._clock() < self._until:
            return self._known
        with self._lock:
            if self._clock() >= self._until:
                self._refresh()
        return self._known

    def _refresh(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        # Also after a failure: a request must not wait for each attempt at a store that is down.
        self._until = self._clock() + CACHE_SECONDS
        try:
            self._known = read(self._fetch(), self._prefix)
        except (BotoCoreError, ClientError):
            _log.exception("the lanes cannot be read from Parameter Store, so those known before go on to count")

    def _fetch(self) -> dict[str, str]:
        found: dict[str, str] = {}
        arguments: dict[str, Any] = {"Path": self._prefix, "Recursive": True}
        while True:
            page = self._client().get_parameters_by_path(**arguments)
            found |= {parameter["Name"]: parameter["Value"] for parameter in page["Parameters"]}
            if not page.get("NextToken"):
                return found
            arguments["NextToken"] = page["NextToken"]
