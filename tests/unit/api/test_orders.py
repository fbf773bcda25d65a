"""The order APIs of both lanes: over moto's table, with pricing and the event bus beside them as small fakes."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws
from tests.support.lane.orders_tables import GRAY, STABLE, make_tables

from lane import carrying, settings
from lane.context import LaneContext
from pricing import catalogue

LANES = {"api_v1": ("v1", STABLE), "api_v2": ("v2", GRAY)}
LINE = {"sku": "kettle", "quantity": 1}
GOOD = {"customer": " Ada ", "items": [LINE]}


@dataclass
class Shop:
    """One lane's API, and what it said to the event bus."""

    lane: str
    app: Any
    table: str
    dynamodb: Any
    package: str
    announced: list[dict[str, Any]] = field(default_factory=list)
    priced: bool = True
    bus: bool = True

    def ask(self, method: str, body: Any = None, path: str = "/api/orders") -> tuple[int, Any]:
        answer = self.answer(method, body, path)
        return int(answer["statusCode"]), json.loads(answer["body"])

    def answer(self, method: str, body: Any = None, path: str = "/api/orders") -> dict[str, Any]:
        event = {
            "path": path,
            "httpMethod": method,
            "headers": {"x-gray-version": self.lane, "x-api-key": "k"},
            "requestContext": {"httpMethod": method, "path": path, "stage": "live"},
            "body": body if isinstance(body, str | None) else json.dumps(body),
        }
        answer: dict[str, Any] = self.app.resolve(event, LambdaContext())
        assert answer["multiValueHeaders"]["x-gray-version"] == [self.lane]
        return answer


