"""Rules that hold for both templates: short, in the order of a request, and all that logs or traces says so."""

import re

import pytest
from tests.support.project.deployment import (
    LANE,
    PLATFORM,
    ROOT,
    TEMPLATES,
    deployed,
    of_type,
    template,
)
from tests.template.written import FUNCTIONS, RESOURCES, TEXT, each_of

from delivery.artifacts.parameters import names
from delivery.commands import validate


def test_the_templates_are_short() -> None:
    assert sum(len(text.splitlines()) for text in TEXT.values()) < 1900


@pytest.mark.timeout(120)
def test_sam_finds_nothing_to_say() -> None:
    validate(names(ROOT))


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (PLATFORM, ["EDGE", "SITE", "API", "TELEMETRY", "CONTROL", "WATCH", "ALARMS"]),
        (LANE, ["TELEMETRY", "DATA", "API", "SERVICES", "REGISTRATION", "WITHOUT VERSION", "ALARMS"]),
    ],
)
def test_resources_stand_in_the_order_of_a_request(written: str, order: list[str]) -> None:
    sections = re.findall(r"^  # =+ (.+?) ?=*$", TEXT[written], re.MULTILINE)
    places = [next(at for at, word in enumerate(order) if section.startswith(word)) for section in sections]
    assert places == sorted(places)
    assert set(places) == set(range(len(order)))


@pytest.mark.parametrize(("written", "function"), each_of("AWS::Serverless::Function"))
def test_a_function_stands_before_its_log_group_and_its_role(written: str, function: str) -> None:
    names = list(RESOURCES[written])
    at = names.index(function)
    stem = function.removesuffix("Function")
    assert names[at + 1 : at + 3] == [f"{stem}LogGroup", f"{stem}Role"]


@pytest.mark.parametrize(("written", "name"), each_of("AWS::Logs::LogGroup"))
def test_logs_are_kept_as_long_as_asked(written: str, name: str) -> None:
    assert RESOURCES[written][name]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", names(ROOT))
def test_everything_that_logs_has_a_group_of_the_template(name: str) -> None:
    """A group that AWS makes by itself is kept for ever. (An edge function that calls no console.log logs nothing.)"""
    prod = deployed(name)
    groups = {prod.text(one["LogGroupName"]) for one in of_type(prod.resources, "AWS::Logs::LogGroup").values()}
    functions = of_type(prod.resources, "AWS::Serverless::Function").values()
    apis = of_type(prod.resources, "AWS::Serverless::Api").values()
    assert groups == {
        *(f"/aws/lambda/{prod.text(one['FunctionName'])}" for one in functions),
        *(f"/aws/apigateway/{prod.text(one['Name'])}" for one in apis),
    }
    assert all(one["AccessLogSetting"]["DestinationArn"] for one in apis)


@pytest.mark.parametrize("written", TEMPLATES)
def test_traces_are_on_wherever_they_exist(written: str) -> None:
    assert template(written)["Globals"]["Function"]["Tracing"] == "Active"
    assert not [name for name, one in FUNCTIONS[written].items() if "Tracing" in one]
    apis = of_type(RESOURCES[written], "AWS::Serverless::Api")
    assert bool(apis) == (written == LANE)
    assert all(api["TracingEnabled"] is True for api in apis.values())
    roles = of_type(RESOURCES[written], "AWS::IAM::Role")
    for function, one in FUNCTIONS[written].items():
        role = roles[one["Role"]["Fn::GetAtt"].split(".")[0]]
        assert {"Ref": "TelemetryPolicy"} in role["ManagedPolicyArns"], function


def test_what_api_gateway_answers_itself_names_the_lane_and_is_cached_nowhere() -> None:
    answers = RESOURCES[LANE]["Api"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(answers)
    for answer in answers.values():
        headers = answer["responseParameters"]
        assert headers["gatewayresponse.header.x-gray-version"] == {"Fn::Sub": "'${Lane}'"}
        assert headers["gatewayresponse.header.Cache-Control"] == "'private, no-store'"
