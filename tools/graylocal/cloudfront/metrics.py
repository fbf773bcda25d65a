"""CloudFront's own metrics, published as CloudFront does (developer guide, "Viewing CloudFront metrics")."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from graylocal.cloudfront.edge import Edge

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef

INTERVAL = 2.0  # seconds between two reports

_log = logging.getLogger(__name__)
_FUNCTION_METRICS = ("FunctionInvocations", "FunctionExecutionErrors", "FunctionValidationErrors", "FunctionThrottles")


class MetricsReport:
    """Sends the counts since the last report."""

    def __init__(self, cloudwatch: "CloudWatchClient", edge: Edge) -> None:
        self._cloudwatch, self._edge = cloudwatch, edge

    async def forever(self) -> None:
        """Report every `INTERVAL` seconds until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            counts, utilization = self._edge.taken_counts(), self._edge.taken_utilization()
            if counts:
                await asyncio.to_thread(self._send, data(counts, utilization, self._edge.deployed.distribution.id))

    def _send(self, measured: "list[MetricDatumTypeDef]") -> None:
        try:
            self._cloudwatch.put_metric_data(Namespace="AWS/CloudFront", MetricData=measured)
        except Exception as error:  # noqa: BLE001 - metrics never stop the edge
            _log.warning("metrics: %s", error)


def data(
    counts: Counter[tuple[str, str]], utilization: Mapping[str, float], distribution: str
) -> "list[MetricDatumTypeDef]":
    """Metric data of one interval; rates are percent of its requests, `utilization` is percent by function."""
    result: list[MetricDatumTypeDef] = []

    def add(name: str, value: float, unit: str, dimension: str, subject: str) -> None:
        dimensions = [{"Name": dimension, "Value": subject}, {"Name": "Region", "Value": "Global"}]
        result.append({"MetricName": name, "Value": value, "Unit": unit, "Dimensions": dimensions})  # type: ignore[typeddict-item]

    requests = counts["distribution", "Requests"]
    if requests:
        client, server = counts["distribution", "4xx"], counts["distribution", "5xx"]
        add("Requests", requests, "None", "DistributionId", distribution)
        for name, count in (("4xxErrorRate", client), ("5xxErrorRate", server), ("TotalErrorRate", client + server)):
            add(name, 100 * count / requests, "Percent", "DistributionId", distribution)
    for function in sorted({subject for subject, _ in counts if subject != "distribution"}):
        for name in _FUNCTION_METRICS:
            add(name, counts[function, name], "None", "FunctionName", function)
    for function, percent in utilization.items():
        add("FunctionComputeUtilization", percent, "Percent", "FunctionName", function)
    return result
