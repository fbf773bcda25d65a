"""Which gray lanes viewers may be sent to: registered, adopted, and answering."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from gray.lanes.adoption import steps
from gray.lanes.lane_table import ADOPTED, GONE, REFUSED, WITHDRAWN, Lane
from gray.lanes.parameters import Parameters
from gray.lanes.registration import STABLE, LaneOrigin, Registration
from gray.publish.control_plane import LaneServices, Notices

__all__ = ["FoundLanes", "check_live", "readmit", "refresh", "switch_apis"]


@dataclass(frozen=True)
class FoundLanes:
    """The gray lanes as a run found them. `withdrawn` are those that this run took away from viewers."""

    registrations: Mapping[str, Registration]
    known: Mapping[str, Lane]
    withdrawn: tuple[str, ...] = ()

    @property
    def live(self) -> dict[str, tuple[LaneOrigin, ...]]:
        """The origins of those that may be published."""
        return {name: lane.origins for name, lane in self.known.items() if lane.usable}

    def why_not(self, name: str) -> str:
        """Why viewers cannot be sent to a lane."""
        lane = self.known.get(name)
        if lane is None or lane.status == GONE:
            return f"lane {name} is not registered: deploy its stack first"
        return f"lane {name} is {lane.status}: {lane.why}"


def refresh(services: LaneServices, notices: Notices, parameters: Parameters, now: float) -> FoundLanes:
    """Adopts newly registered lanes and releases those that are gone; calls AWS only when something changed."""
    known = services.table.all()
    for step in steps(parameters, known, services.keys):
        known[step.name] = services.adoption().take(step, _others(parameters, known, step.name), now=int(now))
        if known[step.name].status == REFUSED and (step.lane is None or step.lane.why != known[step.name].why):
            notices.warn(f"Lane {step.name} refused in {notices.environment}", known[step.name].why)
    return FoundLanes(parameters.registrations, known)


def _others(parameters: Parameters, known: Mapping[str, Lane], name: str) -> dict[str, tuple[LaneOrigin, ...]]:
    """The origins of stable, and of each other gray lane that has not ended."""
    held = {lane.lane: lane.origins for lane in known.values() if lane.status not in (REFUSED, GONE)}
    stable = parameters.registrations.get(STABLE)
    return {lane: origins for lane, origins in held.items() if lane != name} | (
        {STABLE: stable.origins} if stable else {}
    )


def check_live(services: LaneServices, notices: Notices, lanes: FoundLanes, published: Collection[str]) -> FoundLanes:
    """Checks each lane that viewers are sent to: three failures in a row, or a missing registration, withdraw it."""
    known = dict(lanes.known)
    withdrawn: list[str] = []
    for name in published:
        lane = known.get(name)
        if lane is None or lane.status not in (ADOPTED, WITHDRAWN):
            withdrawn.append(name)
            continue
        registration = lanes.registrations.get(name)
        if not lane.usable or registration is None:
            continue
        why = services.preflight(registration, False)
        after = lane.failed(why) if why else lane.passed()
        if after != lane:
            services.table.put(after)
            known[name] = after
        if after.status == WITHDRAWN:
            withdrawn.append(name)
    after_checks = FoundLanes(lanes.registrations, known, tuple(withdrawn))
    for name in withdrawn:
        notices.warn(f"Lane {name} withdrawn in {notices.environment}", after_checks.why_not(name))
    return after_checks


def readmit(
    services: LaneServices, lanes: FoundLanes, needed: Collection[str], wanted: Collection[str]
) -> tuple[FoundLanes, list[str]]:
    """Preflight for a revision that is not published yet: what is wrong with the lanes its rules lead to (`needed`).

    A lane that was withdrawn and passes takes viewers again. One that is only `wanted` (for signed links) is no reason
    to refuse.
    """
    problems: list[str] = []
    known = dict(lanes.known)
    for name in wanted:
        lane, registration = known.get(name), lanes.registrations.get(name)
        if lane is None or registration is None or lane.status not in (ADOPTED, WITHDRAWN):
            problems += [lanes.why_not(name)] if name in needed else []
            continue
        if name not in needed and lane.usable:
            continue
        why = services.preflight(registration, name in needed)
        if why:
            problems += [why] if name in needed else []
        elif lane.status == WITHDRAWN:
            known[name] = replace(lane, status=ADOPTED, failures=0, why="")
            services.table.put(known[name])
    return replace(lanes, known=known), problems


def switch_apis(services: LaneServices, lanes: FoundLanes, *, own: bool) -> None:
    """Makes every adopted gray API call its own function, or (the kill at the API) stable's."""
    for name, registration in lanes.registrations.items():
        lane = lanes.known.get(name)
        if lane and lane.status in (ADOPTED, WITHDRAWN) and lane.matches(registration):
            services.switch(registration, own)
