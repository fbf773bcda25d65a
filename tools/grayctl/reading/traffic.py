"""Recent requests to each lane's origins, from the CloudWatch metrics of the services that own them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gray.lanes.metrics import Source, sources_of
from gray.lanes.registration import LaneOrigin

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
    cloudwatch: "CloudWatchClient", lanes: Mapping[str, Sequence[LaneOrigin]], now: datetime | None = None
) -> list[LaneTraffic]:
    """One call for all lanes. Counts origin requests, not viewers: the edge serves documents from its cache."""
    end = now or datetime.now(UTC)
    # Metrics have a one-minute resolution, including the current minute.
    start = end - timedelta(seconds=WINDOW_SECONDS + _PERIOD)
    queries = [query for lane, origins in lanes.items() for query in _queries(lane, origins)]
    if not queries:
        return []
    sums: Counter[str] = Counter()
    for page in cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=end
    ):
        for result in page["MetricDataResults"]:
            sums[result["Id"].rpartition("_")[0]] += int(sum(result["Values"]))
    total = sum(sums[f"requests_{lane}"] for lane in lanes)
    return [
        LaneTraffic(
            lane,
            requests=sums[f"requests_{lane}"],
            errors=sums[f"errors_{lane}"],
            share=sums[f"requests_{lane}"] / total if total else 0.0,
        )
        for lane in lanes
    ]


def _queries(lane: str, origins: Sequence[LaneOrigin]) -> "list[MetricDataQueryTypeDef]":
    return [
        _query(f"{name}_{lane}_{at}", source, metric)
        for at, source in enumerate(sources_of(origins))
        for name, metric in (("requests", source.requests), ("errors", source.errors))
    ]


def _query(id_: str, source: Source, metric: str) -> "MetricDataQueryTypeDef":
    dimensions: list[DimensionTypeDef] = [{"Name": name, "Value": value} for name, value in source.dimensions.items()]
    counted: MetricTypeDef = {"Namespace": source.namespace, "MetricName": metric, "Dimensions": dimensions}
    return {"Id": id_, "MetricStat": {"Metric": counted, "Period": _PERIOD, "Stat": "Sum"}}
