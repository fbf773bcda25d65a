"""The control plane as deployed, its roles enforced: its alarms, caused; each way to kill; drift; a lane that goes."""

from typing import Any

import pytest
from tests.support.stack.control_plane import Control
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer
from tests.support.stack.waiting import until

from graylocal.stack import LocalStack

pytestmark = pytest.mark.long


@pytest.fixture
def control(stack: LocalStack, operator: Operator) -> Control:
    """With everybody on stable, and what is saved published."""
    control = Control(stack)
    until(lambda: control.stamp().revision == control.head(), "the fresh release at the edge")
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
    until(lambda: control.stamp().state == "killed", "the kill of an invalid release")


def test_a_kill_straight_into_the_store_is_followed_by_head(control: Control, operator: Operator) -> None:
    operator.run("kill", "--direct", "-m", "nothing else answers")

    assert control.stamp().state == "killed"
    until(lambda: bool(operator.json("status")["state"] == "killed"), "HEAD killed")
    until(lambda: str(control.store.get_key(KvsARN=control.arn, Key="fence")["Value"]).isdecimal(), "an ordinary fence")


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
    until(lambda: Viewer().ask(control.stack.url).lane == "v1", "everybody on stable without a store")

    operator.run("rebuild", *source, "--yes", "-m", "the store was emptied")

    assert control.config().split("\n")[1:] == before.split("\n")[1:]
    assert control.stamp().revision == control.head()
    until(lambda: Viewer().ask(control.stack.url).lane == "v2", "everybody in v2 again")


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
    until(lambda: '"v2"' in control.config(), "v2 at the edge")
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
    until(lambda: '"v2"' in control.config(), "v2 back: it has registered anew")


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

    until(killed, "the kill by the alarm")
    until(lambda: bool(operator.json("status")["state"] == "killed"), "HEAD killed")
    assert operator.json("status")["author"] == f"alarm:graylane-{control.stack.environment}-withdraw-errors-v2"


@pytest.mark.causes("sync-silent")
def test_silence_is_told(control: Control) -> None:
    with control.sooner("sync-silent"):
        control.alarm_goes("sync-silent", "OK")  # the fresh release was a sync
        control.alarm_goes("sync-silent")

        control.scheduled()

        control.alarm_goes("sync-silent", "OK")
