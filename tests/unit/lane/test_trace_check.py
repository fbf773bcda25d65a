"""Reading traces through X-Ray's API, and what the scheduled check publishes of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from gray.analysis.trace_store import check_window
from gray.analysis.traces import Hop, Mixed, Report
from watch.trace_check import publish

if TYPE_CHECKING:
    from mypy_boto3_xray import XRayClient

END = datetime(2026, 1, 1, tzinfo=UTC)
START = END - timedelta(minutes=5)


@pytest.fixture
def xray() -> Iterator[tuple["XRayClient", Stubber]]:
    client = boto3.client("xray", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def summary(number: int, *lanes: str) -> dict[str, Any]:
    values = [{"AnnotationValue": {"StringValue": lane}} for lane in lanes]
    return {"Id": f"1-{number}", "Annotations": {"gray_lane": values, "gray_served": values}}


def trace(number: int) -> dict[str, Any]:
    """A v2 service that calls a v1 one."""

    def document(name: str, lane: str, **more: str) -> dict[str, Any]:
        marks = {"gray_lane": lane, "gray_served": lane}
        return {
            "id": name,
            "name": name,
            "origin": "AWS::Lambda::Function",
            "start_time": 1,
            "annotations": marks,
            **more,
        }

    found = [document("api", "v2"), document("stock", "v1", parent_id="api")]
    return {"Id": f"1-{number}", "Segments": [{"Id": one["id"], "Document": json.dumps(one)} for one in found]}


def test_all_pages_are_read_and_only_doubtful_traces_fetched_five_at_a_time(xray: tuple["XRayClient", Stubber]) -> None:
    client, stub = xray
    window = {"StartTime": START, "EndTime": END, "FilterExpression": 'annotation.gray_environment = "prod"'}
    clear = [summary(number, "v1") for number in range(10)]
    doubtful = [summary(number, "v1", "v2") for number in range(10, 17)]
    stub.add_response("get_trace_summaries", {"TraceSummaries": clear, "NextToken": "more"}, window)
    stub.add_response("get_trace_summaries", {"TraceSummaries": doubtful}, window | {"NextToken": "more"})
    first = [f"1-{number}" for number in range(10, 15)]
    stub.add_response(
        "batch_get_traces", {"Traces": [trace(n) for n in (10, 11, 12)], "NextToken": "n"}, {"TraceIds": first}
    )
    stub.add_response(
        "batch_get_traces", {"Traces": [trace(n) for n in (13, 14)]}, {"TraceIds": first, "NextToken": "n"}
    )
    stub.add_response("batch_get_traces", {"Traces": [trace(15)]}, {"TraceIds": ["1-15", "1-16"]})
    found = check_window(client, "prod", START, END)
    assert found.checked == 17
    assert [mixed.trace_id for mixed in found.mixed] == [f"1-{number}" for number in range(10, 16)]
    assert str(found.mixed[0].hops[0]) == "api -> stock: v2 became v1"


def test_the_counts_are_plain_metrics_of_the_environment() -> None:
    mixed = Mixed("1-1", ("v1", "v2"), 1.0, (Hop("api", "stock", "v2 became v1"),))
    client = boto3.client("cloudwatch", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    dimensions = [{"Name": "environment", "Value": "prod"}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": "Count"}
        for name, value in (("MixedTraces", 1.0), ("CheckedTraces", 7.0))
    ]
    with Stubber(client) as stub:
        stub.add_response("put_metric_data", {}, {"Namespace": "Graylane", "MetricData": data})
        publish(client, "prod", Report(7, (mixed,)))
        stub.assert_no_pending_responses()
