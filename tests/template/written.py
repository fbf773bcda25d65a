"""The templates as they are written: their text, resources and functions."""

from typing import Any

from tests.support.project.deployment import (
    PLATFORM,
    ROOT,
    TEMPLATES,
    Deployment,
    before_stable,
    deployed,
    of_type,
    template,
)

TEXT = {name: (ROOT / name).read_text(encoding="utf-8") for name in TEMPLATES}
RESOURCES = {name: template(name)["Resources"] for name in TEMPLATES}
FUNCTIONS = {name: of_type(RESOURCES[name], "AWS::Serverless::Function") for name in TEMPLATES}


def each_of(kind: str) -> list[tuple[str, str]]:
    """Template and logical id of all resources of a type."""
    return [(written, name) for written in TEMPLATES for name in of_type(RESOURCES[written], kind)]


def whole(written: str) -> list[Deployment]:
    """Stacks that together have everything that the template can make, but for what is only there for a change."""
    return [before_stable("prod")] if written == PLATFORM else [deployed("prod-v1"), deployed("gray")]


# What the platform does with a function's role by itself: logs, traces, reading a stream, keeping what failed.
OF_THE_PLATFORM = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
}


def policies_of(written: str, function: str) -> Any:
    role = RESOURCES[written][FUNCTIONS[written][function]["Role"]["Fn::GetAtt"].split(".")[0]]
    return role["Properties"].get("Policies")
