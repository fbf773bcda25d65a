"""Recent requests to each lane's API, from API Gateway's CloudWatch metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDataQueryTypeDef, MetricTypeDef

WINDOW_SECONDS = 300
_PERIOD = 60


@dataclass(frozen=True)
class LaneTraffic:
    """One lane's API requests in the last WINDOW_SECONDS; `share` of all lanes is between 0 and 1."""

    lane: str
    requests: int
    errors: int
    share: float

    @property
    def error_rate(self) -> float:
        """Share of responses with status 500 and above, between 0 and 1."""
        return self.errors / self.requests if self.requests else 0.0


def read_traffic(
    cloudwatch: "CloudWatchClient", environment: str, lanes: Sequence[str], now: datetime | None = None
) -> list[LaneTraffic]:
    """One call for all lanes. Counts API requests, not viewers: the edge serves documents from its cache."""
    end = now or datetime.now(UTC)
    # Metrics have a one-minute resolution, including the current minute.
    start = end - timedelta(seconds=WINDOW_SECONDS + _PERIOD)
    queries = [
        _query(f"{name}_{lane}", environment, lane, metric)
        for lane in lanes
        for name, metric in (("requests", "Count"), ("errors", "5XXError"))
    ]
    if not queries:
        return []
    sums: dict[str, float] = {}
    for page in cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=end
    ):
        for result in page["MetricDataResults"]:
            sums[result["Id"]] = sums.get(result["Id"], 0.0) + sum(result["Values"])
    total = sum(sums.get(f"requests_{lane}", 0.0) for lane in lanes)
    return [
        LaneTraffic(
            lane,
            requests=int(sums.get(f"requests_{lane}", 0.0)),
            errors=int(sums.get(f"errors_{lane}", 0.0)),
            share=sums.get(f"requests_{lane}", 0.0) / total if total else 0.0,
        )
        for lane in lanes
    ]


def _query(id_: str, environment: str, lane: str, metric: str) -> "MetricDataQueryTypeDef":
    dimensions: list[DimensionTypeDef] = [
        {"Name": "ApiName", "Value": f"graylane-{environment}-api-{lane}"},
        {"Name": "Stage", "Value": "live"},
    ]
    counted: MetricTypeDef = {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": id_, "MetricStat": {"Metric": counted, "Period": _PERIOD, "Stat": "Sum"}}
