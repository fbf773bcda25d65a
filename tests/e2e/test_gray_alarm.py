"""The way back by itself, up to the kill: figures, finding, alarm, message, decision; on the emulator."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gray.alarm_rollback import Ignored, Kill, decide
from gray.trial import Limits
from graylocal.stack import LocalStack
from watch.run import watch
from watch.settings import Settings

pytestmark = pytest.mark.e2e

TABLE, ENVIRONMENT = "graylane-alarm-config", "alarm"
PREFIX = f"graylane-{ENVIRONMENT}-withdraw-"
SETTINGS = Settings(ENVIRONMENT, TABLE, Limits(), settle=0)


class Site:
    """A release at 10 %, its metrics, its alarms as template.yaml declares them, and a queue behind their topic."""

    def __init__(self, stack: LocalStack) -> None:
        self.cloudwatch, self.dynamodb, self.sqs = (stack.client(s) for s in ("cloudwatch", "dynamodb", "sqs"))
        # Six minutes ago: CloudWatch windows are whole minutes, and this test does not wait for them.
        self.begin = int(time.time()) // 60 * 60 - 360
        self._release()
        self._alarms(stack.client("sns"))

    def _release(self) -> None:
        names = {"pk": "S", "sk": "N"}
        self.dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in names.items()],
            BillingMode="PAY_PER_REQUEST",
        )
        document = {"salt": "saltsalt", "lanes": ["v2"], "rules": [{"id": "ramp", "lane": "v2", "percent": 10}]}
        common = {"epoch": {"N": "1"}, "state": {"S": "active"}}
        head = {"pk": {"S": "head"}, "sk": {"N": "0"}, "revision": {"N": "1"}}
        revision = {"pk": {"S": "revision"}, "sk": {"N": "1"}, "release": {"S": json.dumps(document)}}
        for item in (head, revision):
            self.dynamodb.put_item(TableName=TABLE, Item=item | common)

    def _alarms(self, sns: Any) -> None:
        topic = sns.create_topic(Name="withdraw")["TopicArn"]
        self.queue = self.sqs.create_queue(QueueName="withdraw")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": attributes["QueueArn"],
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["QueueArn"])
        for name, metric in (("errors", "GrayWorseErrors"), ("latency", "GrayWorseLatency")):
            self.cloudwatch.put_metric_alarm(
                AlarmName=f"{PREFIX}{name}-v2",
                Namespace="Graylane",
                MetricName=metric,
                Dimensions=[{"Name": "environment", "Value": ENVIRONMENT}, {"Name": "lane", "Value": "v2"}],
                Statistic="Maximum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanOrEqualToThreshold",
                TreatMissingData="notBreaching",
                AlarmActions=[topic],
            )

    def traffic(self, *, stable_errors: int, gray_errors: int) -> None:
        """Five minutes of both lanes, at 180 and 20 requests a minute."""
        for minute in range(5):
            for lane, requests, errors in (("v1", 180, stable_errors), ("v2", 20, gray_errors)):
                dimensions = [
                    {"Name": "ApiName", "Value": f"graylane-{ENVIRONMENT}-api-{lane}"},
                    {"Name": "Stage", "Value": "live"},
                ]
                values = {"Count": [1.0] * requests, "5XXError": [1.0] * errors, "Latency": [10.0] * requests}
                data = [
                    {"MetricName": n, "Dimensions": dimensions, "Timestamp": self.begin + 60 * minute + 1, "Value": v}
                    for n, each in values.items()
                    for v in each
                ]
                self.cloudwatch.put_metric_data(Namespace="AWS/ApiGateway", MetricData=data)

    def watched(self) -> dict[str, float]:
        watch(self.cloudwatch, self.dynamodb, SETTINGS, self.begin)  # the trial begins before the traffic
        return watch(self.cloudwatch, self.dynamodb, SETTINGS, self.begin + 300)

    def message(self, wait: int) -> str | None:
        """What the topic sent, within so many seconds."""
        answer = self.sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=wait)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        return str(bodies[0]["Message"]) if bodies else None


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with LocalStack("alarm", state=tmp_path, time_scale=0.05) as stack:
        yield Site(stack)


def test_a_gray_lane_that_fails_a_fifth_raises_its_alarm_whose_message_kills_once(site: Site) -> None:
    site.traffic(stable_errors=1, gray_errors=4)
    found = site.watched()
    assert (found["GrayWorseErrors.v2"], found["GrayWorseLatency.v2"]) == (1, 0)

    message = site.message(wait=20)
    assert message is not None
    decision = decide(message, prefix=PREFIX, enabled=True, head_state="active")
    assert isinstance(decision, Kill)
    assert decision.author == f"alarm:{PREFIX}errors-v2"
    assert decision.cause.startswith(f"{PREFIX}errors-v2@20")
    assert isinstance(decide(message, prefix=PREFIX, enabled=False, head_state="active"), Ignored)


def test_an_outage_of_stable_raises_no_alarm_of_gray(site: Site) -> None:
    site.traffic(stable_errors=90, gray_errors=0)
    found = site.watched()
    assert (found["GrayWorseErrors.v2"], found["GrayWorseLatency.v2"]) == (0, 0)
    # Two of the alarm's shortened periods pass without a message.
    assert site.message(wait=6) is None
