"""A publication is stopped before and after every single AWS call, with other syncs run at that very point.

Or it is not stopped, and carries on with what it read before the others came.

Whatever happens: the edge, asked after every write at fresh, lagging and torn locations, answers from one whole
publication or stable; the store never goes back; the next run of the schedule completes what was left.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError
from tests.support.aws.memory_aws import client_error
from tests.support.aws.strict_store import Location
from tests.support.control.world import Moment, World, release
from tests.support.edge.api_function import VIEWERS, Answer, the_edge

from gray.dynamodb_values import Plain, to_item
from gray.edge.config import stamped
from gray.history.revision import Revision, item_of
from gray.publish.repair.drift import check_drift


class Stopped(BaseException):
    """The Lambda process is gone: no `except Exception` sees it."""


FAULTS: dict[str, Callable[[], BaseException | None]] = {
    "exception": lambda: client_error("dynamodb", "InternalServerError", 500),
    "throttle": lambda: client_error("dynamodb", "ThrottlingException", 400),
    "timeout": lambda: ReadTimeoutError(endpoint_url="https://aws"),
    "killed": Stopped,
    "carries-on": lambda: None,
}

BIG = [{"id": f"rule{n}", "lane": "v2", "when": {"path": f"/somewhere/quite/far/below/{n}/*"}} for n in range(16)]


@dataclass
class Scene:
    """A world with something published, and HEAD moved on: the publication under test is due."""

    world: World
    # what each revision answers to each viewer, published alone
    whole: dict[int, dict[str, Answer]] = field(default_factory=dict)
    # a lane was withdrawn: its viewers are at stable, in the revision that leads them to it
    stable_is_right: bool = False
    # answers of no whole publication, kept here: an exception would be taken for one of AWS
    wrong: list[str] = field(default_factory=list)

    def allows(self, viewer: str, answer: Answer) -> bool:
        if answer.doubtful or (answer.lane == "v1" and self.stable_is_right):
            return True
        if answer.revision not in self.whole:
            found = self.world.control_plane().history.revisions.get(answer.revision) if answer.revision else None
            self.whole[answer.revision] = published_alone(replace(found, id=""), self.world.time) if found else {}
        return self.whole[answer.revision].get(viewer) == answer


@cache
def published_alone(revision: Revision, time: float) -> dict[str, Answer]:
    """What the edge answers when nothing but this revision was ever published."""
    alone = World(time=time)
    alone.register()
    head = {"pk": "head", "sk": 0, "revision": revision.number, "epoch": revision.epoch, "state": revision.state}
    for item in (head, item_of(revision)):
        alone.dynamodb.put_item(TableName="", Item=to_item(cast(dict[str, Plain], item)))
    alone.publish(force=True)
    return {viewer: the_edge().ask(alone.store.fresh(), viewer, time) for viewer in VIEWERS}


def _ramp() -> World:
    world = _published(release(20))
    world.save(release(60))
    return world


def _parts() -> World:
    world = _published(release(20, rules=[*BIG, {"id": "ramp", "lane": "v2", "percent": 20}]))
    assert stamped(world.config).parts > 0  # type: ignore[union-attr]
    world.save(release(60, rules=[*BIG, {"id": "ramp", "lane": "v2", "percent": 60}]))
    return world


def _kill() -> World:
    world = _published(release(60))
    world.kill()
    return world


def _resume() -> World:
    world = _kill()
    world.scheduled()
    world.resume()
    return world


def _lease() -> World:
    world = _published(release(60))
    world.time += 13 * 3600
    return world


def _lane_gone() -> World:
    world = _published(release(60))
    world.unregister()
    return world


@cache
def _prepared(scene: str) -> World:
    return SCENES[scene]()


SCENES: dict[str, Callable[[], World]] = {
    "ramp": _ramp,
    "parts": _parts,
    "kill": _kill,
    "resume": _resume,
    "lease": _lease,
    "lane-gone": _lane_gone,
}


def _published(first: Any) -> World:
    world = World()
    world.register()
    world.save(first)
    world.scheduled()
    return world


def _points(scene: str) -> int:
    """How many AWS calls the publication of a scene makes."""
    calls: list[str] = []

    def note(moment: Moment, call: str) -> None:
        if moment == "before":
            calls.append(call)

    _prepared(scene).fork().scheduled(note)
    return len(calls)


def _nobody(world: World) -> None:
    return None


def _another_sync(world: World) -> None:
    world.scheduled()


def _an_operator_and_two_syncs(world: World) -> None:
    _change(world)
    world.scheduled()
    world.publish()


OTHERS: list[Callable[[World], None]] = [_nobody, _another_sync, _an_operator_and_two_syncs]


def _change(world: World) -> None:
    head = world.control_plane().history.revisions.head()
    if head and head.killed:
        world.resume()
    else:
        world.save(release(80))


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("fault", FAULTS)
def test_wherever_a_publication_is_stopped(scene: str, fault: str) -> None:
    for at in range(_points(scene)):
        for moment in ("before", "after"):
            for other in OTHERS[fault == "carries-on" : 2 if scene == "lane-gone" else 3]:
                stage = Scene(_prepared(scene).fork(), stable_is_right=scene == "lane-gone")
                dice = random.Random(f"{scene} {at} {moment} {other.__name__}")
                _stop(stage, at, moment, other, FAULTS[fault], dice)
                _completes(stage, f"{scene}: {fault} {moment} call {at}, {other.__name__}", dice)


def _stop(
    stage: Scene,
    at: int,
    when: str,
    other: Callable[[World], None],
    fault: Callable[[], BaseException | None],
    dice: random.Random,
) -> None:
    world = stage.world
    calls = 0

    def hook(moment: Moment, call: str) -> None:
        nonlocal calls
        if moment == "after" and call == "store.update_keys":
            _look(stage, dice)
        number = calls
        if moment == "after":
            calls += 1
        if (number, moment) == (at, when):
            other(world)
            _look(stage, dice)
            if error := fault():
                raise error

    with suppress(Stopped, Exception):  # the invocation has failed, whatever the way
        world.scheduled(hook)
    _look(stage, dice)


def _look(stage: Scene, dice: random.Random) -> None:
    """Asks the edge at several locations; every answer is one whole publication's, or stable in doubt."""
    world = stage.world
    locations: list[Location] = [world.store.fresh(), world.store.lagging(1), world.store.lagging(2)]
    locations += [world.store.torn(dice) for _ in range(3)]
    for location in locations:
        for viewer in VIEWERS:
            answer = the_edge().ask(location, viewer, world.time)
            if not stage.allows(viewer, answer):
                stage.wrong.append(f"{viewer} gets {answer}")


def _completes(stage: Scene, what: str, dice: random.Random) -> None:
    """The next run of the schedule leaves everything as HEAD wants it, and nothing ever went back."""
    world = stage.world
    world.scheduled()
    _look(stage, dice)
    assert stage.wrong == [], what
    head = world.control_plane().history.revisions.head()
    there = stamped(world.store.items.get("config"))
    assert head
    assert there, what
    assert (there.revision, there.epoch, there.state) == (head.revision, head.epoch, head.state), what
    assert (world.current.revision, world.current.state) == (head.revision, head.state), what
    assert world.control_plane().records.ledger.read().complete, what
    assert check_drift(world.control_plane(), every=0, repair=False) == [], what
    assert any(detail["revision"] == head.revision for detail in world.announced), what
    stamps = [stamped(state.get("config")) for state in world.store.history]
    order = [(stamp.revision, stamp.sequence) for stamp in stamps if stamp]
    assert order == sorted(order), what
    fences = [int(state["fence"]) for state in world.store.history if "fence" in state]
    assert fences == sorted(fences), what
