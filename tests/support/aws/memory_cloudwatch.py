"""CloudWatch's metrics in memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

__all__ = ["MemoryCloudWatch"]


class MemoryCloudWatch:
    """Raw values by metric and dimensions; answers Sum, p95 and TC(x:) as CloudWatch does, and keeps what is put."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str, frozenset[tuple[str, str]]], list[tuple[int, float]]] = {}
        self.published: list[dict[str, Any]] = []
        self.asked = 0

    def record(self, namespace: str, metric: str, dimensions: dict[str, str], at: int, values: list[float]) -> None:
        key = (namespace, metric, frozenset(dimensions.items()))
        self.values.setdefault(key, []).extend((at, value) for value in values)

    def get_paginator(self, name: str) -> "MemoryCloudWatch":
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
