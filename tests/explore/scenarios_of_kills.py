"""Kills: by the command, directly, by alarms; and what comes after them."""

from functools import cache

from tests.explore.actors import Actor, Part
from tests.explore.cast import (
    DIRECT,
    DIRECT_TOLD,
    KILL,
    KILL_SYNC,
    LAPTOP_BEHIND,
    MANUAL,
    MINUTES,
    REDEPLOY,
    RESUME,
    RESUME_BEHIND,
    SCHEDULE,
    STREAM,
    UNDO,
    alarm,
    saves,
)
from tests.explore.execution import Execution, Scenario
from tests.support.control.bases import killed, list_of, plain, published, refused, with_parts
from tests.support.control.steady_world import SteadyWorld

__all__ = ["SCENARIOS"]

ALARM, OTHER = "graylane-test-withdraw-errors", "graylane-test-withdraw-latency"
# Half a minute after every world begins, so after HEAD's epoch began.
CHANGED = "2027-01-15T08:00:30.000+0000"
_ALARMS = (alarm("alarm", ALARM, CHANGED), alarm("alarm-again", ALARM, CHANGED), alarm("other", OTHER, CHANGED))


def _resume_late(execution: Execution, actor: Actor) -> None:
    """Somebody looks at what the alarms said, and resumes two minutes later."""
    execution.world.time += 2 * MINUTES
    RESUME.run(execution, actor)


RESUME_LATE = Part("resume", _resume_late, RESUME.ready)


@cache
def _plain() -> SteadyWorld:
    return published(plain(20))


@cache
def _plain_moved() -> SteadyWorld:
    world = published(plain(20))
    world.save(plain(40))
    return world


@cache
def _parts_moved() -> SteadyWorld:
    world = published(with_parts(20))
    world.save(with_parts(40))
    return world


@cache
def _list_moved() -> SteadyWorld:
    world = published(list_of("first"))
    world.save(list_of("second"))
    return world


@cache
def _resumed() -> SteadyWorld:
    """A minute ago, the release was resumed after a kill; HEAD has moved since."""
    world = killed(resumed_ago=60)
    world.save(plain(40))
    return world


SCENARIOS = (
    Scenario(
        "kill",
        "A kill while a release with parts is being published.",
        _parts_moved,
        (STREAM, KILL, KILL_SYNC, SCHEDULE),
        moved=True,
    ),
    Scenario(
        "overtaken",
        "A person's sync and the stream publish a save while a kill comes: who has the higher sequence may know less.",
        _plain_moved,
        (MANUAL, STREAM, KILL),
        moved=True,
    ),
    Scenario(
        "kill-save",
        "A kill and a save, with the stream and a person's sync.",
        _plain,
        (saves("save", plain(40)), STREAM, KILL, MANUAL),
    ),
    Scenario(
        "kill-undo",
        "A kill and an undo, each by its operator.",
        lambda: published(plain(20), plain(40)),
        (UNDO, KILL, STREAM, MANUAL),
    ),
    Scenario(
        "kill-list",
        "A list is half-way to the edge; a kill, and a resume.",
        _list_moved,
        (STREAM, KILL, RESUME),
        moved=True,
    ),
    Scenario(
        "kill-redeploy",
        "A kill while the lane's stack is deployed with another API.",
        _plain,
        (KILL, KILL_SYNC, REDEPLOY, STREAM, SCHEDULE),
    ),
    Scenario(
        "resume",
        "A kill whose sync is slow, and a resume.",
        _plain,
        (KILL, KILL_SYNC, RESUME, STREAM),
    ),
    Scenario(
        "resume-published",
        "A kill has been published; it is resumed, with the stream and the schedule at work.",
        killed,
        (RESUME, STREAM, SCHEDULE),
    ),
    Scenario(
        "direct",
        "A direct kill while a release with parts is being published.",
        _parts_moved,
        (STREAM, DIRECT, SCHEDULE),
        moved=True,
    ),
    Scenario(
        "direct-kill",
        "A direct kill and one by HEAD, and a resume.",
        _plain_moved,
        (STREAM, DIRECT, KILL, RESUME),
        moved=True,
    ),
    Scenario(
        "direct-told",
        "A direct kill of which HEAD is told, and a resume.",
        _plain,
        (DIRECT_TOLD, RESUME, STREAM, SCHEDULE),
    ),
    Scenario(
        "direct-resume-behind",
        "The same, where the clock of who resumes is five minutes behind.",
        _plain,
        (DIRECT_TOLD, RESUME_BEHIND, STREAM, SCHEDULE),
    ),
    Scenario(
        "direct-refused",
        "HEAD is refused, and the store is killed directly.",
        refused,
        (DIRECT, SCHEDULE),
    ),
    Scenario(
        "direct-behind",
        "A minute after a resume the store is killed directly, at a laptop whose clock is five minutes behind.",
        _resumed,
        (LAPTOP_BEHIND, STREAM, SCHEDULE),
        moved=True,
    ),
    Scenario(
        "alarm-twice",
        "One alarm is told twice, and somebody resumes in between.",
        _plain,
        (*_ALARMS[:2], RESUME_LATE),
    ),
    Scenario(
        "alarms",
        "One alarm is told twice, and a second one.",
        _plain,
        (*_ALARMS, STREAM),
    ),
    Scenario(
        "alarms-resume",
        "One alarm is told twice, and a second one; somebody resumes.",
        _plain,
        (*_ALARMS, RESUME_LATE),
    ),
)
