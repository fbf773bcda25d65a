"""One reading of an environment for `grayctl watch` and the console: status, traffic, alarms and plan."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gray.analysis.ramp_step import alarms_on
from gray.lanes.parameters import read_parameters
from grayctl.errors import GrayctlError
from grayctl.reading.plan import plan_json, read_plan
from grayctl.reading.status import Status, read_status
from grayctl.reading.traffic import WINDOW_SECONDS, LaneTraffic, read_traffic
from grayctl.stack.target import Target


@dataclass(frozen=True)
class Live:
    """What was read `at` this time (unix seconds). `troubles` lists what could not be read, and why.

    `alarms` are the names of alarms in ALARM; None if they could not be read.
    """

    at: int
    status: Status
    traffic: list[LaneTraffic]
    alarms: list[str] | None
    plan: dict[str, Any] | None
    troubles: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json and the console."""
        return {
            "at": self.at,
            "status": self.status.as_json(),
            "window_seconds": WINDOW_SECONDS,
            "traffic": [{**vars(lane), "error_rate": lane.error_rate} for lane in self.traffic],
            "alarms": self.alarms,
            "plan": self.plan,
            "troubles": self.troubles,
        }


def read_live(target: Target, debug_header: str | None) -> Live:
    """Read once. The release, the publication and the lanes must be readable; other failures are reported.

    Raises what `read_status` raises.
    """
    status = read_status(target, debug_header)
    troubles: list[str] = []
    traffic = _or_trouble(lambda: _traffic(target, status), "traffic", troubles)
    alarms = _or_trouble(lambda: sorted(alarms_on(target.clients.cloudwatch, target.environment)), "alarms", troubles)
    plan = None
    if status.has_plan:
        plan = _or_trouble(lambda: plan_json(read_plan(target)), "plan", troubles)
    return Live(int(time.time()), status, traffic or [], alarms, plan, troubles)


def _traffic(target: Target, status: Status) -> list[LaneTraffic]:
    registered = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    names = [lane.lane for lane in status.lanes]
    origins = {lane: registered[lane].origins if lane in registered else () for lane in names}
    return read_traffic(target.clients.cloudwatch, origins)


def _or_trouble[T](read: Callable[[], T], name: str, troubles: list[str]) -> T | None:
    try:
        return read()
    except (ClientError, BotoCoreError, GrayctlError, ValueError) as error:
        troubles.append(f"{name}: {error}")
        return None
