"""Saves, undos, lists, lanes and keys, and the runs that publish them."""

from functools import cache

from tests.explore.cast import (
    FINISH,
    MANUAL,
    REDEPLOY,
    REGISTER,
    RESUME,
    ROTATE,
    SCHEDULE,
    SCHEDULE_2,
    SICK,
    STREAM,
    STREAM_AGAIN,
    UNREGISTER,
    saves,
)
from tests.explore.execution import Scenario
from tests.support.control.bases import LARGE, SMALL, list_of, plain, published, with_parts
from tests.support.control.steady_world import SteadyWorld

__all__ = ["SCENARIOS"]


@cache
def _parts_moved() -> SteadyWorld:
    world = published(with_parts(20))
    world.save(with_parts(40))
    return world


@cache
def _small() -> SteadyWorld:
    return published(plain(20))


@cache
def _small_moved() -> SteadyWorld:
    world = published(plain(20))
    world.save(plain(40))
    return world


@cache
def _listed(shards: int, name: str = "first") -> SteadyWorld:
    return published(list_of(name, shards=shards))


@cache
def _unadopted() -> SteadyWorld:
    world = published(plain(20), lane=False)
    world.register()
    return world


@cache
def _lapsed() -> SteadyWorld:
    world = published(plain(20, lease_minutes=30))
    world.time += 3600
    return world


@cache
def _sick_refused() -> SteadyWorld:
    """The lane has failed twice, and HEAD is a release that is refused for that."""
    world = published(plain(40))
    world.unhealthy["v2"] = "status 500"
    world.save(plain(30))
    return world


SCENARIOS = (
    Scenario(
        "two-syncs",
        "A release with parts is published by its stream, the schedule and a person at once.",
        _parts_moved,
        (STREAM, SCHEDULE, MANUAL),
        moved=True,
    ),
    Scenario(
        "saves",
        "Two operators save while the stream and the schedule publish.",
        lambda: published(with_parts(20)),
        (saves("save", with_parts(40)), saves("save-2", with_parts(60)), STREAM, SCHEDULE),
    ),
    Scenario(
        "event-twice",
        "An event of the stream comes twice, late, beside another save.",
        _small_moved,
        (STREAM, STREAM_AGAIN, saves("save", plain(60))),
        moved=True,
    ),
    Scenario(
        "event-lost",
        "No event comes at all: two schedules and a person publish what two operators save.",
        _small,
        (saves("save", plain(40)), saves("save-2", plain(60)), SCHEDULE, SCHEDULE_2),
    ),
    Scenario(
        "finish",
        "A release is finished while another operator saves, with the stream and the schedule at work.",
        _small,
        (FINISH, saves("save", plain(40)), STREAM, SCHEDULE),
    ),
    Scenario(
        "rotation",
        "The edge's keys are rotated while a release with parts is published.",
        _parts_moved,
        (ROTATE, STREAM, SCHEDULE),
        moved=True,
    ),
    Scenario(
        "list",
        "A list changes twice in a small store.",
        lambda: _listed(SMALL),
        (saves("save", list_of("second")), saves("save-2", list_of("third")), STREAM, SCHEDULE),
    ),
    Scenario(
        "long-list",
        "A list of many shards changes, in several calls, in a store that is not read whole.",
        lambda: _listed(LARGE, "crowd"),
        (saves("save", list_of("other crowd", shards=LARGE)), STREAM, SCHEDULE),
    ),
    Scenario(
        "lane-gone",
        "The lane's stack goes while a release is published.",
        _small_moved,
        (UNREGISTER, STREAM, SCHEDULE, MANUAL),
        moved=True,
    ),
    Scenario(
        "lane-again",
        "The lane's stack is deployed anew, with another API, while two schedules and a person are at work.",
        _small,
        (REDEPLOY, SCHEDULE, SCHEDULE_2, MANUAL),
    ),
    Scenario(
        "lane-new",
        "A lane was registered, and goes again, while two schedules adopt it.",
        _unadopted,
        (UNREGISTER, SCHEDULE, SCHEDULE_2),
    ),
    Scenario(
        "lane-sick",
        "The lane fails its checks while a release is saved that still leads to it.",
        lambda: published(plain(40)),
        (SICK, saves("save", plain(30)), SCHEDULE, STREAM),
    ),
    Scenario(
        "lane-sick-refused",
        "HEAD is refused for its lane, which is about to be withdrawn.",
        _sick_refused,
        (SCHEDULE, STREAM, SCHEDULE_2),
        moved=True,
    ),
    Scenario(
        "lane-back",
        "A lane's stack goes and comes again while a release is saved.",
        _small,
        (UNREGISTER, REGISTER, saves("save", plain(40)), SCHEDULE),
    ),
    Scenario(
        "lapsed",
        "The lease is over; a person renews it while the schedule runs and a release is saved.",
        _lapsed,
        (MANUAL, SCHEDULE, saves("save", plain(40)), STREAM),
        edge=False,
        rests=False,
    ),
    Scenario(
        "finished-resumed",
        "A finish comes beside an operator who resumes, for whom nothing is killed.",
        _small,
        (FINISH, RESUME, STREAM, SCHEDULE),
    ),
)
