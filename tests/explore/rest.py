"""Nothing wedges: from any state, scheduled runs that nobody disturbs bring everything to rest, and keep it there."""

from collections.abc import Iterator
from itertools import pairwise

from tests.explore.calls import kind_of
from tests.explore.edge import answers_of_fresh
from tests.explore.laws import StoreWatch, Violation
from tests.support.control.steady_world import SteadyServices, SteadyWorld

from gray.edge.config import Fence, stamped
from gray.history.revision import KILLED, Head
from gray.lanes.lane_table import GONE, WITHDRAWN
from gray.publish.records.current import Published
from gray.publish.records.ledger import Ledger
from gray.publish.repair.drift import check_drift
from sync.runs import by_schedule

__all__ = ["at_rest", "unsettled"]

# Three runs of the schedule see a lane fail three times.
NEXT_RUNS, RUNS_OF_AN_HOUR, PERIOD, HOUR = 3, 2, 300, 3700


def at_rest(world: SteadyWorld, watch: StoreWatch, *, late: bool) -> Iterator[Violation]:
    """What is wrong while the schedule goes on alone. `late`: some of it may have to wait for the hourly check."""
    world, watch = world.fork(), watch.fork()
    direct = Fence.parse(world.store.items.get("fence")).direct
    if not direct and not _refused(world) and not unsettled(world):
        return  # nothing for the schedule to do
    for _ in range(NEXT_RUNS):
        yield from _scheduled(world, watch)
        world.time += PERIOD
    if not late and not direct:
        yield from (Violation("late", what) for what in unsettled(world))
    world.time += HOUR
    for _ in range(RUNS_OF_AN_HOUR):
        yield from _scheduled(world, watch)
        world.time += PERIOD
    yield from (Violation("rest", what) for what in unsettled(world))


def _scheduled(world: SteadyWorld, watch: StoreWatch) -> Iterator[Violation]:
    at = len(world.store.history) - 1
    try:
        by_schedule(SteadyServices(world))
    except Exception as error:  # noqa: BLE001 - an error is the finding
        yield Violation("runs", f"{type(error).__name__}: {error}"[:120])
    states = world.store.history[at:]
    history = world.control_plane().history.revisions.history(50)
    for before, after in pairwise(states):
        yield from watch.judge(before, after, history, "the schedule, alone,")


def _refused(world: SteadyWorld) -> bool:
    head, ledger = world.control_plane().history.revisions.head(), world.control_plane().records.ledger.read()
    published = Published.parse(ledger.published)
    if head is None or head.killed or ledger.refused != head.revision:
        return False
    return published is None or published.revision != head.revision


def unsettled(world: SteadyWorld) -> list[str]:
    """What is not as HEAD says; where HEAD is refused, as it was published before."""
    plane = world.control_plane()
    head, ledger = plane.history.revisions.head(), plane.records.ledger.read()
    if head is None:
        return []
    published = Published.parse(ledger.published)
    if _refused(world):
        if published is None:
            return []  # nothing was ever published, so there is nothing to keep
        head = Head(published.revision, published.epoch, published.state)
    return [*_places(world, head, ledger), *_lanes(world, head, published), *_lacking(world)]


def _places(world: SteadyWorld, head: Head, ledger: Ledger) -> Iterator[str]:
    want = (head.revision, head.epoch, head.state)
    there = stamped(world.store.items.get("config"))
    if not there or (there.revision, there.epoch, there.state) != want:
        killed = head.killed and there and there.state != KILLED
        yield "the store is not killed" if killed else "the store is not HEAD's"
    current = Published.parse(world.ssm.values.get("/gray/test/current", [""])[-1])
    if not current or (current.revision, current.epoch, current.state) != want:
        yield "the parameter is not HEAD's"
    if not ledger.complete:
        yield "the ledger is open"
    else:
        drifts = check_drift(world.control_plane(), every=0, repair=False)
        yield from dict.fromkeys(f"drift: {drift.where} {kind_of(drift.key)}" for drift in drifts)


def _lanes(world: SteadyWorld, head: Head, published: Published | None) -> Iterator[str]:
    plane = world.control_plane()
    lanes, registered = plane.lanes.table.all(), plane.parameters().registrations
    live = {name for name, lane in lanes.items() if lane.usable}
    for name in sorted(live & set(registered)):
        own = world.switched.get(name, True)
        if own == head.killed:
            yield f"{name}'s API calls {'its own function while killed' if own else 'stable, and nothing is killed'}"
    if published and not live.issuperset(published.lanes):
        yield "viewers are sent to a lane that is withdrawn or gone"
    for name, lane in lanes.items():
        if (lane.status == GONE) != (name not in registered):
            yield f"lane {name} is {lane.status}"
        if lane.status == WITHDRAWN and name not in world.unhealthy:
            yield f"lane {name} is withdrawn, and nothing is wrong with it"


def _lacking(world: SteadyWorld) -> Iterator[str]:
    doubts = {answer.reason for answer in answers_of_fresh(world.store.items).values() if answer.doubtful}
    yield from (f"locations lack something ({doubt})" for doubt in sorted(doubts & {"list-missing", "partial"}))
