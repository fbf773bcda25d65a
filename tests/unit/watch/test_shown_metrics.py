"""Every metric that the dashboard or an alarm shows is one that something emits, under the same dimensions."""

import ast
import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.project.deployment import alarms_of

from generate.dashboard.body import body
from gray.analysis.traces import Report
from gray.analysis.trial import Findings
from lane.observe import PER_ENVIRONMENT, PER_LANE, emit
from lane.settings import Settings
from watch.compare import finding_metrics, lane_metrics
from watch.figures import Figures
from watch.trace_check import figures

ROOT = Path(__file__).parents[3]
# What AWS emits of what we look at (developer guides: CloudFront, "Types of metrics for CloudFront" and "for CloudFront
# Functions"; API Gateway, "Amazon API Gateway dimensions and metrics"; Lambda, "Types of metrics"; SQS, "Available
# CloudWatch metrics").
AWS = {
    ("AWS/CloudFront", ("DistributionId", "Region")): {"Requests", "4xxErrorRate", "5xxErrorRate", "TotalErrorRate"},
    ("AWS/CloudFront", ("FunctionName", "Region")): {
        "FunctionInvocations",
        "FunctionValidationErrors",
        "FunctionExecutionErrors",
        "FunctionComputeUtilization",
        "FunctionThrottles",
    },
    ("AWS/ApiGateway", ("ApiName", "Stage")): {"Count", "4XXError", "5XXError", "Latency"},
    ("AWS/Lambda", ("FunctionName",)): {"Invocations", "Errors", "Duration", "Throttles"},
    ("AWS/SQS", ("QueueName",)): {"ApproximateNumberOfMessagesVisible"},
}

type Shown = tuple[str, str, tuple[str, ...]]


def dashboard_metrics() -> set[Shown]:
    found: set[Shown] = set()
    for widget in body()["widgets"]:
        for line in widget["properties"].get("metrics", []):
            if isinstance(line[0], dict):
                schema, name = re.findall(r'\{(.+?)\} MetricName="(\w+)"', line[0]["expression"])[0]
                namespace, *dimensions = schema.split(",")
            else:
                namespace, name, *rest = [part for part in line if isinstance(part, str)]
                dimensions = rest[::2]
            found.add((namespace, name, tuple(sorted(dimensions))))
    return found


def alarm_metrics() -> set[Shown]:
    return {
        (one["Namespace"], one["MetricName"], tuple(sorted(each["Name"] for each in one["Dimensions"])))
        for one in alarms_of("test").values()
    }


def of_the_watch() -> Iterator[tuple[str, tuple[str, ...]]]:
    seen = {"v1": [Figures(60, 100, 1, 20.0)], "v2": [Figures(60, 10, 1, 20.0)]}
    everything = lane_metrics(seen, {"v2": 10.0}) + finding_metrics("v2", Findings(True, True, True, 2.0, 2.0, 2.0))
    for metric in everything:
        yield metric.name, ("environment", "lane") if metric.lane else ("environment",)
    yield "WatchRuns", ("environment",)  # tests/unit/watch/test_watch_run.py
    for datum in figures("test", Report(0, ())):
        yield datum["MetricName"], tuple(each["Name"] for each in datum["Dimensions"])


def of_the_lane_library() -> Iterator[tuple[str, tuple[str, ...]]]:
    own = Settings("test", "v2", "/gray/test", "api")
    lines = io.StringIO()
    emit(own, "v2", {"Requests": 1, "Errors": 1, "Latency": 1}, reason="staff", write=lines.write)
    emit(own, "v2", {"LaneMismatch": 1}, PER_ENVIRONMENT, write=lines.write)
    emit(own, "v2", {"DownstreamErrors": 1}, PER_LANE, write=lines.write)
    for line in map(json.loads, lines.getvalue().splitlines()):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for dimensions in directive["Dimensions"]:
                yield from ((metric["Name"], tuple(dimensions)) for metric in directive["Metrics"])


def of_the_sync_functions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """What they count; their only dimension is set once (src/sync/app.py)."""
    for path in (ROOT / "src" / "sync").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            with contextlib.suppress(AttributeError, IndexError):
                call: Any = node
                if call.func.id == "count":
                    yield call.args[0].value, ("environment",)


def emitted() -> set[Shown]:
    ours = [*of_the_watch(), *of_the_lane_library(), *of_the_sync_functions()]
    theirs = [(space, name, dimensions) for (space, dimensions), names in AWS.items() for name in names]
    return {("Graylane", name, tuple(sorted(dimensions))) for name, dimensions in ours} | set(theirs)


@pytest.mark.parametrize("shown", [dashboard_metrics, alarm_metrics])
def test_what_is_shown_is_emitted(shown: Any) -> None:
    found = shown()
    assert len(found) > 15
    assert found <= emitted()


def test_the_lanes_are_side_by_side_in_every_figure_a_person_compares() -> None:
    both = {"LaneRequests", "ErrorRate", "LatencyP95", "Share", "DownstreamErrors"}
    lines = [line for widget in body()["widgets"] for line in widget["properties"].get("metrics", [])]
    for name in both:
        assert {line[5] for line in lines if line[:2] == ["Graylane", name]} == {"v1", "${GrayLane}"}
