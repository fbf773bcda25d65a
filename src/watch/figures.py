"""The lanes' figures out of CloudWatch, window by window.

API Gateway's own metrics come first: a lane whose function crashes on import writes no metric of its own. Where the
API Gateway has none, the lane library's (namespace Graylane) are taken.

Slow requests are counted by the statistic `TC(<ms>:)`, the number of values above a bound (CloudWatch user guide,
"CloudWatch statistics definitions"): a count, so windows can be added up, which percentiles cannot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gray.analysis.evidence import Counts

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

__all__ = ["Figures", "Source", "api_gateway", "lane_library", "read"]

type Values = dict[str, dict[int, float]]


@dataclass(frozen=True)
class Figures:
    """One lane in one window, which ended at `end` (Unix seconds). `p95` is in milliseconds, None without data;
    `slow` counts the requests above the reference, None when none was asked for."""

    end: int
    requests: int = 0
    errors: int = 0
    p95: float | None = None
    slow: int | None = None

    @property
    def counts(self) -> Counts:
        return Counts(self.requests, self.errors)

    @property
    def slow_counts(self) -> Counts | None:
        return None if self.slow is None else Counts(self.requests, self.slow)


@dataclass(frozen=True)
class Source:
    """Where a lane's figures are: the namespace, the dimensions, and the metrics' names there."""

    namespace: str
    dimensions: Mapping[str, str]
    requests: str
    errors: str


def api_gateway(environment: str, lane: str) -> Source:
    """The lane's API as the API Gateway counts it (dimensions ApiName and Stage)."""
    dimensions = {"ApiName": f"graylane-{environment}-api-{lane}", "Stage": "live"}
    return Source("AWS/ApiGateway", dimensions, "Count", "5XXError")


def lane_library(environment: str, lane: str, service: str) -> Source:
    """The lane's API as its own code counts it."""
    dimensions = {"environment": environment, "lane": lane, "service": service}
    return Source("Graylane", dimensions, "Requests", "Errors")


def read(
    cloudwatch: "CloudWatchClient",
    sources: Sequence[Source],
    *,
    start: int,
    end: int,
    period: int,
    reference: float | None,
) -> list[Figures]:
    """A lane's figures in each window of `period` seconds from `start` to `end`, from the first source that has
    requests; windows without data are zero. `reference` (ms) is what slow requests are above."""
    values: Values = {}
    for source in sources:
        values = _ask(cloudwatch, source, start, end, period, reference)
        if any(values["requests"].values()):
            break
    return [_figures(values, begin, period, reference) for begin in range(start, end, period)]


def _figures(values: Values, begin: int, period: int, reference: float | None) -> Figures:
    requests = round(values["requests"].get(begin, 0))
    slow = round(values["slow"].get(begin, 0)) if reference is not None else None
    return Figures(
        end=begin + period,
        requests=requests,
        # The counts are metrics of their own, so one may be there a moment before the other.
        errors=min(round(values["errors"].get(begin, 0)), requests),
        p95=values["p95"].get(begin),
        slow=None if slow is None else min(slow, requests),
    )


def _ask(
    cloudwatch: "CloudWatchClient", source: Source, start: int, end: int, period: int, reference: float | None
) -> Values:
    wanted = {"requests": (source.requests, "Sum"), "errors": (source.errors, "Sum"), "p95": ("Latency", "p95")}
    if reference is not None:
        wanted["slow"] = ("Latency", f"TC({reference:.3f}:)")
    queries = [_query(source, name, metric, statistic, period) for name, (metric, statistic) in wanted.items()]
    values: Values = {name: {} for name in ("requests", "errors", "p95", "slow")}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries,
        StartTime=datetime.fromtimestamp(start, UTC),
        EndTime=datetime.fromtimestamp(end, UTC),
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            points = zip(result["Timestamps"], result["Values"], strict=True)
            values[result["Id"]].update({int(at.timestamp()): value for at, value in points})
    return values


def _query(source: Source, name: str, metric: str, statistic: str, period: int) -> "MetricDataQueryTypeDef":
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": source.namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": key, "Value": value} for key, value in source.dimensions.items()],
            },
            "Period": period,
            "Stat": statistic,
        },
    }
