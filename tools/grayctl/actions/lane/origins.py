"""The origins of a registration: what graylane.toml, or the command line, says of the APIs of a stack."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grayctl.actions.lane.resources import KINDS, Resources
from grayctl.errors import UsageError
from grayctl.onboarding.proposal import names_of_apis
from grayctl.onboarding.settings import Origin
from grayctl.stack.target import Clients

__all__ = ["origins_of", "registered_origins"]

_REST, _HTTP, _URL = KINDS
_EVERY_PATH = "*"


def origins_of(stack: Resources) -> list[Origin]:
    """The APIs of a stack that no graylane.toml describes. Raises UsageError unless it is one."""
    found = {name: KINDS[one.type] for name, one in stack.by_name.items() if one.type in KINDS}
    if len(found) != 1:
        what = f"{len(found)} APIs and function URLs ({', '.join(found)})" if found else "no API and no function URL"
        raise UsageError(
            f"stack {stack.stack} has {what}, and there is no graylane.toml to say which paths lead to which",
            "Write it: grayctl init",
        )
    ((name, kind),) = found.items()
    values = {"id": names_of_apis([name])[name], "kind": kind, "resource": name, "behaviors": [_EVERY_PATH]}
    return [Origin.model_validate(values)]


def registered_origins(clients: Clients, stack: Resources, origins: Sequence[Origin]) -> list[dict[str, Any]]:
    """Each origin as a registration has it. Raises UsageError for what the stack lacks or leaves open."""
    return [_origin(clients, stack, one) for one in origins]


def _origin(clients: Clients, stack: Resources, origin: Origin) -> dict[str, Any]:
    if not origin.health:
        raise UsageError(
            f"origin {origin.id} has no health check",
            "Name a path of it that answers 200: `health` in graylane.toml, or --health.",
        )
    kinds = {"rest-api": _rest_api, "http-api": _http_api, "function-url": _function_url, "url": _url}
    place = kinds[origin.kind](clients, stack, origin)
    paths = list(_paths(origin))
    guard = origin.guard or place.get("guard") or ("api-key" if origin.usage_plan else "none")
    told: dict[str, Any] = {"id": origin.id, "kind": origin.kind, **place, "health": origin.health, "guard": guard}
    if paths:
        told["paths"] = paths
    if origin.usage_plan:
        told["usage_plan"] = stack.id_of(origin.usage_plan, "AWS::ApiGateway::UsagePlan")
    if origin.kill:
        function = stack.id_of(origin.kill.resource, "AWS::Lambda::Function")
        told["kill"] = {"variable": origin.kill.variable, "function": function}
    return told


def _paths(origin: Origin) -> Iterator[str]:
    """The beginnings of paths that lead to an origin; none for every path."""
    if origin.paths:
        yield from origin.paths
        return
    for pattern in origin.behaviors:
        if pattern == _EVERY_PATH:
            return
        start = pattern.removesuffix("*")
        if not re.fullmatch(r"[^*?]+", start):
            raise UsageError(
                f"behavior {pattern} of origin {origin.id} is not the beginning of a path",
                "Say the beginnings: `paths` of the origin in graylane.toml.",
            )
        yield start


def _rest_api(clients: Clients, stack: Resources, origin: Origin) -> Mapping[str, str]:
    api = stack.id_of(origin.resource, _REST)
    there = [one["stageName"] for one in clients.rest_apis.get_stages(restApiId=api)["item"]]
    stage = _stage(origin, there, stack.of_type("AWS::ApiGateway::Stage").values())
    return {"api": api, "stage": stage, "name": clients.rest_apis.get_rest_api(restApiId=api)["name"]}


def _http_api(clients: Clients, stack: Resources, origin: Origin) -> Mapping[str, str]:
    api = stack.id_of(origin.resource, _HTTP)
    there = [one["StageName"] for one in clients.http_apis.get_stages(ApiId=api)["Items"]]
    return {"api": api, "stage": _stage(origin, there, stack.of_type("AWS::ApiGatewayV2::Stage").values())}


def _stage(origin: Origin, there: Sequence[str], of_stack: Any) -> str:
    """The stage that is named, else the only one, else the only one that the stack has of its own."""
    if origin.stage:
        return origin.stage
    own = [one for one in there if one in set(of_stack)]
    for some in (there, own):
        if len(some) == 1:
            return some[0]
    raise UsageError(
        f"API {origin.resource} has {', '.join(sorted(there)) or 'no stage'}: which one viewers use is not clear",
        "Say it: `stage` of the origin in graylane.toml." if there else "Deploy a stage.",
    )


def _function_url(clients: Clients, stack: Resources, origin: Origin) -> Mapping[str, str]:
    """The id of AWS::Lambda::Url is the ARN of its function."""
    function = stack.id_of(origin.resource, _URL)
    url = clients.functions.get_function_url_config(FunctionName=function)
    name = function.rpartition(":")[2]
    return {
        "url": url["FunctionUrl"],
        "function": name,
        **({"guard": "oac"} if url["AuthType"] == "AWS_IAM" else {}),
    }


def _url(_clients: Clients, stack: Resources, origin: Origin) -> Mapping[str, str]:
    if origin.resource not in stack.outputs:
        raise UsageError(
            f"stack {stack.stack} has no output {origin.resource}",
            f"It has: {', '.join(stack.outputs) or 'none'}. The `resource` of a url is the output with its address.",
        )
    return {"url": stack.outputs[origin.resource]}
