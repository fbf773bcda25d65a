"""Traces, filter expressions, metrics of log lines, and what an alarm makes of its values."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.support.aws.memory_cloudwatch import MemoryCloudWatch

from graylocal.observe.alarms import AlarmClock, judged
from graylocal.observe.filters import InvalidFilter, compiled
from graylocal.observe.log_metrics import LogMetrics, measured
from graylocal.observe.queues import QueueMetrics
from graylocal.observe.segments import Trace, Traces, documents


def trace() -> Trace:
    made = Trace("1-2-3")
    made.segments["a"] = {
        "id": "a",
        "trace_id": "1-2-3",
        "name": "api/live",
        "origin": "AWS::ApiGateway::Stage",
        "start_time": 10.0,
        "end_time": 12.0,
        "http": {"request": {"method": "GET", "url": "https://x/live/api/orders"}, "response": {"status": 200}},
    }
    made.segments["b"] = {
        "id": "b",
        "name": "fn",
        "origin": "AWS::Lambda::Function",
        "start_time": 10.5,
        "end_time": 11.0,
        "subsegments": [
            {"id": "c", "name": "## handler", "start_time": 10.6, "annotations": {"gray_lane": "v2", "cold": True}}
        ],
    }
    return made


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", True),
        ('annotation.gray_lane = "v2"', True),
        ('annotation[gray_lane] = "v2"', True),
        ('annotation.gray_lane = "v1"', False),
        ('annotation.gray_lane != "v1"', True),
        ("annotation.cold = true", True),
        ("annotation.gray_lane", True),
        ("annotation.other", False),
        ('service("fn") AND http.status = 200', True),
        ('service("nobody") OR (duration > 1 AND NOT fault)', True),
        ('http.url CONTAINS "orders" AND !error', True),
        ("ok", True),
        ("fault = true", False),
        ("responsetime > 5", False),
    ],
)
def test_filter_expressions(expression: str, expected: bool) -> None:
    assert compiled(expression)(trace()) is expected


@pytest.mark.parametrize(
    "expression", ["annotation.x = ", "nonsense = 1", "(fault", "fault fault", "annotation.x = 'v'"]
)
def test_expressions_that_cannot_be_read(expression: str) -> None:
    with pytest.raises(InvalidFilter):
        compiled(expression)


def test_summaries_have_all_values_of_an_annotation() -> None:
    mixed = trace()
    mixed.segments["d"] = {"id": "d", "name": "other", "start_time": 11.0, "annotations": {"gray_lane": "v1"}}
    summary = mixed.summary()
    values = [each["AnnotationValue"] for each in summary["Annotations"]["gray_lane"]]
    assert values == [{"StringValue": "v2"}, {"StringValue": "v1"}]
    assert (summary["Duration"], summary["Http"]["HttpStatus"]) == (2.0, 200)


def test_packets_of_the_daemon_become_traces() -> None:
    traces = Traces()
    segment = {"trace_id": "1-a-b", "id": "s", "name": "fn", "start_time": 1.0}
    for packet in (b'{"format":"json","version":1}\n' + json.dumps(segment).encode(), b"garbage", b"x\n{}"):
        for document in documents(packet):
            traces.add(document)
    assert [each.id for each in traces.between(0, 2)] == ["1-a-b"]


def test_a_log_line_in_the_embedded_metric_format_is_its_metrics() -> None:
    line = {
        "_aws": {
            "Timestamp": 5_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Graylane",
                    "Dimensions": [["environment", "lane"], []],
                    "Metrics": [{"Name": "Requests", "Unit": "Count"}],
                }
            ],
        },
        "environment": "dev",
        "lane": "v2",
        "Requests": [1.0, 2.0],
    }
    found = list(measured("prefix " + json.dumps(line), 9.0))
    assert [(each.value, each.dimensions, each.at) for each in found] == [
        (1.0, (("environment", "dev"), ("lane", "v2")), 5.0),
        (2.0, (("environment", "dev"), ("lane", "v2")), 5.0),
        (1.0, (), 5.0),
        (2.0, (), 5.0),
    ]
    assert list(measured('"_aws" {broken', 0)) == []
    assert list(measured("plain", 0)) == []


@pytest.mark.parametrize(
    ("values", "alarm", "expected"),
    [
        ([2.0], {}, "ALARM"),
        ([1.0], {}, "OK"),
        ([None], {}, "INSUFFICIENT_DATA"),
        ([None], {"TreatMissingData": "ignore"}, "OK"),
        ([None], {"TreatMissingData": "breaching"}, "ALARM"),
        ([None], {"TreatMissingData": "notBreaching"}, "OK"),
        ([2.0, None, 2.0], {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}, "ALARM"),
        ([2.0, 0.0, 2.0], {"EvaluationPeriods": 3}, "OK"),
        ([2.0, None, 0.0], {"EvaluationPeriods": 3, "DatapointsToAlarm": 2, "TreatMissingData": "breaching"}, "ALARM"),
    ],
)
def test_alarm_states(values: list[float | None], alarm: dict[str, Any], expected: str) -> None:
    base = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1, "EvaluationPeriods": 1, "StateValue": "OK"}
    assert judged({**base, **alarm}, values).state == expected


class Alarmed(MemoryCloudWatch):
    """CloudWatch with alarms of one metric, by their periods."""

    def __init__(self, *periods: int) -> None:
        super().__init__()
        each = {"Namespace": "N", "MetricName": "Errors", "Statistic": "Sum", "EvaluationPeriods": 1, "Threshold": 1}
        kept = {"ComparisonOperator": "GreaterThanThreshold", "Dimensions": [], "StateValue": "OK"}
        names = [str(period) if period not in periods[:at] else f"{period}-{at}" for at, period in enumerate(periods)]
        self.alarms = [
            {**each, **kept, "AlarmName": name, "Period": period} for name, period in zip(names, periods, strict=True)
        ]

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_alarms"
        return SimpleNamespace(paginate=lambda **_asked: [{"MetricAlarms": self.alarms}])

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        return {"MetricDataResults": [one for page in self.paginate(**asked) for one in page["MetricDataResults"]]}

    def set_alarm_state(self, *, AlarmName: str, StateValue: str, StateReason: str) -> None:
        next(one for one in self.alarms if one["AlarmName"] == AlarmName)["StateValue"] = StateValue


def test_one_question_for_all_alarms_of_a_period_and_each_gets_the_values_of_its_own() -> None:
    cloudwatch = Alarmed(60, 300, 600, 60, 300)
    cloudwatch.record("N", "Errors", {}, 10_000, [1.0])
    cloudwatch.record("N", "Errors", {}, 10_150, [1.0])
    clock = AlarmClock(cloudwatch, 1.0, lambda: 10_170.0)  # type: ignore[arg-type]
    # one error in this minute, which began at 10,140; two in these five, since 9,900, and ten, since 9,600
    assert [name for name, _ in clock.tick()] == ["300", "300-4", "600"]
    assert cloudwatch.asked == 3
    assert clock.tick() == []


@pytest.mark.parametrize("late", [65, 125, 605])
def test_a_tick_that_comes_late_passes_over_no_period(late: int) -> None:
    cloudwatch, now = Alarmed(60), [10_010.0]
    cloudwatch.alarms[0]["TreatMissingData"] = "notBreaching"
    clock = AlarmClock(cloudwatch, 1.0, lambda: now[0])  # type: ignore[arg-type]
    assert clock.tick() == []
    cloudwatch.record("N", "Errors", {}, 10_015, [2.0])
    cloudwatch.record("N", "Errors", {}, 10_030, [0.0])
    now[0] += late
    assert [verdict.state for _, verdict in clock.tick()] == ["ALARM", "OK"]
    assert clock.tick() == []


def test_a_period_without_data_between_two_that_breach_ends_no_alarm() -> None:
    cloudwatch, now = Alarmed(60), [10_090.0]
    cloudwatch.alarms[0]["TreatMissingData"] = "notBreaching"
    clock = AlarmClock(cloudwatch, 1.0, lambda: now[0])  # type: ignore[arg-type]
    cloudwatch.record("N", "Errors", {}, 10_030, [2.0])
    assert [verdict.state for _, verdict in clock.tick()] == ["ALARM"]
    cloudwatch.record("N", "Errors", {}, 10_145, [2.0])
    now[0] = 10_150.0
    assert clock.tick() == []
    now[0] = 10_300.0
    assert [verdict.state for _, verdict in clock.tick()] == ["OK"]


class Logs:
    """One log group as CloudWatch Logs lists it."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.events = events

    def get_paginator(self, operation: str) -> "Logs":
        self.operation = operation
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        if self.operation == "describe_log_groups":
            return [{"logGroups": [{"logGroupName": "/aws/lambda/f", "storedBytes": len(self.events)}]}]
        return [{"events": [each for each in self.events if each["timestamp"] >= asked["startTime"]]}]