@pytest.fixture(params=LANES)
def shop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    package = request.param
    lane, table = LANES[package]
    for name, value in {
        "GRAY_LANE": lane,
        "GRAY_ENVIRONMENT": "test",
        "POWERTOOLS_SERVICE_NAME": "api",
        "POWERTOOLS_METRICS_NAMESPACE": "Graylane",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    settings.cache_clear()
    app, desk, tables, services = (
        importlib.import_module(f"{package}.{name}") for name in ("app", "desk", "table", "services")
    )
    with mock_aws():
        dynamodb = boto3.client("dynamodb", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        make_tables(dynamodb)
        made = Shop(lane, None, table, dynamodb, package)

        def price(lines: list[dict[str, Any]]) -> dict[str, Any]:
            if not made.priced:
                raise services.PricingError("prices are not available")
            missing = catalogue.unknown(lines)
            found = [] if missing else catalogue.priced(lines, {"kettle": 5})
            return {"lines": found, "total_cents": sum(one["cents"] for one in found), "unknown": missing, "hops": []}

        def announce(order: dict[str, Any]) -> bool:
            made.announced.append(order)
            return made.bus

        order_desk = desk.OrderDesk(tables.Orders(dynamodb, table), price, announce)
        made.app = app.build(lambda: order_desk, None)
        with carrying(LaneContext(lane)):
            yield made
    settings.cache_clear()


def test_an_order_is_priced_stored_announced_and_listed(shop: Shop) -> None:
    status, answer = shop.ask("POST", GOOD)
    assert (status, answer["lane"]) == (201, shop.lane)
    order = answer["order"]
    assert (order["customer"], order["status"]) == ("Ada", "placed")
    assert order["items"] == [{"sku": "kettle", "quantity": 1, "cents": 5450, "in_stock": True}]
    assert answer["hops"][0] == {"service": "api", "carried": shop.lane, "served": shop.lane}
    assert shop.announced == [{"id": order["id"], "customer": "Ada", "total_cents": 5450}]
    status, listed = shop.ask("GET")
    assert status == 200
    assert [one["id"] for one in listed["orders"]] == [order["id"]]


def test_each_version_shows_money_and_its_own_fields_its_own_way(shop: Shop) -> None:
    many = {"customer": "Ada", "items": [{"sku": "hand-grinder", "quantity": 20}]}
    if shop.package == "api_v1":
        assert shop.ask("POST", many)[1]["order"]["total"] == "1580.00 EUR"
        assert shop.ask("POST", many | {"priority": "express"})[0] == 422
    else:
        order = shop.ask("POST", many | {"priority": "express"})[1]["order"]
        assert (order["priority"], order["discount"], order["total"]) == ("express", "€ 158.00", "€ 1,428.90")


def test_an_order_of_the_other_version_can_be_shown(shop: Shop) -> None:
    # As the continuous copy, a merge, or shared data bring it.
    item = {"pk": "order", "sk": "1", "id": "1", "customer": "Ada", "items": [], "status": "placed", "hops": []}
    other = item | {"total_cents": 100} | ({"priority": "express", "discount_cents": 5} if shop.lane == "v1" else {})
    boto3.resource("dynamodb", "us-east-1").Table(shop.table).put_item(Item=other)
    (order,) = shop.ask("GET")[1]["orders"]
    assert order["total"] in ("1.00 EUR", "€ 1.00")
    assert ("priority" in order) == (shop.lane == "v2")


@pytest.mark.parametrize(
    ("body", "status", "field_"),
    [
        ("no json", 400, "body"),
        ("", 400, "body"),
        ([], 422, "body"),
        ({"customer": "Ada"}, 422, "items"),
        ({"customer": " ", "items": [LINE]}, 422, "customer"),
        ({"customer": "Ada", "items": [LINE | {"quantity": "1"}]}, 422, "items.0.quantity"),
        ({"customer": "Ada", "items": [LINE | {"price": 1}]}, 422, "items.0.price"),
        ({"customer": "Ada", "items": [LINE, {"sku": "tea", "quantity": 1}]}, 422, "items.1.sku"),
        ({"customer": "Ada", "items": [LINE] * 21}, 422, "items"),
    ],
)
def test_a_bad_order_names_its_field_and_nothing_is_stored(shop: Shop, body: Any, status: int, field_: str) -> None:
    found, answer = shop.ask("POST", body)
    assert (found, answer["error"]) == (status, "invalid-order")
    assert field_ in [one["field"] for one in answer["errors"]]
    assert shop.ask("GET")[1]["orders"] == []
    assert shop.announced == []


def test_without_prices_nothing_is_stored_and_the_viewer_may_try_again(shop: Shop) -> None:
    shop.priced = False
    status, answer = shop.ask("POST", GOOD)
    assert (status, answer["error"]) == (503, "PricingError")
    assert shop.ask("GET")[1]["orders"] == []


def test_an_order_stands_although_it_could_not_be_announced(shop: Shop) -> None:
    shop.bus = False
    assert shop.ask("POST", GOOD)[0] == 201
    assert len(shop.ask("GET")[1]["orders"]) == 1


def test_without_a_table_it_is_503_and_says_so(shop: Shop) -> None:
    shop.dynamodb.delete_table(TableName=shop.table)
    assert shop.ask("GET")[0] == 503
    assert shop.ask("POST", GOOD)[1]["error"] == "StorageError"


def test_health_says_lane_and_build(shop: Shop) -> None:
    status, answer = shop.ask("GET", path="/api/health")
    assert (status, answer["lane"], len(answer["build"])) == (200, shop.lane, 12)


def test_fifty_orders_are_listed_newest_first(shop: Shop) -> None:
    for _ in range(52):
        shop.ask("POST", GOOD)
    orders = shop.ask("GET")[1]["orders"]
    assert len(orders) == 50
    assert [one["id"][:13] for one in orders] == sorted((one["id"][:13] for one in orders), reverse=True)


@pytest.mark.parametrize("path", ["/api/orders", "/api/health"])
def test_head_is_answered_as_get_and_options_names_the_methods(shop: Shop, path: str) -> None:
    assert shop.ask("HEAD", path=path)[0] == shop.ask("GET", path=path)[0] == 200

    answer = shop.answer("OPTIONS", path=path)

    assert answer["statusCode"] == 204
    assert answer["body"] == ""
    allowed = "GET, HEAD, POST, OPTIONS" if path == "/api/orders" else "GET, HEAD, OPTIONS"
    assert answer["multiValueHeaders"]["allow"] == [allowed]
