"""A config table in memory, a CloudWatch in memory, and no way to AWS."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

TABLE = "graylane-test-config"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of these tests reaches AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def table() -> str:
    return TABLE


@pytest.fixture
def dynamodb() -> Any:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


class CloudWatch:
    """Raw values by metric and dimensions; answers Sum, p95 and TC(x:) as CloudWatch does, and keeps what is put."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str, frozenset[tuple[str, str]]], list[tuple[int, float]]] = {}
        self.published: list[dict[str, Any]] = []
        self.asked = 0

    def record(self, namespace: str, metric: str, dimensions: dict[str, str], at: int, values: list[float]) -> None:
        key = (namespace, metric, frozenset(dimensions.items()))
        self.values.setdefault(key, []).extend((at, value) for value in values)

    def get_paginator(self, name: str) -> "CloudWatch":
        assert name == "get_metric_data"
        return self

    def paginate(self, *, MetricDataQueries: Any, StartTime: datetime, EndTime: datetime) -> Iterator[Any]:
        self.asked += 1
        for query in MetricDataQueries:
            yield {"MetricDataResults": [self._answer(query, StartTime, EndTime)]}

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert Namespace == "Graylane"
        self.published += MetricData

    def last(self, metric: str, lane: str = "") -> float | None:
        """The value published last of a metric of the environment `test`."""
        dimensions = {"environment": "test"} | ({"lane": lane} if lane else {})
        for datum in reversed(self.published):
            if datum["MetricName"] == metric and {d["Name"]: d["Value"] for d in datum["Dimensions"]} == dimensions:
                return float(datum["Value"])
        return None

    def _answer(self, query: Any, start: datetime, end: datetime) -> dict[str, Any]:
        metric = query["MetricStat"]["Metric"]
        key = (
            metric["Namespace"],
            metric["MetricName"],
            frozenset((d["Name"], d["Value"]) for d in metric["Dimensions"]),
        )
        period = query["MetricStat"]["Period"]
        windows: dict[int, list[float]] = {}
        for at, value in self.values.get(key, []):
            if start.timestamp() <= at < end.timestamp():
                windows.setdefault(at // period * period, []).append(value)
        return {
            "Id": query["Id"],
            "Timestamps": [datetime.fromtimestamp(at, start.tzinfo) for at in windows],
            "Values": [_statistic(query["MetricStat"]["Stat"], values) for values in windows.values()],
        }


def _statistic(name: str, values: list[float]) -> float:
    if name == "Sum":
        return sum(values)
    if name == "p95":
        return sorted(values)[int(0.95 * (len(values) - 1))]
    assert name.startswith("TC("), name
    bound = float(name[3:-2])
    return float(sum(value > bound for value in values))


@pytest.fixture
def cloudwatch() -> CloudWatch:
    return CloudWatch()
