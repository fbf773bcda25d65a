"""The manual function: what people and alarms ask, and what is done."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.control.world import World
from tests.support.control.world_services import EVENTS, WorldServices, alarm, ask

from gray.edge.config import stamped
from sync.requests import Request, requests_of
from sync.runs import by_hand, by_schedule


def test_by_hand_it_publishes_invalidates_and_verifies(services: WorldServices, world: World) -> None:
    answer = by_hand(services, ask("publish", invalidate=True))

    record = world.control_plane().records.log.by_id("request1")
    assert record
    assert (answer["status"], record.status) == ("published", "published")
    assert (record.invalidation, record.verified) == ("I1", "as published")
    assert services.invalidations == ["request1"]


def test_a_kill_by_hand_needs_no_revision_written_before(services: WorldServices, world: World) -> None:
    by_schedule(services)

    by_hand(services, ask("kill", invalidate=True))

    assert world.config.startswith("2k|")
    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author, head.reason) == ("killed", "anna", "because")
    record = world.control_plane().records.log.by_id("request1")
    assert record
    assert record.status == "published"


def test_a_kill_by_hand_that_head_knows_already_is_published(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.kill()

    by_hand(services, ask("kill"))

    stamp = stamped(world.config)
    assert stamp
    assert (stamp.revision, stamp.epoch, stamp.state) == (2, 2, "killed")


def test_a_kill_reaches_the_store_when_the_table_is_broken(services: WorldServices, world: World) -> None:
    by_schedule(services)
    services.broken = "dynamodb"

    with pytest.raises(OSError, match="does not answer"):
        by_hand(services, ask("kill"))

    assert world.config.startswith("2k|")
    services.broken = ""
    world.publish(force=True)
    head = world.control_plane().history.revisions.head()
    assert head
    assert head.killed


def test_verify_changes_nothing(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.store.tamper({"config": "garbage"})

    assert by_hand(services, ask("verify"))["drift"] == ["store: config was changed"]
    assert world.config == "garbage"


@pytest.mark.parametrize("source", ["revisions", "s3"])
def test_rebuild(services: WorldServices, world: World, source: str) -> None:
    by_schedule(services)
    world.store.tamper(dict.fromkeys(world.store.items))

    assert by_hand(services, ask("rebuild", source=source))["status"] == "published"
    assert stamped(world.config)


def test_an_alarm_kills_once_for_each_change_of_its_state(services: WorldServices, world: World) -> None:
    by_schedule(services)

    for request in requests_of(alarm(), "r1", services):
        assert isinstance(request, Request)
        by_hand(services, request)
    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author) == ("killed", "alarm:graylane-test-withdraw-errors-v2")

    world.resume()
    for request in requests_of(alarm(), "r2", services):
        assert isinstance(request, Request)
        assert by_hand(services, request)["status"] == "ignored"
    assert world.control_plane().history.revisions.head() == world.control_plane().history.revisions.current().head  # type: ignore[union-attr]
    assert not world.control_plane().history.revisions.head().killed  # type: ignore[union-attr]


def test_a_second_alarm_of_the_same_trouble_does_not_kill_what_was_resumed_since(
    services: WorldServices, world: World
) -> None:
    by_schedule(services)
    changed = datetime.fromtimestamp(world.time, UTC).isoformat()
    latency = alarm("graylane-test-withdraw-latency-v2", at=changed)
    world.time += 1
    for request in requests_of(alarm(), "r1", services):
        assert isinstance(request, Request)
        by_hand(services, request)

    # Given the second alarm, told while the release is killed, and told again after somebody has resumed
    assert [type(answer) for answer in requests_of(latency, "r2", services)] == [str]
    world.resume()
    (answer,) = requests_of(latency, "r3", services)

    # Then it is about what was before
    assert isinstance(answer, str)
    assert "before the present epoch" in answer
    later = datetime.fromtimestamp(world.time + 60, UTC).isoformat()
    (answer,) = requests_of(alarm("graylane-test-withdraw-latency-v2", at=later), "r4", services)
    assert isinstance(answer, Request)


@pytest.mark.parametrize(
    "event",
    [
        alarm(name="graylane-test-api-5xx-v1"),
        alarm(state="OK"),
        {"Records": [{"Sns": {"Message": "hello"}}]},
        {"Records": [{}]},
        {"action": "format-disk"},
        {},
    ],
)
def test_what_is_no_request_is_left_alone(services: WorldServices, event: dict[str, Any]) -> None:
    (answer,) = requests_of(event, "r1", services)

    assert isinstance(answer, str)


def test_the_sample_events_are_understood(services: WorldServices) -> None:
    manual = json.loads((EVENTS / "sync-manual.json").read_text(encoding="utf-8"))

    (request,) = requests_of(manual, "r1", services)

    assert isinstance(request, Request)
