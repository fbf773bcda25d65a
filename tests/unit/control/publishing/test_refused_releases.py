"""A release that must not be published changes nothing at the edge."""

from typing import Any

import pytest
from tests.support.aws.config_table import TABLE
from tests.support.control.world import World, release

from gray.dynamodb_values import to_item
from gray.publish.records.publication_log import PUBLISHED, REFUSED


@pytest.mark.parametrize(
    "document",
    ["", "garbage", "[]", "{}", '{"salt":"8f3kq1zt","rules":[{"id":"a","lane":"v1","percent":5}]}'],
)
def test_an_invalid_release_written_by_hand_changes_nothing_at_the_edge(world: World, document: str) -> None:
    config = world.config
    item: Any = {"pk": "revision", "sk": 2, "epoch": 2, "state": "active", "release": document, "via": "hand"}
    world.dynamodb.put_item(TableName=TABLE, Item=to_item(item))
    world.dynamodb.put_item(
        TableName=TABLE, Item=to_item({"pk": "head", "sk": 0, "revision": 2, "epoch": 2, "state": "active"})
    )

    record = world.publish()

    assert record.status == REFUSED
    assert record.errors
    assert world.config == config


def test_a_revision_that_is_gone_is_no_reason_to_touch_the_edge(world: World) -> None:
    world.save(release(30))
    del world.dynamodb.table["revision", 2]
    config = world.config

    record = world.publish()

    assert (record.status, world.config) == (REFUSED, config)


@pytest.mark.parametrize("broken", ["unregistered", "unhealthy", "refused"])
def test_a_rule_leads_to_no_lane_that_is_not_ready(broken: str) -> None:
    world = World()
    if broken == "unhealthy":
        world.register()
        world.unhealthy["v2"] = "the API of v2 answers its health check with 500"
    if broken == "refused":
        world.register()
        world.apigateway.apis["api2"] = "somebody-elses"
    world.save(release(20))

    record = world.publish()

    assert record.status == REFUSED
    assert "v2" in record.errors[0]
    assert world.store.items == {}


def test_a_lane_that_no_rule_leads_to_need_not_be_there() -> None:
    world = World()
    world.save(release(None))

    assert world.publish().status == PUBLISHED
    assert world.current.lanes == {}

    world.register()
    run = world.scheduled()

    assert run.why == "lanes"
    assert world.current.lanes == {"v2": ":api2:a/live"}


def test_a_refused_release_is_published_when_its_lane_comes(world: World) -> None:
    world = World()
    world.save(release(20))
    world.scheduled()
    world.register()

    assert world.scheduled().record
    assert world.current.revision == 1


def test_a_release_can_be_finished_when_its_lane_is_gone(world: World) -> None:
    world.unregister()
    revisions = world.control_plane().history.revisions
    revisions.finish(author="anna", reason="done", via="cli", base=revisions.head())

    assert world.publish().status == PUBLISHED
    assert world.current.state == "finished"
