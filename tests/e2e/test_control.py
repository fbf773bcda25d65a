"""The control plane as deployed, its roles enforced: its alarms, caused; each way to kill; drift; a lane that goes."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.e2e.operator import Operator
from tests.e2e.viewers import Viewer

from gray.dynamodb_values import to_item
from gray.edge.config import Stamp, stamped
from graylocal.stack import LocalStack

PATIENCE = 60.0
ALARM_SETTINGS = [
    "AlarmName",
    "AlarmDescription",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "ComparisonOperator",
    "Threshold",
    "TreatMissingData",
    "AlarmActions",
]


class Control:
    """What an operator with AWS's console sees and does."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.outputs = stack.outputs()
        self.table = self.outputs["ConfigTable"]
        self.dynamodb = stack.client("dynamodb")
        self.store = stack.client("cloudfront-keyvaluestore")
        self.arn = self.outputs["KeyValueStoreArn"]

    def until(self, seen: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Waits for something that comes by itself."""
        end = time.monotonic() + patience
        while not seen():
            assert time.monotonic() < end, f"not within {patience} s: {what}"
            time.sleep(0.2)

    def config(self) -> str:
        return str(self.store.get_key(KvsARN=self.arn, Key="config")["Value"])

    def stamp(self) -> Stamp:
        found = stamped(self.config())
        assert found
        return found

    def tamper(self, key: str, value: str) -> None:
        etag = self.store.describe_key_value_store(KvsARN=self.arn)["ETag"]
        self.store.put_key(KvsARN=self.arn, Key=key, Value=value, IfMatch=etag)

    def empty(self) -> None:
        """Somebody has deleted every key of the store."""
        keys = [item["Key"] for item in self.store.list_keys(KvsARN=self.arn)["Items"]]
        etag = self.store.describe_key_value_store(KvsARN=self.arn)["ETag"]
        self.store.update_keys(KvsARN=self.arn, IfMatch=etag, Deletes=[{"Key": key} for key in keys])

    def scheduled(self) -> Any:
        """The scheduled function, at once."""
        answer = self.stack.client("lambda").invoke(FunctionName=self.outputs["ScheduledSyncFunction"])
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def head(self) -> int:
        item = self.dynamodb.get_item(TableName=self.table, Key={"pk": {"S": "head"}, "sk": {"N": "0"}})["Item"]
        return int(item["revision"]["N"])

    def write_by_hand(self, number: int, release: str) -> None:
        """A revision and HEAD, past every check."""
        values: Any = {"pk": "revision", "sk": number, "epoch": 99, "state": "active", "release": release}
        self.dynamodb.put_item(TableName=self.table, Item=to_item(values))
        head: Any = {"pk": "head", "sk": 0, "revision": number, "epoch": 99, "state": "active"}
        self.dynamodb.put_item(TableName=self.table, Item=to_item(head))

    def drift_is_due(self) -> None:
        self.dynamodb.update_item(
            TableName=self.table,
            Key={"pk": {"S": "store"}, "sk": {"N": "0"}},
            UpdateExpression="SET checked_at = :zero, version = version + :one",
            ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}},
        )

    @contextmanager
    def sooner(self, name: str) -> Iterator[None]:
        """The alarm as deployed, but on a minute instead of its quarter of an hour."""
        cloudwatch = self.stack.client("cloudwatch")
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[f"graylane-{self.stack.environment}-{name}"])["MetricAlarms"]
        kept = {key: alarm[key] for key in ALARM_SETTINGS if key in alarm}
        cloudwatch.put_metric_alarm(**kept | {"Period": 60})
        try:
            yield
        finally:
            cloudwatch.put_metric_alarm(**kept)

    def alarm_goes(self, name: str, state: str = "ALARM", patience: float = PATIENCE) -> None:
        cloudwatch = self.stack.client("cloudwatch")
        full = f"graylane-{self.stack.environment}-{name}"

        def seen() -> bool:
            (alarm,) = cloudwatch.describe_alarms(AlarmNames=[full])["MetricAlarms"]
            return bool(alarm["StateValue"] == state)

        self.until(seen, f"alarm {full} {state}", patience)


@pytest.fixture
def control(stack: LocalStack, operator: Operator) -> Control:
    """With everybody on stable, and what is saved published."""
    control = Control(stack)
    control.until(lambda: control.stamp().revision == control.head(), "the fresh release at the edge")
    return control


@pytest.mark.causes("validation-failed")
def test_an_invalid_release_written_by_hand_is_refused_and_the_edge_keeps_what_it_had(
    control: Control, operator: Operator
) -> None:
    before = control.config()

    control.write_by_hand(control.head() + 1, '{"salt": 7}')

    control.alarm_goes("validation-failed")
    assert control.config() == before
    operator.run("kill", "-m", "the release is invalid")
    control.until(lambda: control.stamp().state == "killed", "the kill of an invalid release")


def test_a_kill_straight_into_the_store_is_followed_by_head(control: Control, operator: Operator) -> None:
    operator.run("kill", "--direct", "-m", "nothing else answers")

    assert control.stamp().state == "killed"
    control.until(lambda: bool(operator.json("status")["state"] == "killed"), "HEAD killed")
    control.until(
        lambda: str(control.store.get_key(KvsARN=control.arn, Key="fence")["Value"]).isdecimal(), "an ordinary fence"
    )


@pytest.mark.causes("drift")
def test_drift_is_found_told_and_repaired(control: Control) -> None:
    before = control.config()
    control.tamper("config", "garbage")
    control.drift_is_due()

    answer = control.scheduled()

    assert "store: config was changed" in answer["drift"]
    control.alarm_goes("drift")
    assert control.config().split("|")[7:] == before.split("|")[7:]


@pytest.mark.parametrize("source", [(), ("--from", "s3")])
def test_an_emptied_store_is_rebuilt_as_the_runbook_says(
    control: Control, operator: Operator, source: tuple[str, ...]
) -> None:
    """docs/runbooks/rebuild-the-edge.md; its other cases are in tests/unit/control/test_rebuild.py."""
    operator.run("ramp", "100", "--yes")
    before = control.config()
    control.empty()
    control.until(lambda: Viewer().ask(control.stack.url).lane == "v1", "everybody on stable without a store")

    operator.run("rebuild", *source, "--yes", "-m", "the store was emptied")

    assert control.config().split("\n")[1:] == before.split("\n")[1:]
    assert control.stamp().revision == control.head()
    control.until(lambda: Viewer().ask(control.stack.url).lane == "v2", "everybody in v2 again")


@pytest.mark.causes("publication-failed", "sync-failed")
def test_a_publication_that_fails_is_told_and_completed(control: Control, operator: Operator) -> None:
    secrets = control.stack.client("secretsmanager")
    name = control.outputs["EdgeKeysSecret"]
    good = secrets.get_secret_value(SecretId=name)["SecretString"]
    secrets.put_secret_value(SecretId=name, SecretString="garbage")
    try:
        operator.run("apply", "--new", "--yes", "--no-wait")
        control.alarm_goes("publication-failed")
        # By hand too: the emulator repeats a failed stream batch for an hour, whatever the template says, but gives up
        # an invocation after as many attempts as it says.
        failed = operator.run("sync", check=False)
        assert failed.returncode
        control.alarm_goes("sync-failed")
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=good)

    control.scheduled()

    assert control.stamp().revision == control.head()


@pytest.mark.causes("lane-withdrawn")
def test_a_lane_that_goes_is_withdrawn_and_told(control: Control, operator: Operator) -> None:
    operator.run("ramp", "100", "--yes", check=False)
    control.until(lambda: '"v2"' in control.config(), "v2 at the edge")
    ssm = control.stack.client("ssm")
    name = f"/gray/{control.stack.environment}/lanes/v2"
    registration = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.delete_parameter(Name=name)
    try:
        control.scheduled()
        assert "v2" not in control.config()
        control.alarm_goes("lane-withdrawn")
    finally:
        ssm.put_parameter(Name=name, Value=registration, Type="String", Overwrite=True)

    control.scheduled()
    control.until(lambda: '"v2"' in control.config(), "v2 back: it has registered anew")


def test_a_sync_by_hand_publishes_invalidates_and_compares(control: Control, operator: Operator) -> None:
    record = operator.json("sync")

    assert (record["status"], record["trigger"], record["verified"]) == ("published", "manual", "as published")
    assert record["invalidation"]
    assert record["sequence"] == control.stamp().sequence
    assert record["calls"] > 0
    assert record["duration_ms"] > 0


def test_an_alarm_that_finds_gray_worse_kills_by_its_topic(control: Control, operator: Operator) -> None:
    operator.run("ramp", "100", "--yes")
    dimensions = [{"Name": "environment", "Value": control.stack.environment}, {"Name": "lane", "Value": "v2"}]
    finding: Any = {"MetricName": "GrayWorseErrors", "Dimensions": dimensions, "Value": 1.0}

    def killed() -> bool:
        # once more each time, as the watch would: the alarm looks at the last seconds only
        control.stack.client("cloudwatch").put_metric_data(Namespace="Graylane", MetricData=[finding])
        return control.stamp().state == "killed"

    control.until(killed, "the kill by the alarm")
    control.until(lambda: bool(operator.json("status")["state"] == "killed"), "HEAD killed")
    assert operator.json("status")["author"] == f"alarm:graylane-{control.stack.environment}-withdraw-errors-v2"


@pytest.mark.causes("sync-silent")
def test_silence_is_told(control: Control) -> None:
    with control.sooner("sync-silent"):
        control.alarm_goes("sync-silent", "OK")  # the fresh release was a sync
        control.alarm_goes("sync-silent")

        control.scheduled()

        control.alarm_goes("sync-silent", "OK")
