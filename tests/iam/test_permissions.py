"""Every AWS call that the functions make, against the role of the function that makes it.

The emulator does not evaluate all services' policies, and moto none; this simulates IAM's own evaluation.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.iam.requests import Asked, asked
from tests.iam.resolved import Environment, resolved
from tests.iam.scenario import recorded_day
from tests.iam.simulator import Question, allowed, missing
from tests.template.written import OF_THE_PLATFORM

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

# Allowed and not called in this day, with the reason.
NOT_IN_A_DAY = {
    "cloudfront-keyvaluestore:GetKey": "a store of more than 50 keys, read by its two keys",
    "lambda:InvokeFunctionUrl": "a signed function URL is asked for its health by HTTP",
    "ssm:GetParameterHistory": "two runs that write the parameter at one moment",
}
FOREIGN = (("graylane-dev", "graylane-other"), ("/gray/dev", "/gray/other"), ("graylane/dev", "graylane/other"))


@pytest.fixture(scope="module")
def here() -> Environment:
    return resolved()


@pytest.fixture(scope="module")
def calls(here: Environment) -> dict[str, list[Asked]]:
    """By role, what its functions ask for, each once."""
    found: dict[str, dict[Asked, None]] = defaultdict(dict)
    for call in recorded_day(here):
        for one in asked(call):
            found[here.role_of(call.function)][replace(one, function=here.role_of(call.function))] = None
    return {role: list(asks) for role, asks in found.items()}


def each(calls: Mapping[str, Sequence[Asked]]) -> Iterator[tuple[str, Asked]]:
    yield from ((role, one) for role, asks in calls.items() for one in asks)


def answers(here: Environment, asks: Sequence[tuple[str, Asked]]) -> list[bool]:
    return allowed([Question(role, here.policies[role], one) for role, one in asks])


def test_every_function_that_has_policies_was_at_work(here: Environment, calls: Mapping[str, Sequence[Asked]]) -> None:
    callers = {role for role, statements in here.policies.items() if any(_own(each) for each in statements)}
    assert set(calls) == callers - {"ScheduleRole"}  # which the scheduler takes
    assert sum(map(len, calls.values())) > 100


def test_every_call_is_allowed_to_who_makes_it(here: Environment, calls: Mapping[str, Sequence[Asked]]) -> None:
    asks = list(each(calls))
    denied = [str(one) for (_, one), ok in zip(asks, answers(here, asks), strict=True) if not ok]
    assert not denied


def test_no_call_is_allowed_without_its_statement(here: Environment, calls: Mapping[str, Sequence[Asked]]) -> None:
    """And each statement of a function's own is needed by one of its calls."""
    questions, named = [], []
    for role, one in each(calls):
        for statement in here.policies[role]:
            if one.action in _actions(statement):
                rest = [other for other in here.policies[role] if other is not statement]
                questions.append(Question(role, rest, one))
                named.append((role, id(statement), str(one)))
    needed = {key[:2] for key, ok in zip(named, allowed(questions), strict=True) if not ok}
    lacking = {
        f"{role}: {_actions(statement)}"
        for role, statements in here.policies.items()
        for statement in statements
        if (role, id(statement)) in {key[:2] for key in named} and (role, id(statement)) not in needed
    }
    assert needed
    assert not lacking, "can be taken away, and every call is still allowed"


def test_every_action_that_is_allowed_was_called(here: Environment, calls: Mapping[str, Sequence[Asked]]) -> None:
    called = {one.action for _, one in each(calls)}
    granted = {
        action for role in calls for statement in here.policies[role] for action in _actions(statement)
    } - OF_THE_PLATFORM
    assert granted - called == set(NOT_IN_A_DAY)


def test_another_environments_resources_are_denied(here: Environment, calls: Mapping[str, Sequence[Asked]]) -> None:
    foreign = [
        (role, replace(one, resource=resource))
        for role, one in each(calls)
        if (resource := _foreign(one)) != one.resource
    ]
    assert len(foreign) > 60
    got = [str(one) for (_, one), ok in zip(foreign, answers(here, foreign), strict=True) if ok]
    assert not got


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("events:PutEvents", "", {"events:source": ["aws.s3"]}),
        ("events:PutEvents", "", {"events:source": ["graylane", "graylane.orders"]}),
        ("events:PutEvents", "", {}),
        ("cloudwatch:PutMetricData", "", {"cloudwatch:namespace": "AWS/Lambda"}),
        ("apigateway:PATCH", "arn:aws:apigateway:us-east-1::/restapis/another/resources/r/methods/GET", {}),
        ("apigateway:PATCH", "arn:aws:apigateway:us-east-1::/restapis/another", {}),
        ("apigateway:DELETE", "arn:aws:apigateway:us-east-1::/usageplans/another/keys/anothers", {}),
        ("apigateway:DELETE", "arn:aws:apigateway:us-east-1::/usageplans/another", {}),
        ("apigateway:POST", "arn:aws:apigateway:us-east-1::/restapis", {}),
    ],
)
def test_what_a_condition_or_a_path_leaves_out_is_denied(
    here: Environment, calls: Mapping[str, Sequence[Asked]], action: str, resource: str, context: Mapping[str, Any]
) -> None:
    asks = [
        (role, replace(one, resource=resource or one.resource, context=context))
        for role, one in each(calls)
        if one.action == action
    ]
    assert asks
    assert not any(answers(here, asks))


def _actions(statement: Mapping[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else list(action)


def _own(statement: Mapping[str, Any]) -> bool:
    return not set(_actions(statement)) <= OF_THE_PLATFORM


def _foreign(one: Asked) -> str:
    resource = one.resource
    for ours, theirs in FOREIGN:
        resource = resource.replace(ours, theirs)
    return resource
