"""Cleaning up, drift and rebuilding, while others are at work."""

from functools import cache

from tests.explore.cast import (
    CLEANUP,
    DIRECT,
    KILL,
    MANUAL,
    REBUILD,
    REBUILD_S3,
    RESUME,
    SCHEDULE,
    SCHEDULE_2,
    STREAM,
    UNDO,
    UNREGISTER,
)
from tests.explore.execution import Scenario
from tests.support.control.bases import (
    LARGE,
    SMALL,
    list_of,
    plain,
    published,
    refused,
    scheduled,
    tampered,
    with_parts,
)
from tests.support.control.steady_world import SteadyWorld

__all__ = ["SCENARIOS"]

# What went out of use is removed after ten minutes.
_LATER = 700


@cache
def _list_unused(shards: int, beside: bool) -> SteadyWorld:
    world = published(list_of("first", shards=shards, beside=beside), list_of(None, beside=beside))
    world.time += _LATER
    return world


@cache
def _old_parts() -> SteadyWorld:
    world = published(with_parts(20), with_parts(40))
    world.time += _LATER
    world.save(with_parts(60))
    return world


@cache
def _tampered(key: str = "config") -> SteadyWorld:
    return tampered(published(plain(20), plain(40)), key)


@cache
def _tampered_refused() -> SteadyWorld:
    world = refused()
    world.store.tamper({"config": world.store.items["config"] + " "})
    return world


@cache
def _emptied() -> SteadyWorld:
    world = published(plain(20))
    world.save(plain(40))
    world.store.tamper({"config": None})
    return world


@cache
def _two() -> SteadyWorld:
    return published(plain(20), plain(40))


@cache
def _older_set() -> SteadyWorld:
    """Somebody put the version before into S3 again, ten minutes after the present one was published."""
    world = published(with_parts(20))
    before = dict(world.s3.objects)
    world.save(with_parts(40))
    scheduled(world)
    world.time += _LATER
    world.s3.objects = {**world.s3.objects, **before}
    return world


@cache
def _restored_table() -> SteadyWorld:
    """The table was restored to what it was before the release that is published."""
    world = published(plain(20))
    table = dict(world.dynamodb.table)
    world.save(plain(40))
    scheduled(world)
    world.dynamodb.table = table
    return world


@cache
def _repeated_kill() -> SteadyWorld:
    world = published(plain(20))
    world.kill()
    return world


@cache
def _small_moved() -> SteadyWorld:
    world = published(plain(20))
    world.save(plain(40))
    return world


SCENARIOS = (
    Scenario(
        "cleanup-list",
        "The schedule removes an old list while an undo brings it back.",
        lambda: _list_unused(SMALL, beside=False),
        (CLEANUP, UNDO, STREAM),
    ),
    Scenario(
        "cleanup-list-of-many",
        "The same, in a store that is not read whole, for another list is long.",
        lambda: _list_unused(SMALL, beside=True),
        (CLEANUP, UNDO, STREAM),
    ),
    Scenario(
        "cleanup-long-list",
        "The same, where the removal takes several calls.",
        lambda: _list_unused(LARGE, beside=True),
        (CLEANUP, UNDO, STREAM),
    ),
    Scenario(
        "cleanup-parts",
        "Parts of earlier configs are removed while the next release is published.",
        _old_parts,
        (CLEANUP, STREAM, SCHEDULE),
        moved=True,
    ),
    Scenario(
        "drift",
        "A store that was changed by hand is repaired while a kill comes.",
        _tampered,
        (SCHEDULE, KILL, STREAM),
    ),
    Scenario(
        "drift-early",
        "The same, with a person's sync that may have taken its sequence before.",
        _tampered,
        (MANUAL, SCHEDULE, KILL, STREAM),
    ),
    Scenario(
        "drift-refused",
        "HEAD is refused, the store was changed by hand; what was published is restored while a kill comes.",
        _tampered_refused,
        (SCHEDULE, KILL, STREAM),
    ),
    Scenario(
        "drift-parameter",
        "The parameter was changed by hand; it is put back while a kill is published.",
        lambda: _tampered("current"),
        (SCHEDULE, KILL, STREAM),
    ),
    Scenario(
        "kill-twice",
        "A kill is published by the stream and by two schedules.",
        _repeated_kill,
        (STREAM, SCHEDULE, SCHEDULE_2),
        moved=True,
    ),
    Scenario(
        "lane-gone-open",
        "A run ends in the middle, and the lane's stack goes.",
        _small_moved,
        (STREAM, UNREGISTER, SCHEDULE),
        moved=True,
    ),
    Scenario(
        "rebuild",
        "An emptied store is rebuilt from the revisions while a kill comes.",
        _emptied,
        (REBUILD, KILL, STREAM),
        moved=True,
    ),
    Scenario(
        "rebuild-early",
        "The same, with a schedule that may have taken its sequence before.",
        _emptied,
        (REBUILD, SCHEDULE, KILL),
    ),
    Scenario(
        "rebuild-restored",
        "The table was restored to an earlier time; a rebuild, a kill and the stream.",
        _restored_table,
        (REBUILD, KILL, STREAM),
        late=True,
    ),
    Scenario(
        "rebuild-s3",
        "The store is rebuilt from S3 while a kill comes.",
        _two,
        (REBUILD_S3, KILL, STREAM),
    ),
    Scenario(
        "rebuild-s3-resume",
        "The store is rebuilt from S3 while a kill comes and is resumed.",
        _two,
        (REBUILD_S3, KILL, RESUME, STREAM),
    ),
    Scenario(
        "rebuild-s3-direct",
        "The store is rebuilt from S3 while it is killed directly.",
        _two,
        (REBUILD_S3, DIRECT),
        late=True,
    ),
    Scenario(
        "rebuild-s3-older",
        "The set before is put into S3 and rebuilt from, and the schedule cleans up.",
        _older_set,
        (REBUILD_S3, CLEANUP),
        late=True,
        orders=frozenset({"older"}),
    ),
)
