"""Alarms: plain, told to people, each with a runbook."""

import re
from typing import Any

import pytest
from tests.support.project.deployment import ROOT, TEMPLATES, deployed, of_type, template

from generate.reference.template_reference import alarm_name, alarm_topic

# By logical id, which is one name in both templates.
ALARMS = {
    name: alarm
    for written in TEMPLATES
    for name, alarm in of_type(template(written)["Resources"], "AWS::CloudWatch::Alarm").items()
}
# A lane's stack has no topic of its own and names the platform's, as another stack's resources are named.
BY_NAME = {"Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:graylane-${Environment}-alarms"}
PEOPLE = [{"Ref": "AlarmTopic"}, BY_NAME]
WITHDRAW = {"Fn::Sub": BY_NAME["Fn::Sub"].removesuffix("alarms") + "withdraw"}
RUNBOOKS = ROOT / "docs" / "runbooks"
NEEDED = {
    "validation-failed",
    "publication-failed",
    "sync-silent",
    "sync-failed",
    "drift",
    "lane-withdrawn",
}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_on_one_plain_metric(name: str) -> None:
    alarm = ALARMS[name]
    assert "Metrics" not in alarm
    assert alarm["Namespace"] in ("Graylane", "AWS/ApiGateway", "AWS/Lambda", "AWS/SQS", "AWS/CloudFront")
    assert alarm["MetricName"]
    assert alarm["Statistic"] in ("Sum", "Maximum")
    assert 0 < alarm["Period"] * alarm["EvaluationPeriods"] <= 900
    assert alarm["Dimensions"]
    # silence is told only where silence is the fault
    silence = alarm["ComparisonOperator"] == "LessThanThreshold"
    assert alarm["TreatMissingData"] == ("breaching" if silence else "notBreaching")


def test_no_alarm_has_what_it_was_merged_with_for_its_own() -> None:
    """An alarm that is written as another with changes, and lacks one, would be that other under two logical ids."""
    assert len(ALARMS) == sum(len(of_type(template(one)["Resources"], "AWS::CloudWatch::Alarm")) for one in TEMPLATES)
    for told in (
        [str(one["AlarmName"]) for one in ALARMS.values()],
        [str(one["AlarmDescription"]) for one in ALARMS.values()],
        [f"{one['MetricName']} {one['Dimensions']}" for one in ALARMS.values()],
    ):
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_to_people_and_has_a_runbook(name: str) -> None:
    alarm = ALARMS[name]
    assert any(topic in alarm["AlarmActions"] for topic in PEOPLE)
    runbook = RUNBOOKS / f"{alarm_topic(alarm_name(alarm['AlarmName']))}.md"
    assert runbook.is_file(), f"docs/runbooks/{runbook.name} is not there"


@pytest.mark.parametrize(("topic", "by_name"), [("AlarmTopic", BY_NAME), ("WithdrawTopic", WITHDRAW)])
def test_the_two_names_of_a_topic_are_one(topic: str, by_name: Any) -> None:
    prod, gray = deployed("prod"), deployed("gray")
    name = prod.text(prod.resources[topic]["Properties"]["TopicName"])
    assert gray.text(by_name).endswith(f":{name}")


def test_the_control_planes_own_alarms_are_all_there() -> None:
    assert {alarm_topic(alarm_name(one["AlarmName"])) for one in ALARMS.values()} >= NEEDED


def test_each_metric_of_our_own_is_one_that_the_code_counts() -> None:
    """A name with a typing error would be an alarm that never comes."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    wanted = {one["MetricName"] for one in ALARMS.values() if one["Namespace"] == "Graylane"}
    assert wanted
    assert not [name for name in wanted if f'"{name}"' not in source]


def test_cloudfront_is_asked_where_it_counts() -> None:
    edge = [one for one in ALARMS.values() if one["Namespace"] == "AWS/CloudFront"]
    assert edge
    assert all({"Name": "Region", "Value": "Global"} in one["Dimensions"] for one in edge)
    functions = {_named(one) for one in edge}
    assert functions == {"request-static", "request-api", "response"}


def test_those_that_withdraw_gray_are_told_to_the_sync_function_too() -> None:
    withdraw = [one for one in ALARMS.values() if "-withdraw-" in one["AlarmName"]["Fn::Sub"]]
    assert len(withdraw) == 2
    assert all(WITHDRAW in one["AlarmActions"] for one in withdraw)
    others = [one for one in ALARMS.values() if one not in withdraw]
    assert not [one for one in others for topic in (WITHDRAW, {"Ref": "WithdrawTopic"}) if topic in one["AlarmActions"]]


def _named(alarm: Any) -> str:
    (name,) = [one["Value"]["Fn::Sub"] for one in alarm["Dimensions"] if one["Name"] == "FunctionName"]
    return re.sub(r"^graylane-\$\{Environment\}-", "", name)
