"""Logs, metrics and traces of the sync functions."""

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

__all__ = ["count", "logger", "metrics", "tracer"]

logger = Logger(service="sync")
# No service dimension: an alarm names the environment alone.
metrics = Metrics(namespace="Graylane", service="")
tracer = Tracer(service="sync", patch_modules=["botocore"])


def count(name: str, value: float = 1) -> None:
    """Adds to one metric of this invocation."""
    metrics.add_metric(name, MetricUnit.Count, value)