class Metrics:
    """CloudWatch, as far as values are put into it."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        self.values += [each["Value"] for each in MetricData]


@pytest.mark.parametrize("ids", [True, False])
def test_each_event_counts_once_with_an_id_or_as_the_emulator_writes_them_without(ids: bool) -> None:
    block = {"Namespace": "Graylane", "Dimensions": [["environment"]], "Metrics": [{"Name": "Runs"}]}
    line = json.dumps({"_aws": {"CloudWatchMetrics": [block]}, "environment": "test", "Runs": 1})
    event = {"logStreamName": "s", "timestamp": 10_000, "message": line}
    logs, metrics = Logs([]), Metrics()
    follower = LogMetrics(logs, metrics)  # type: ignore[arg-type]

    for number in range(4):  # two alike at the same moment, then one a look
        logs.events += [
            {**event, "eventId": f"{number}{n}"} if ids else dict(event) for n in range(2 if not number else 1)
        ]
        follower.look()
        follower.look()

    assert metrics.values == [1.0] * 5


def test_what_waits_in_a_queue_is_its_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        session = boto3.Session("test", "test", region_name="us-east-1")
        sqs, cloudwatch = session.client("sqs"), session.client("cloudwatch")
        sqs.create_queue(QueueName="another")
        url = sqs.create_queue(QueueName="graylane-test-sync-failed")["QueueUrl"]
        for _ in range(2):
            sqs.send_message(QueueUrl=url, MessageBody="x")
        assert QueueMetrics(sqs, cloudwatch, "graylane-").look() == 1
        (metric,) = cloudwatch.list_metrics(Namespace="AWS/SQS")["Metrics"]
        now = datetime.now(UTC)
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=metric["MetricName"],
            Dimensions=metric["Dimensions"],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=600,
            Statistics=["Maximum"],
        )
    assert metric["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert metric["Dimensions"] == [{"Name": "QueueName", "Value": "graylane-test-sync-failed"}]
    assert [point["Maximum"] for point in found["Datapoints"]] == [2]
