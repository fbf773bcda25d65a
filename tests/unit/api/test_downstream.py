"""The services behind the API: pricing, stock and fulfilment."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from tests.support.lane.orders_tables import CONTEXT, STABLE, items, make_tables, order, put

from fulfilment.fulfil import Fulfilment
from lane import carrying, settings
from lane.context import LaneContext
from lane.propagation.inject import enveloped
from pricing import catalogue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def as_stable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A function of stable's lane."""
    for name, value in {
        "GRAY_LANE": "v1",
        "GRAY_ENVIRONMENT": "test",
        "POWERTOOLS_SERVICE_NAME": "fulfilment",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def client(as_stable: None) -> Iterator["DynamoDBClient"]:
    with mock_aws():
        made = boto3.client("dynamodb", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        make_tables(made)
        yield made


def test_an_order_is_fulfilled_and_twice_changes_nothing_more(client: "DynamoDBClient") -> None:
    put(client, STABLE, order(1, 10, status="placed", origin="v1"))
    fulfilment = Fulfilment(client, STABLE, now=lambda: 5)
    with carrying(LaneContext("v1")):
        assert fulfilment.fulfil("0001")
        first = items(client, STABLE)
        assert fulfilment.fulfil("0001")
    assert items(client, STABLE) == first
    found = first["0001"]
    assert (found["status"]["S"], found["changed_at"]["N"]) == ("fulfilled", "5000")
    assert found["fulfilled_by"]["M"]["served"] == {"S": "v1"}
    # It was a copy; what we changed is ours, so the continuous copy leaves it alone.
    assert "origin" not in found


def test_standing_in_for_another_lane_leaves_a_note_and_makes_up_no_order(client: "DynamoDBClient") -> None:
    with carrying(LaneContext("v2")):
        assert not Fulfilment(client, STABLE).fulfil("0007")
    (note,) = items(client, STABLE).values()
    assert (note["pk"]["S"], note["sk"]["S"], note["lane"]["S"]) == ("fulfilled-elsewhere", "0007", "v2")


def test_an_error_of_the_table_goes_to_the_events_retries(client: "DynamoDBClient") -> None:
    client.delete_table(TableName=STABLE)
    with carrying(LaneContext("v1")), pytest.raises(client.exceptions.ResourceNotFoundException):
        Fulfilment(client, STABLE).fulfil("0001")


def test_prices_and_stock() -> None:
    lines = [{"sku": "kettle", "quantity": 2}, {"sku": "scale", "quantity": 1}, {"sku": "tea", "quantity": 1}]
    assert catalogue.unknown(lines) == [2]
    assert catalogue.priced(lines[:2], {"kettle": 1}) == [
        {"sku": "kettle", "quantity": 2, "cents": 10900, "in_stock": False},
        {"sku": "scale", "quantity": 1, "cents": 3990, "in_stock": False},
    ]


def test_stock_answers_in_the_lane_it_was_asked_in(as_stable: None) -> None:
    from stock.app import handler, pieces

    event: Any = enveloped({"skus": ["kettle"]}, LaneContext("v2", to="v1"))
    answer = handler(json.loads(json.dumps(event)), CONTEXT)
    assert answer["available"] == {"kettle": pieces("kettle")}
    assert answer["hops"] == [{"service": "fulfilment", "carried": "v2", "served": "v1"}]
