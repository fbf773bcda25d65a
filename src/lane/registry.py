"""Which lanes exist and which services they have, from Parameter Store `<prefix>/lanes/<lane>`.

One call a page of ten parameters reads all of it, every CACHE_SECONDS or a little sooner. When Parameter Store does not
answer, what was read last still counts, and before the first reading everybody falls back to stable: no request fails
for it. The next attempt then comes sooner, and the metric RegistryFailed counts.

Parameter Store takes 40 calls of GetParameter, GetParameters and GetParametersByPath a second for a whole account and
region, or 100 of GetParametersByPath with its high-throughput setting (AWS General Reference, "Systems Manager
endpoints and quotas"). So environments must not ask at once, and a refused one must not wait for CACHE_SECONDS.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lane import observe
from lane.context import STABLE, is_lane
from lane.settings import SettingsError, settings

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CACHE_SECONDS = 10.0
"""How long a kill or a new registration may stay unseen by a warm function."""

RETRY_SECONDS = 1.0
"""Until the first attempt after a failure; each further one in a row waits twice as long, up to CACHE_SECONDS."""

SPREAD = 0.25
"""Share of each of these times by which it is shortened at random: environments that started at once drift apart."""

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
    """The lanes of an environment, cached.

    prefix: path of the parameters, `/gray/<environment>`. jitter: numbers from 0 to 1, at random if not given.
    """

    def __init__(
        self,
        client: "Callable[[], SSMClient]",
        prefix: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._jitter = jitter
        self._known = Known()
        self._until = float("-inf")
        self._failures = 0
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

        asked = self._clock()
        try:
            self._known = read(self._fetch(), self._prefix)
        except (BotoCoreError, ClientError):
            _log.exception("the lanes cannot be read from Parameter Store, so those known before go on to count")
            self._failures += 1
            _count_failed()
            # From now: a request must not wait for each attempt at a store that answers late.
            wait = min(CACHE_SECONDS, RETRY_SECONDS * 2 ** min(self._failures - 1, 10))
            self._until = self._clock() + self._shortened(wait)
        else:
            self._failures = 0
            self._until = asked + self._shortened(CACHE_SECONDS)

    def _shortened(self, seconds: float) -> float:
        if self._jitter is None:
            from random import random  # botocore has it already

            self._jitter = random
        return seconds * (1 - SPREAD * self._jitter())

    def _fetch(self) -> dict[str, str]:
        found: dict[str, str] = {}
        arguments: dict[str, Any] = {"Path": self._prefix, "Recursive": True}
        while True:
            page = self._client().get_parameters_by_path(**arguments)
            found |= {parameter["Name"]: parameter["Value"] for parameter in page["Parameters"]}
            if not page.get("NextToken"):
                return found
            arguments["NextToken"] = page["NextToken"]


def _count_failed() -> None:
    with suppress(SettingsError):  # a metric must not fail a call
        own = settings()
        observe.emit(own, own.lane, {"RegistryFailed": 1}, observe.PER_ENVIRONMENT)
