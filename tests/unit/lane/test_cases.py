"""Every case of tests/cases/lane, on src/lane and on src/lane_node; and both alike on what nobody thought of."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.lane.json_texts import EVENTS, VALUES
from tests.support.lane.play import FILES, HAS_NODE, Node, Outcome, cases, in_python

type Play = Callable[[str, Mapping[str, Any]], Outcome]

V2 = {"lane": "v2", "reason": "ramp", "revision": "7"}


@pytest.fixture(scope="module")
def in_node() -> Iterator[Play]:
    if not HAS_NODE:
        pytest.skip("Node is not installed: apt-get install nodejs")
    with Node() as node:
        yield node


@pytest.fixture(params=["python", "node"])
def play(request: pytest.FixtureRequest) -> Play:
    found: Play = in_python if request.param == "python" else request.getfixturevalue("in_node")
    return found


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_the_cases_of_a_file(name: str, play: Play) -> None:
    wrong = {}
    for case in cases(name):
        outcome = play(case["call"], case["given"])
        if outcome != ({"error": case["error"]} if "error" in case else {"value": case["expect"]}):
            wrong[case["name"]] = outcome

    assert wrong == {}


def test_there_are_enough_cases_and_each_has_its_name() -> None:
    names = Counter((path.stem, case["name"]) for path in FILES for case in cases(path.stem))

    assert names.total() >= 300
    assert [name for name, count in names.items() if count > 1] == []


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_any_text_is_sent_alike(in_node: Play, text: str) -> None:
    raw = text.encode(errors="surrogatepass")
    for call, parameters in (
        ("lambda_invoke", {"FunctionName": "f", "InvocationType": "Event", "Payload": raw}),
        ("start_execution", {"stateMachineArn": "s", "input": text}),
        ("put_events", {"Entries": [{"Source": "s", "Detail": text}]}),
    ):
        asked = {"parameters": parameters, "lane": V2}
        assert in_node(call, asked) == in_python(call, asked)


@given(EVENTS)
@settings(max_examples=100, deadline=None)
def test_any_event_is_read_alike(in_node: Play, event: Any) -> None:
    for call in ("from_event", "unwrapped"):
        assert in_node(call, {"event": event}) == in_python(call, {"event": event})
    assert in_node("from_record", {"record": event}) == in_python("from_record", {"record": event})


@given(st.text(st.characters(max_codepoint=0xFF) | st.sampled_from(",=;\t gray.version"), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_baggage_is_read_alike(in_node: Play, text: str) -> None:
    event = {"requestContext": {}, "headers": {"baggage": f"gray.version=v2,{text}"}}
    assert in_node("from_event", {"event": event}) == in_python("from_event", {"event": event})
