"""Every five minutes: did the traces stay in one lane? Publishes `MixedTraces`, whose alarm tells people.
Of the requests that X-Ray samples; of the others nothing is known.

It withdraws nothing: a lost lane is a fault of a service, and taking gray away would hide it.
"""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gray.analysis.trace_store import check_window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef

    from gray.analysis.traces import Report

WINDOW = timedelta(minutes=5)
# The scheduler is punctual within a minute, no more: a trace between two windows would never be judged.
OVERLAP = timedelta(minutes=1)
# Asynchronous hops arrive late; a trace is judged when it had this long (seconds) to become whole.
_SETTLE = "60"
# A log line is not a list: this many mixed traces are named, all are counted.
_NAMED = 20

_log = logging.getLogger(__name__)
_log.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called by the scheduler. Answers what was found, for who invokes it by hand."""
    import boto3

    settle = timedelta(seconds=int(os.environ.get("TRACE_SETTLE_SECONDS", _SETTLE)))
    end = datetime.now(UTC) - settle
    environment = os.environ["GRAY_ENVIRONMENT"]
    found = check_window(boto3.client("xray"), environment, end - WINDOW - OVERLAP, end)
    for mixed in found.mixed[:_NAMED]:
        _log.warning("mixed trace %s (%s): %s", mixed.trace_id, ", ".join(mixed.lanes), "; ".join(map(str, mixed.hops)))
    publish(boto3.client("cloudwatch"), environment, found)
    behind, pages = (
        [mixed.trace_id for mixed in found.mixed if mixed.behind_the_api is is_behind] for is_behind in (True, False)
    )
    return {"checked": found.checked, "sampled": True, "mixed": behind, "pages": pages}


def publish(cloudwatch: CloudWatchClient, environment: str, found: Report) -> None:
    """The figures as plain metrics: an alarm is on one metric, by design."""
    cloudwatch.put_metric_data(Namespace="Graylane", MetricData=figures(environment, found))


def figures(environment: str, found: Report) -> Sequence[MetricDatumTypeDef]:
    """`MixedTraces` and `CheckedTraces`, counts of the window. What a viewer says of the page raises no alarm."""
    dimensions = [{"Name": "environment", "Value": environment}]
    counts = {"MixedTraces": sum(mixed.behind_the_api for mixed in found.mixed), "CheckedTraces": found.checked}
    return [
        {"MetricName": name, "Dimensions": dimensions, "Value": float(count), "Unit": "Count"}  # type: ignore[typeddict-item]
        for name, count in counts.items()
    ]
