"""Who may do what: no statement is wider than it says."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from tests.support.project.deployment import (
    LANE,
    PLATFORM,
    ROOT,
    TEMPLATES,
    of_type,
)
from tests.template.written import FUNCTIONS, OF_THE_PLATFORM, RESOURCES, TEXT, whole

HOLDERS_OF_POLICIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
# Actions whose operation has another name.
CALLED_AS = {
    "s3:ListBucket": "list_objects_v2",
    "s3:GetObjectVersion": "get_object",
    "lambda:InvokeFunction": "invoke",
    "apigateway:GET": "get_rest_api",
    "lambda:InvokeFunctionUrl": "signed_fetch",
    "apigateway:PATCH": "update_stage",
    "apigateway:POST": "create_usage_plan_key",
    "apigateway:DELETE": "delete_usage_plan_key",
}


@pytest.mark.parametrize(("written", "number"), [(PLATFORM, 35), (LANE, 15)])
def test_no_policy_says_everything_without_a_reason(written: str, number: int) -> None:
    found = list(_statements(written))
    assert len(found) > number
    wild = [node for node in found if any(_is_wild(each) for each in _scalars(node))]
    silent = [f"line {node.start_mark.line + 1}" for node in wild if not _explained(written, node)]
    assert wild
    assert not silent, "a wildcard without a comment in its statement"


@pytest.mark.parametrize("written", TEMPLATES)
def test_the_reason_of_a_bare_star_stands_on_its_line(written: str) -> None:
    stars = [each for node in _statements(written) for each in _scalars(node) if each.value == "*"]
    assert stars
    lines = TEXT[written].splitlines()
    silent = [f"line {star.start_mark.line + 1}" for star in stars if "  # " not in lines[star.start_mark.line]]
    assert not silent


def test_an_action_is_never_a_wildcard_that_allows() -> None:
    for statement in _plain_statements():
        if statement["Effect"] == "Allow":
            assert "*" not in str(statement["Action"]), statement


def test_every_action_is_one_that_code_calls() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    needless = set()
    stacks = [stack for written in TEMPLATES for stack in whole(written)]
    for name, role in (found for stack in stacks for found in of_type(stack.resources, *HOLDERS_OF_POLICIES).items()):
        documents = [one["PolicyDocument"] for one in role.get("Policies", [role]) if "PolicyDocument" in one]
        statements = [statement for document in documents for statement in document["Statement"]]
        for action in {action for statement in statements for action in _listed(statement["Action"])} - OF_THE_PLATFORM:
            call = CALLED_AS.get(action) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action.partition(":")[2]).lower()
            if f'"{call}"' not in source and f".{call}(" not in source:
                needless.add(f"{name} {action}")
    assert not needless


@pytest.mark.parametrize("written", TEMPLATES)
def test_a_function_has_a_role_of_its_own_made_of_statements(written: str) -> None:
    roles = [one["Role"]["Fn::GetAtt"] for one in FUNCTIONS[written].values()]
    assert len(set(roles)) == len(roles)
    assert not [name for name, one in FUNCTIONS[written].items() if "Policies" in one]
    aws_managed = re.findall(r"iam::aws:policy/\S+", TEXT[written])
    log_role = ["iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"]
    assert aws_managed == (log_role if written == LANE else [])


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _plain_statements() -> Iterator[Mapping[str, Any]]:
    def walk(value: Any) -> Iterator[Mapping[str, Any]]:
        if isinstance(value, dict):
            if "Effect" in value and "Action" in value:
                yield value
            for each in value.values():
                yield from walk(each)
        elif isinstance(value, list):
            for each in value:
                yield from walk(each)

    return walk(RESOURCES)


def _statements(written: str) -> Iterator[yaml.MappingNode]:
    """The statements of a template's policies, as nodes that know their lines."""

    def walk(node: yaml.Node) -> Iterator[yaml.MappingNode]:
        if isinstance(node, yaml.MappingNode):
            if {"Effect", "Action"} <= {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}:
                yield node
            for _, value in node.value:
                yield from walk(value)
        elif isinstance(node, yaml.SequenceNode):
            for each in node.value:
                yield from walk(each)

    root = yaml.compose(TEXT[written], Loader=yaml.SafeLoader)
    assert root
    return walk(root)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The values of Action, Resource and Principal, wherever they stand in a statement."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _scalars(each)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value not in ("Condition", "Sid"):
                yield from _scalars(value)


def _is_wild(scalar: yaml.ScalarNode) -> bool:
    """Anything with a star but the objects of one of the template's own buckets."""
    return "*" in scalar.value and not re.fullmatch(r"\$\{\w+Bucket\.Arn\}/\S*", scalar.value)


def _explained(written: str, node: yaml.MappingNode) -> bool:
    return any("# " in line for line in TEXT[written].splitlines()[node.start_mark.line : node.end_mark.line + 1])
