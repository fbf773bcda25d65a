"""Reads tests/cases/*.json and plays them on the built functions, in QuickJS and in njs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.edge.vectors import world
from tests.edge.vectors.books import CASES

from edge.engine import EdgeFunction, FunctionFailed, Result
from edge.njs import Case as NjsCase
from edge.njs import run_njs
from edge.source import BUILD
from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp
from gray.edge.grants import EdgeKeys
from gray.release.origin import Origin
from gray.release.user_lists import build_shards, shard_key

__all__ = ["Vector", "code_of", "in_njs", "in_quickjs", "vectors"]

_FILES = {"static": "request_static", "root": "request_static", "api": "request_api", "response": "response"}


@dataclass(frozen=True)
class Vector:
    """One case, ready to be played."""

    file: str
    name: str
    function: str
    event: Mapping[str, Any]
    kvs: Mapping[str, str]
    now: float
    expect: Mapping[str, Any]


def code_of(function: str) -> str:
    """The built function; `root` is the static one of a stack whose StableFolder is empty."""
    code = (BUILD / f"{_FILES[function]}.js").read_text(encoding="utf-8")
    return code.replace("'/v1'", "''", 1) if function == "root" else code


@cache
def vectors() -> tuple[Vector, ...]:
    """All cases of all files."""
    return tuple(vector for path in sorted(CASES.glob("*.json")) for vector in _of_file(path))


def _of_file(path: Path) -> Iterator[Vector]:
    book = json.loads(path.read_text(encoding="utf-8"))
    stores = {name: _keys(description) for name, description in book["stores"].items()}
    for case in book["cases"]:
        event = _response_event(case["request"]) if case["function"] == "response" else request_event(case["request"])
        name = f"{path.stem}: {case['name']} [{case['function']}]"
        now = case.get("now", world.NOW)
        yield Vector(path.stem, name, case["function"], event, stores[case["store"]], now, case["expect"])


def _keys(description: Mapping[str, Any]) -> dict[str, str]:
    """What a location has, from a store of a file: `release`, `lists`, `drop`, `values`."""
    keys: dict[str, str] = {}
    if "release" in description:
        document = description["release"]
        apis = {lane: world.API[lane] for lane in document["lanes"]}
        lanes = {lane: (Origin("api", "rest-api", api, stage),) for lane, (api, stage) in apis.items()}
        compiled = compile_release(
            read_release(document),
            Stamp(world.SEQUENCE, world.REVISION, world.EPOCH, until=world.UNTIL),
            EdgeContext(lanes, "eu-central-1", EdgeKeys(tuple(world.KEYS.items()), world.IDENTITY_KEY)),
        )
        keys["config"] = compiled.config
        keys |= {f"c.{world.SEQUENCE}.{number}": part for number, part in enumerate(compiled.parts, 1)}
        for name, ids in description.get("lists", {}).items():
            layout = document["lists"][name]
            shards = build_shards(ids, salt=layout["salt"], shards=layout["shards"])
            keys |= {shard_key(name, number): value for number, value in enumerate(shards)}
    for name in description.get("drop", []):
        del keys[name]
    keys |= description.get("values", {})
    return keys


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _field(value) for name, value in values.items()}


def _field(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"value": value[0], "multiValue": [{"value": one} for one in value]}
    return {"value": value}


def request_event(request: Mapping[str, Any]) -> dict[str, Any]:
    """The event that CloudFront makes of a request as the files write it."""
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d1.cloudfront.net",
            "distributionId": "EXAMPLE",
            "endpoint": "d1.cloudfront.net",
            "eventType": "viewer-request",
            "requestId": request.get("request_id", world.REQUEST_ID),
        },
        "viewer": {"ip": request.get("ip", "198.51.100.7")},
        "request": {
            "method": request.get("method", "GET"),
            "uri": request["uri"],
            "querystring": _fields(request.get("query", {})),
            "headers": {"host": {"value": "shop.example"}} | _fields(request.get("headers", {})),
            "cookies": _fields(request.get("cookies", {})),
        },
    }


def _response_event(request: Mapping[str, Any]) -> dict[str, Any]:
    event = request_event({"uri": "/", "headers": request["headers"]})
    event["context"]["eventType"] = "viewer-response"
    event["response"] = {
        "statusCode": request["status"],
        "statusDescription": "as it came",
        "headers": _fields(request["response"]),
        "cookies": {"own": {"value": "1", "attributes": "Path=/"}},
    }
    if request.get("bare"):
        del event["response"]["cookies"]
    return event


@cache
def in_quickjs() -> dict[str, Result | str]:
    """Each case's result by name; a text where the function threw."""
    answers: dict[str, Result | str] = {}
    for function in _FILES:
        kvs: list[Mapping[str, str]] = [{}]
        engine = EdgeFunction(code_of(function), lambda key, kvs=kvs: kvs[0].get(key))  # type: ignore[misc]
        for vector in _of(function):
            kvs[0] = vector.kvs
            try:
                answers[vector.name] = engine.run(vector.event, now=vector.now)
            except FunctionFailed as error:
                answers[vector.name] = str(error)
    return answers


@cache
def in_njs() -> dict[str, Result | str]:
    """The same in njs, in one batch a function. Raises NjsMissing, which says how to install it."""
    answers: dict[str, Result | str] = {}
    for function in _FILES:
        chosen = _of(function)
        batch = [NjsCase(vector.event, vector.kvs, vector.now) for vector in chosen]
        results = run_njs(code_of(function), batch)
        answers |= {vector.name: result for vector, result in zip(chosen, results, strict=True)}
    return answers


def _of(function: str) -> list[Vector]:
    return [vector for vector in vectors() if vector.function == function]
