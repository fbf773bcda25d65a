"""What `grayctl watch` and the console are made of: traffic, alarms, plan, and what could not be read."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError
from tests.support.aws.config_table import TABLE
from tests.support.grayctl.grayctl_stack import REGION, Grayctl, Stack

from grayctl.commands.watch import looks
from grayctl.errors import UnreachableError
from grayctl.output.answers import WatchAnswer
from grayctl.reading.live import Live, read_live
from grayctl.reading.traffic import read_traffic
from grayctl.stack.target import discover


def count(cloudwatch: Any, lane: str, requests: int, errors: int) -> None:
    """Requests as API Gateway counts them, seconds ago: the emulator takes a window's end down to the whole second."""
    seen = datetime.now(UTC) - timedelta(seconds=10)
    dimensions = [{"Name": "ApiName", "Value": f"api-{lane}"}, {"Name": "Stage", "Value": "live"}]
    for name, value in (("Count", requests), ("5XXError", errors)):
        cloudwatch.put_metric_data(
            Namespace="AWS/ApiGateway",
            MetricData=[{"MetricName": name, "Dimensions": dimensions, "Value": value, "Timestamp": seen}],
        )


def raise_alarm(cloudwatch: Any, name: str) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Graylane",
        MetricName="x",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")


def test_lanes_share_the_traffic_and_alarms_are_named(stack: Stack, grayctl: Grayctl, monkeypatch: Any) -> None:
    # Given a release with a plan, traffic in both lanes, and one alarm here and one elsewhere
    monkeypatch.setenv("COLUMNS", "80")
    grayctl("ramp", "--plan", "1,5,25", "--every", "30m", "--yes", "--no-wait")
    grayctl("ramp", "5", "--yes")
    cloudwatch = boto3.client("cloudwatch", region_name=REGION)
    count(cloudwatch, "v1", 300, 0)
    count(cloudwatch, "v2", 100, 3)
    raise_alarm(cloudwatch, "graylane-test-lane-errors-v2")
    raise_alarm(cloudwatch, "graylane-prod-lane-errors-v2")
    # When somebody looks
    look = WatchAnswer.model_validate_json(grayctl("watch", "--once", "--json").out)
    # Then it is told as it is
    assert [(one.lane, one.requests, one.errors, one.share) for one in look.traffic] == [
        ("v1", 300, 0, 0.75),
        ("v2", 100, 3, 0.25),
    ]
    assert look.traffic[1].error_rate == 0.03
    assert look.alarms == ["graylane-test-lane-errors-v2"]
    assert look.plan
    assert look.plan["plan"]["steps"] == [1, 5, 25]
    assert look.troubles == []
    shown = grayctl("watch", "--once").out
    for text in ("75.0 %", "3.00 %", "ALARM: graylane-test-lane-errors-v2", "1 -> [5] -> 25 %", "revision 2"):
        assert text in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_what_cannot_be_read_is_said_and_hides_nothing_else(stack: Stack, grayctl: Grayctl) -> None:
    # Given a release that somebody wrote by hand, with a plan that is none
    grayctl("ramp", "5", "--yes")
    release = {"salt": "abcdefgh", "lanes": ["v2"], "rules": [], "plan": {"lane": "v2"}}
    stack.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "revision"}, "sk": {"N": "1"}},
        UpdateExpression="SET #r = :bad",
        ExpressionAttributeNames={"#r": "release"},
        ExpressionAttributeValues={":bad": {"S": json.dumps(release)}},
    )
    # When somebody looks
    outcome = grayctl("watch", "--once")
    # Then the rest is shown, and the plan's trouble told
    assert outcome.code == 0
    assert "revision 1, active" in outcome.out
    assert "! plan: " in outcome.out


def test_nobody_shares_nothing() -> None:
    assert read_traffic(None, {}) == []  # type: ignore[arg-type]


def test_a_look_that_fails_is_told_and_the_next_is_taken(stack: Stack, grayctl: Grayctl) -> None:
    # Given a network that is away for two looks, the first of all excepted
    grayctl("ramp", "5", "--yes")
    target = discover("test")
    away = EndpointConnectionError(endpoint_url="https://dynamodb.example")
    results = iter([away, UnreachableError("no stack"), None])

    def look() -> Live:
        if error := next(results):
            raise error
        return first

    first, waits = read_live(target, None), list[None]()
    # When somebody watches
    seen = list(itertools.islice(looks(first, look, lambda: waits.append(None), once=False), 4))
    # Then the looks before and after are there, and why there was none
    assert [each if isinstance(each, Live) else str(each) for each in seen] == [
        first,
        "no answer from https://dynamodb.example",
        "no stack",
        first,
    ]
    assert len(waits) == 3
    assert list(looks(first, look, lambda: waits.append(None), once=True)) == [first]
