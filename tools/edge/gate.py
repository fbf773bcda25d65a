"""The last look before viewers are served: the built code, run by CloudFront itself.

Create and update do not compile a function; TestFunction does. So the code is put under the name `<function>-gate`, on
the store that the real one reads, and asked a few requests at the DEVELOPMENT stage, where no viewer comes. What it
cannot show: that an origin was changed, and that a header is forbidden (the rules are for that). It is removed at the
end, because a store cannot be deleted while a function has it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from edge.probes import probes
from edge.shape import shape_problems

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

__all__ = ["Outcome", "find_store", "try_functions"]

_MOST_UTILIZATION = 70  # percent of the time that CloudFront allows; beyond 80 it advises against
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
    """Each function (name and code): its name, the most it used of the time allowed (percent), and what is wrong."""
    for name, code in functions.items():
        gate = f"graylane-{environment}-{name.replace('_', '-')}-gate"
        tag = _put(client, gate, code, store if name != "response" else None)
        try:
            yield _tried(client, name, gate, tag)
        finally:
            client.delete_function(Name=gate, IfMatch=tag)


def _put(client: "CloudFrontClient", gate: str, code: str, store: str | None) -> str:
    """Creates the function, or updates one that an interrupted run left; its ETag."""
    config: dict[str, Any] = {"Comment": "Built code on trial; no viewer comes here", "Runtime": _RUNTIME}
    if store is not None:
        config["KeyValueStoreAssociations"] = {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]}
    arguments: Any = {"Name": gate, "FunctionConfig": config, "FunctionCode": code.encode()}
    try:
        return client.create_function(**arguments)["ETag"]
    except client.exceptions.FunctionAlreadyExists:
        client.update_function(**arguments, IfMatch=_tag(client, gate))
        return _tag(client, gate)  # the answer to an update carries it in a misspelt header


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
        yield f"uses {used} % of the time that CloudFront allows; {_MOST_UTILIZATION} is our limit"
