"""The schedule and the stream: what each run does, reports and counts."""

from typing import Any

import pytest
from tests.support.control.world import World
from tests.support.control.world_services import WorldServices, counted

from gray.dynamodb_values import to_item
from gray.edge.config import stamped
from sync.runs import by_schedule, by_stream
from sync.telemetry import metrics


def test_the_schedule_publishes_what_is_due(services: WorldServices) -> None:
    answer = by_schedule(services)

    assert (answer["status"], answer["revision"]) == ("published", 1)
    assert counted() == {"Publications": 1, "SyncSucceeded": 1}


def test_the_schedule_has_nothing_to_do(services: WorldServices) -> None:
    by_schedule(services)
    metrics.clear_metrics()

    assert by_schedule(services)["status"] == "idle"
    assert counted() == {"SyncSucceeded": 1}


def test_the_stream_publishes(services: WorldServices, world: World) -> None:
    assert by_stream(services)["status"] == "published"
    assert by_stream(services)["status"] == "idle"
    assert world.current.revision == 1


def test_an_invalid_release_is_told_to_people_once_and_counted_each_time(services: WorldServices, world: World) -> None:
    by_schedule(services)
    item: Any = {"pk": "revision", "sk": 2, "epoch": 2, "state": "active", "release": "{}"}
    world.dynamodb.put_item(TableName="", Item=to_item(item))
    world.dynamodb.put_item(
        TableName="", Item=to_item({"pk": "head", "sk": 0, "revision": 2, "epoch": 2, "state": "active"})
    )
    config = world.config
    metrics.clear_metrics()

    assert by_stream(services)["status"] == "refused"
    assert by_schedule(services)["status"] == "refused"

    assert counted()["ValidationFailed"] == 2
    assert len(world.warned) == 1
    assert "Revision 2 refused in test" in world.warned[0]
    assert world.config == config


def test_an_error_of_aws_is_counted_and_raised(services: WorldServices) -> None:
    services.broken = "store.update_keys"

    with pytest.raises(OSError, match="does not answer"):
        by_stream(services)

    assert counted() == {"PublicationFailed": 1}
    assert services.world.control_plane().records.log.recent(1)[0].status == "failed"


def test_drift_is_counted_and_repaired(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.store.tamper({"config": "garbage"})
    world.time += 3601
    metrics.clear_metrics()

    answer = by_schedule(services)

    assert answer["drift"] == ["store: config was changed"]
    assert counted()["DriftFound"] == 1
    assert stamped(world.config)


def test_a_withdrawn_lane_is_counted(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.unregister()
    metrics.clear_metrics()

    by_schedule(services)

    assert counted()["LaneWithdrawn"] == 1


def test_a_lapsed_lease_is_counted(services: WorldServices, world: World) -> None:
    by_schedule(services)
    world.time += 25 * 3600
    metrics.clear_metrics()

    by_schedule(services)

    assert counted()["LeaseLapsed"] == 1
