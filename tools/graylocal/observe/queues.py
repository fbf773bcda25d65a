"""Publishes the number of waiting messages of each queue, as SQS does and the emulator does not.

(SQS developer guide, "Available CloudWatch metrics for Amazon SQS"; on AWS once a minute.)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from mypy_boto3_sqs import SQSClient

_METRIC = "ApproximateNumberOfMessagesVisible"


class QueueMetrics:
    """Publishes `ApproximateNumberOfMessagesVisible` of every queue whose name starts with `prefix`."""

    def __init__(self, sqs: "SQSClient", cloudwatch: "CloudWatchClient", prefix: str) -> None:
        self._sqs, self._cloudwatch, self._prefix = sqs, cloudwatch, prefix

    def look(self) -> int:
        """Publish once; returns the number of queues. Raises botocore's errors."""
        pages = self._sqs.get_paginator("list_queues").paginate(QueueNamePrefix=self._prefix)
        measured = [self._datum(url) for page in pages for url in page.get("QueueUrls", [])]
        if measured:
            self._cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=measured)
        return len(measured)

    def _datum(self, url: str) -> "MetricDatumTypeDef":
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return {
            "MetricName": _METRIC,
            "Value": float(answer["Attributes"]["ApproximateNumberOfMessages"]),
            "Unit": "Count",
            "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
        }
