"""Whatever somebody has made of HEAD: it can be read, killed, resumed and written anew, and it stops no sync."""

import unicodedata
from typing import Any

import pytest
from tests.support.control.broken_heads import BROKEN, NO_HEAD
from tests.support.control.world import World, release
from tests.support.control.world_services import WorldServices
from tests.unit.control.test_kill_ways import WAYS

from gray.history.revision import KILLED, Conflict
from sync.requests import Request, requests_of
from sync.runs import by_hand, by_schedule


@pytest.fixture
def services() -> WorldServices:
    """Three revisions, in the third epoch; the last is published."""
    world = World()
    world.register()
    for percent in (50, 30, 20):
        world.save(release(percent))
    world.scheduled()
    return WorldServices(world)


@pytest.mark.parametrize("broken", BROKEN)
def test_head_is_sound_after_a_kill(services: WorldServices, broken: str) -> None:
    BROKEN[broken](services.world.dynamodb)

    services.world.kill()

    item = services.world.dynamodb.table["head", 0]
    assert item["state"] == {"S": KILLED}
    assert 3 < int(item["revision"]["N"]) < 2**53
    assert 3 < int(item["epoch"]["N"]) < 2**53
    assert ("revision", int(item["revision"]["N"])) in services.world.dynamodb.table
    head = services.world.control_plane().history.revisions.head()
    assert head is not None
    assert head.broken == ()


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("way", WAYS)
def test_the_edge_is_killed(services: WorldServices, way: str, broken: str) -> None:
    BROKEN[broken](services.world.dynamodb)

    WAYS[way](services)

    assert services.world.store.items["config"].startswith("2k|")


@pytest.mark.parametrize("broken", BROKEN)
def test_a_release_is_saved_and_resumed_over_it(services: WorldServices, broken: str) -> None:
    world = services.world
    BROKEN[broken](world.dynamodb)

    world.save(release(10))
    world.kill()
    world.resume()
    world.publish(force=True)

    assert world.current.state == "active"
    assert world.current.epoch > 3


@pytest.mark.parametrize("broken", NO_HEAD)
def test_sync_goes_on_by_the_newest_revision(services: WorldServices, broken: str) -> None:
    world = services.world
    world.save(release(25))
    NO_HEAD[broken](world.dynamodb)

    by_schedule(services)

    assert world.current.revision == 4


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_published_stays_until_somebody_decides(services: WorldServices, broken: str) -> None:
    before = services.world.store.items["config"].split("\n")[1:]
    BROKEN[broken](services.world.dynamodb)

    by_schedule(services)

    assert services.world.store.items["config"].split("\n")[1:] == before


def test_a_head_that_was_mended_meanwhile_is_not_written_over(services: WorldServices) -> None:
    world = services.world
    NO_HEAD["no epoch"](world.dynamodb)
    read = world.control_plane().history.revisions.head()
    world.kill()

    with pytest.raises(Conflict):
        world.control_plane().history.revisions.save(release(10), author="a", reason="r", via="cli", base=read)


def test_a_head_written_for_the_first_time_is_not_written_over() -> None:
    world = World()
    world.save(release(10))

    with pytest.raises(Conflict):
        world.control_plane().history.revisions.save(release(20), author="a", reason="r", via="cli", base=None)


def test_another_ones_head_is_no_broken_one(services: WorldServices) -> None:
    """A kill between our reading and our writing takes the number that we want: that is a conflict, and no more."""
    world = services.world
    read = world.control_plane().history.revisions.head()
    world.kill()

    with pytest.raises(Conflict) as told:
        world.control_plane().history.revisions.save(release(10), author="a", reason="r", via="cli", base=read)

    assert told.value.theirs is not None
    assert told.value.theirs.state == KILLED


TEXTS: list[Any] = [
    "\udcff\udcfe not UTF-8",
    "nul \x00 and \x1b[31m control \r\n characters",
    "\ud800 half a character",
    "w" * 1_000_000,
    "\U0001f4a5" * 500_000,
    17,
    1e400,
    True,
    ["a", {"b": None}],
    {"a": "\udcff"},
    "",
    None,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:24])
def test_no_author_and_no_reason_stops_a_kill(services: WorldServices, text: Any) -> None:
    world = services.world
    event = {"action": "kill", "id": text, "author": text, "reason": text, "invalidate": False}

    (request,) = requests_of(event, "request1", services)
    assert isinstance(request, Request)

    by_hand(services, request)

    _is_storable(world)


@pytest.mark.parametrize("text", [text for text in TEXTS if isinstance(text, str)], ids=lambda text: ascii(text)[:24])
def test_no_text_stops_a_change(services: WorldServices, text: str) -> None:
    world = services.world
    revisions = world.control_plane().history.revisions

    revisions.pause(author=text, reason=text, via="cli", base=revisions.head())
    revisions.kill(author=text, reason=text, via="cli")

    _is_storable(world)


def _is_storable(world: World) -> None:
    item = world.dynamodb.table["revision", int(world.dynamodb.table["head", 0]["revision"]["N"])]
    assert item["state"] == {"S": KILLED}
    for name in ("author", "reason"):
        text = item[name]["S"]
        assert len(text.encode()) <= 4_000  # DynamoDB takes UTF-8, and an item of 400 KB
        assert not {unicodedata.category(letter) for letter in text} & {"Cc", "Cs"}
