"""The lanes' figures out of CloudWatch, window by window.

The metrics of the services that own the lane's origins come first: a lane whose function crashes on import writes no
metric of its own. Where these have none, the lane library's (namespace Graylane) are taken.

Slow requests are counted by the statistic `TC(<ms>:)`, the number of values above a bound (CloudWatch user guide,
"CloudWatch statistics definitions"): a count, so windows can be added up, which percentiles cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gray.analysis.evidence import Counts
from gray.lanes.metrics import Source

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

__all__ = ["Figures", "lane_library", "mean_p95", "read"]

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


def lane_library(environment: str, lane: str, service: str) -> Source:
    """The lane's API as its own code counts it."""
    dimensions = {"environment": environment, "lane": lane, "service": service}
    return Source("Graylane", dimensions, "Requests", "Errors")


def read(
    cloudwatch: "CloudWatchClient",
    origins: Sequence[Source],
    fallback: Source,
    *,
    start: int,
    end: int,
    period: int,
    reference: float | None,
) -> list[Figures]:
    """A lane's figures in each window of `period` seconds from `start` to `end`, added up over its origins.

    From `fallback` where these have no requests; windows without data are zero. `reference` (ms) is what slow requests
    are above.
    """
    begins = range(start, end, period)
    for sources in (origins, [fallback]):
        values = _ask(cloudwatch, sources, start, end, period, reference)
        found = [_sum([_figures(one, begin, period, reference) for one in values], begin + period) for begin in begins]
        if any(figures.requests for figures in found):
            break
    return found


def mean_p95(figures: Sequence[Figures]) -> float | None:
    """Their p95, weighted by their requests; percentiles cannot be added up, so this is for people to look at and no
    test rests on it."""
    weighted = [(f.p95, f.requests) for f in figures if f.p95 is not None and f.requests]
    requests = sum(weight for _, weight in weighted)
    return sum(p95 * weight for p95, weight in weighted) / requests if requests else None


def _sum(figures: Sequence[Figures], end: int) -> Figures:
    slow = [f.slow for f in figures if f.slow is not None]
    return Figures(
        end,
        sum(f.requests for f in figures),
        sum(f.errors for f in figures),
        mean_p95(figures),
        sum(slow) if slow else None,
    )


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
    cloudwatch: "CloudWatchClient",
    sources: Sequence[Source],
    start: int,
    end: int,
    period: int,
    reference: float | None,
) -> list[Values]:
    """The values of each source, in one call for all."""
    values: list[Values] = [{name: {} for name in ("requests", "errors", "p95", "slow")} for _ in sources]
    queries = [query for at, source in enumerate(sources) for query in _queries(source, at, period, reference)]
    if not queries:
        return []
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries,
        StartTime=datetime.fromtimestamp(start, UTC),
        EndTime=datetime.fromtimestamp(end, UTC),
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            name, _, at = result["Id"].rpartition("_")
            points = zip(result["Timestamps"], result["Values"], strict=True)
            values[int(at)][name].update({int(time.timestamp()): value for time, value in points})
    return values


def _queries(source: Source, at: int, period: int, reference: float | None) -> "list[MetricDataQueryTypeDef]":
    wanted = {"requests": (source.requests, "Sum"), "errors": (source.errors, "Sum"), "p95": (source.latency, "p95")}
    if reference is not None:
        wanted["slow"] = (source.latency, f"TC({reference:.3f}:)")
    return [_query(source, f"{name}_{at}", metric, statistic, period) for name, (metric, statistic) in wanted.items()]


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
