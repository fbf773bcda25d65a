"""Generated scenarios: every pair of actors, and chosen triples, in the worlds where they have something to do."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations

from tests.explore.actors import Part
from tests.explore.cast import (
    CLEANUP,
    DIRECT,
    FINISH,
    KILL,
    KILL_SYNC,
    LAPTOP_BEHIND,
    MANUAL,
    REBUILD,
    REBUILD_S3,
    REDEPLOY,
    RESUME,
    ROTATE,
    SCHEDULE,
    SICK,
    STREAM,
    UNDO,
    UNREGISTER,
    alarm,
    saves,
)
from tests.explore.execution import Scenario
from tests.explore.scenarios_of_kills import ALARM, CHANGED
from tests.support.control.bases import killed, list_of, plain, published, refused, tampered, with_parts
from tests.support.control.steady_world import SteadyWorld

__all__ = ["GROUPS"]

SAVE, SAVE_LIST = saves("save", plain(60)), saves("list", list_of("second"))
ALARMED = alarm("alarm", ALARM, CHANGED)
_EVERY = (
    STREAM,
    SCHEDULE,
    MANUAL,
    SAVE,
    KILL,
    DIRECT,
    UNDO,
    FINISH,
    REBUILD,
    REBUILD_S3,
    ROTATE,
    ALARMED,
    SICK,
    REDEPLOY,
    UNREGISTER,
)


@cache
def _moved() -> SteadyWorld:
    world = published(with_parts(20), with_parts(40))
    world.time += 700
    world.save(plain(50))
    return world


@cache
def _killed() -> SteadyWorld:
    return killed()


@cache
def _resumed() -> SteadyWorld:
    return killed(resumed_ago=60)


@cache
def _refused() -> SteadyWorld:
    return refused()


@cache
def _tampered() -> SteadyWorld:
    return tampered(published(plain(20), plain(40)))


@cache
def _list_unused() -> SteadyWorld:
    world = published(list_of("first"), list_of(None))
    world.time += 700
    return world


# A world, whether HEAD's event is still to come, and who has something to do there.
_WORLDS: dict[str, tuple[Callable[[], SteadyWorld], bool, tuple[Part, ...]]] = {
    "moved": (_moved, True, _EVERY),
    "killed": (_killed, False, (RESUME, STREAM, SCHEDULE, MANUAL, SAVE, DIRECT, UNDO, REBUILD, REBUILD_S3, REDEPLOY)),
    "resumed": (_resumed, False, (LAPTOP_BEHIND, DIRECT, KILL, KILL_SYNC, SCHEDULE, STREAM, SAVE, REBUILD_S3)),
    "refused": (_refused, False, (SCHEDULE, SAVE, KILL, DIRECT, MANUAL, REBUILD, REBUILD_S3, UNREGISTER, UNDO)),
    "tampered": (_tampered, False, (SCHEDULE, MANUAL, KILL, DIRECT, SAVE, REBUILD, REBUILD_S3, FINISH)),
    "unused": (_list_unused, False, (CLEANUP, UNDO, SAVE_LIST, SCHEDULE, KILL, REBUILD, REBUILD_S3)),
}
_TRIPLES = (
    ("moved", (STREAM, KILL, SCHEDULE)),
    ("moved", (STREAM, DIRECT, SCHEDULE)),
    ("moved", (REBUILD, KILL, SCHEDULE)),
    ("moved", (ROTATE, KILL, STREAM)),
    ("moved", (UNREGISTER, KILL, SCHEDULE)),
    ("killed", (RESUME, STREAM, DIRECT)),
    ("killed", (RESUME, REBUILD_S3, STREAM)),
    ("resumed", (LAPTOP_BEHIND, KILL, STREAM)),
    ("refused", (DIRECT, SCHEDULE, UNREGISTER)),
    ("refused", (KILL, SCHEDULE, SAVE)),
    ("tampered", (SCHEDULE, KILL, REBUILD_S3)),
    ("unused", (CLEANUP, UNDO, STREAM)),
)


def _scenario(world: str, parts: tuple[Part, ...]) -> Scenario:
    made, moved, _ = _WORLDS[world]
    names = "+".join(part.name for part in parts)
    # What rebuilds from S3 by a person's order, or kills directly, may leave HEAD behind until the hourly check.
    late = world == "tampered" or any(part in (DIRECT, LAPTOP_BEHIND, REBUILD_S3) for part in parts)
    return Scenario(f"{names}@{world}", f"{names}, in the world {world}.", made, parts, moved=moved, late=late)


def _groups() -> Iterator[Scenario]:
    for world, (_, _, parts) in _WORLDS.items():
        yield from (_scenario(world, pair) for pair in combinations(parts, 2))
    yield from (_scenario(world, parts) for world, parts in _TRIPLES)


GROUPS = {one.name: one for one in _groups()}
