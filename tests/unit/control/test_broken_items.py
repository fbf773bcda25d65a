"""Items of the config table as no program of ours leaves them: read, mended by the next write, and no kill stops."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.support.control.world import World, release
from tests.support.control.world_services import WorldServices
from tests.unit.control.test_kill_ways import WAYS

from gray.analysis.plan_store import Plans
from gray.analysis.ramp_plan import PlanState
from gray.dynamodb_values import Plain, to_item
from gray.lanes.lane_table import ADOPTED
from gray.publish.records.current import Published
from gray.publish.records.publication_log import PUBLISHED
from sync.runs import by_schedule

# Of each item one attribute: gone, or of another type.
ODD: dict[str, Any] = {
    "gone": None,
    "text": {"S": "x"},
    "null": {"NULL": True},
    "a list": {"L": []},
    "a fraction": {"N": "1.5"},
    "bytes": {"B": b"\xff"},
    "a set": {"SS": ["a"]},
    "a truth": {"BOOL": True},
    "inside out": {"M": {"staff": {"M": {"shards": {"S": "x"}}}, "1": {"S": "x"}}},
}
LEDGER = ("version", "intent", "confirmed", "lists", "parts", "unused", "items", "published", "switched_at")
LANE = ("lane", "status", "origins", "adopted_at", "failures", "why")
ITEMS = [("store", 0, name) for name in LEDGER] + [("lane", 2, name) for name in LANE] + [("sequence", 0, "value")]


@pytest.fixture
def services() -> WorldServices:
    """A release that is published, with a list and a second part behind it."""
    world = World()
    world.register()
    world.upload_list("1" * 64, ["ada"])
    entry = {"digest": "1" * 64, "ids": 1, "shards": 1, "salt": "ab12"}
    world.save(release(rules=[{"id": "staff", "lane": "v2", "when": {"list": "staff"}}], lists={"staff": entry}))
    world.scheduled()
    return WorldServices(world)


def _break(world: World, place: tuple[str, int, str], value: Any) -> None:
    pk, sk, name = place
    item = {**world.dynamodb.table[pk, sk], name: value}
    world.dynamodb.table[pk, sk] = {key: one for key, one in item.items() if one is not None}


@pytest.mark.parametrize("odd", ["gone", "text", "a fraction", "inside out"])
@pytest.mark.parametrize("place", ITEMS, ids=lambda place: f"{place[0]}-{place[2]}")
def test_the_next_publication_mends_it(services: WorldServices, place: tuple[str, int, str], odd: str) -> None:
    world = services.world
    _break(world, place, ODD[odd])
    world.save(release(30))
    by_schedule(services)
    by_schedule(services)
    world.save(release(40))
    assert world.publish(force=True).status == PUBLISHED
    assert world.control_plane().records.ledger.read().complete
    assert world.control_plane().lanes.table.all()["v2"].status == ADOPTED
    assert world.current.revision == 3


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("odd", ODD)
def test_no_item_stops_a_kill(services: WorldServices, odd: str, way: str) -> None:
    for place in ITEMS:
        _break(services.world, place, ODD[odd])
    WAYS[way](services)
    assert services.world.store.items["config"].startswith("2k|")


@pytest.mark.parametrize("text", ["", "[]", "null", '{"sequence": 1e400}', "[" * 100_000, '{"lanes": 5}', "\ud800"])
def test_a_parameter_that_is_none_of_ours_is_none(text: str) -> None:
    assert Published.parse(text) is None


BARE: dict[str, Plain] = {"pk": "plan", "sk": 0}
CHANGES: tuple[Callable[[Plans], PlanState], ...] = (
    lambda plans: plans.pause("s"),
    lambda plans: plans.resume("s"),
    lambda plans: plans.skip("s"),
)


@mock_aws
@pytest.mark.parametrize("odd", [name for name in ODD if name != "a fraction"])
@pytest.mark.parametrize("name", ["salt", "percent", "since", "paused", "skip", "last", "decided_at", "version"])
def test_a_plans_state_can_be_read_and_changed(name: str, odd: str) -> None:
    client = boto3.client("dynamodb", region_name="us-east-1")
    key: Any = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types: Any = [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}]
    client.create_table(TableName="t", KeySchema=key, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    plans = Plans(client, "t")
    plans.put(PlanState("s", percent=Decimal(5), since=7))
    item: Any = client.get_item(TableName="t", Key=to_item(BARE))["Item"]
    kept = {key: value for key, value in {**item, name: ODD[odd]}.items() if value is not None}
    client.put_item(TableName="t", Item=kept)
    if name == "paused" and odd != "a truth":
        assert plans.get("s").paused  # steps wait for a person
    for change in CHANGES:
        client.put_item(TableName="t", Item=kept)
        changed = change(plans)
        assert plans.get("s") == changed
        assert changed.version > 0
