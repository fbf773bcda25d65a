"""The sample events: each is for somebody, everybody has one, and those of the edge run in both engines."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.functions.sample_events import CASES, EDGE, differences, event
from tests.support.project.deployment import deployed, of_type

from edge.engine import EdgeFunction, Result
from edge.njs import Case as NjsCase
from edge.njs import run_njs

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "events"
# 2026-01-01: what the events were made for; the store of a location that was never published to is empty.
NOW = 1767225600
FUNCTIONS = {"edge-request-api": "request_api", "edge-request-static": "request_static", "edge-response": "response"}


def test_every_event_is_run_and_every_function_has_one() -> None:
    assert {path.name for path in EVENTS.glob("*.json")} == {case.file for case in CASES} | set(EDGE)
    written = (deployed(name).resources for name in ("dev", "dev-v1", "dev-v2"))
    functions = [set(of_type(resources, "AWS::Serverless::Function")) for resources in written]
    assert [{case.function for case in CASES if case.lane == lane} for lane in ("", "v1", "v2")] == functions


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_an_event_can_speak_of_another_environment(case: Any) -> None:
    text = json.dumps(event(case, "test"))
    assert "graylane-dev-" not in text
    assert '"dev"' not in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_edge_functions_take_their_events_in_both_engines(name: str) -> None:
    sample = json.loads((EVENTS / f"{name}.json").read_text())
    code = (ROOT / "src/edge/build" / f"{FUNCTIONS[name]}.js").read_text()
    here = EdgeFunction(code, lambda key: None).run(sample, now=NOW)
    (there,) = run_njs(code, [NjsCase(sample, {}, NOW)])
    assert isinstance(there, Result)
    assert there == here
    # With nothing published everybody is on stable.
    assert here.lane == "v1"
    if name == "edge-request-static":
        assert here.value["uri"] == "/v1/index.html"


def test_a_difference_is_named_with_its_place() -> None:
    wanted = {"a": [{"b": 1, "c": None}], "d": {}}
    assert differences(wanted, {"a": [{"b": 1, "c": None, "more": 2}], "d": {"e": 1}, "f": 1}) == []
    assert differences(wanted, {"a": [{"b": 2}]}) == [
        "answer.a[0].b is 2, not 1",
        "answer.a[0].c is missing",
        "answer.d is missing",
    ]
    assert differences({"statusCode": 200}, {}) == ["answer.statusCode is missing"]
    assert differences({}, {"errorMessage": "no", "errorType": "KeyError"}) == ["answer is KeyError: no"]
    assert differences({}, {"errorMessage": "timed out"}) == ["answer is an error: timed out"]
    assert differences([1], []) == ["answer is [], not [1]"]
