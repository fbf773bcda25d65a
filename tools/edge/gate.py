"""The last check before deployment: CloudFront itself runs the built code.

Create and update do not compile a function; TestFunction does. So the code is created as `<function>-gate` with the
real function's store, and runs a few requests at the DEVELOPMENT stage, which no viewer reaches. It cannot detect a
wrong origin change or a forbidden header (the rules do). The function is deleted at the end, because a store cannot be
deleted while a function uses it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from edge.probes import probes
from edge.shape import shape_problems

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

__all__ = ["Outcome", "find_store", "try_functions"]

_MOST_UTILIZATION = 70  # percent of CloudFront's time limit; it advises against more than 80
_RUNTIME = "cloudfront-js-2.0"
Outcome = tuple[str, int, list[str]]


def find_store(client: "CloudFrontClient", environment: str) -> str | None:
    """The ARN of the environment's store; None before its first deployment."""
    try:
        return client.describe_key_value_store(Name=f"graylane-{environment}-edge")["KeyValueStore"]["ARN"]
    except client.exceptions.EntityNotFound:
        return None


def try_functions(
    client: "CloudFrontClient", environment: str, store: str, functions: Mapping[str, str]
) -> Iterator[Outcome]:
    """For each function (name and code): its name, its highest compute utilization (percent), and its problems."""
    for name, code in functions.items():
        gate = f"graylane-{environment}-{name.replace('_', '-')}-gate"
        tag = _put(client, gate, code, store if name != "response" else None)
        try:
            yield _tried(client, name, gate, tag)
        finally:
            client.delete_function(Name=gate, IfMatch=tag)


def _put(client: "CloudFrontClient", gate: str, code: str, store: str | None) -> str:
    """Create the function, or update one left by an interrupted run; returns its ETag."""
    config: dict[str, Any] = {"Comment": "Test of built code; not used by viewers", "Runtime": _RUNTIME}
    if store is not None:
        config["KeyValueStoreAssociations"] = {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]}
    arguments: Any = {"Name": gate, "FunctionConfig": config, "FunctionCode": code.encode()}
    try:
        return client.create_function(**arguments)["ETag"]
    except client.exceptions.FunctionAlreadyExists:
        client.update_function(**arguments, IfMatch=_tag(client, gate))
        return _tag(client, gate)  # UpdateFunction returns it in a misspelt header


def _tag(client: "CloudFrontClient", gate: str) -> str:
    return client.describe_function(Name=gate, Stage="DEVELOPMENT")["ETag"]


def _tried(client: "CloudFrontClient", name: str, gate: str, tag: str) -> Outcome:
    most, found = 0, []
    for what, event in probes(name):
        answer = client.test_function(
            Name=gate, IfMatch=tag, Stage="DEVELOPMENT", EventObject=json.dumps(event).encode()
        )["TestResult"]
        used = int(answer.get("ComputeUtilization") or 0)
        most = max(most, used)
        found += [f"{name}, {what}: {problem}" for problem in _problems(event, answer, used)]
    return name, most, found


def _problems(event: dict[str, Any], answer: Any, used: int) -> Iterator[str]:
    if message := answer.get("FunctionErrorMessage"):
        yield f"CloudFront says {message}"
        return
    output = json.loads(answer["FunctionOutput"])
    value = output.get("request", output.get("response"))
    yield from shape_problems(event, value)
    if used > _MOST_UTILIZATION:
        yield f"uses {used} % of CloudFront's time limit; our maximum is {_MOST_UTILIZATION} %"
