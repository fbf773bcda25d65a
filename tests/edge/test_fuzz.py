"""The functions never throw and never break a rule of CloudFront, whatever viewers send and locations have.

20,000 events in `make test`; `make fuzz` asks 1,000,000 with a new seed. Each tenth is also run in njs, with the same
outcome. A failure names the event's number: `fuzzed(<number>)` makes it again.
"""

import os
from collections.abc import Sequence

import pytest
from tests.support.edge.random_events import Fuzzed, fuzzed
from tests.support.edge.replay import code_of

from edge.engine import EdgeFunction, FunctionFailed, Result
from edge.njs import Case, run_njs
from edge.shape import shape_problems

CHUNK = 5_000
EVENTS = int(os.environ.get("FUZZ_EVENTS", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
FUNCTIONS = ("static", "root", "api")
LANES = ("v1", "v2", "v3")


@pytest.mark.parametrize("start", range(SEED * 10**9, SEED * 10**9 + EVENTS, CHUNK))
def test_no_event_makes_a_function_throw_or_break_a_rule(start: int) -> None:
    numbers = range(start, start + CHUNK)
    events = {number: fuzzed(number) for number in numbers}
    results = _in_quickjs(events)

    wrong = {number: problems for number in numbers if (problems := _problems(events[number], results[number]))}
    tenth = numbers[::10]
    other = {
        number: (results[number], result)
        for number, result in zip(tenth, _in_njs([events[number] for number in tenth]), strict=True)
        if result != results[number]
    }

    assert wrong == {}
    assert other == {}


def _problems(asked: Fuzzed, result: Result | str) -> list[str]:
    if isinstance(result, str):
        return [f"threw {result}"]
    found = shape_problems(asked.event, result.value)
    if "statusCode" in result.value:
        return found
    lane = result.lane
    own_file = asked.function != "api" and result.value["uri"] == asked.event["request"]["uri"]
    if not lane:
        is_shared = own_file and result.value["headers"]["x-gray-page"] == {"value": "|"}
        return found if is_shared else [*found, "no lane is said"]
    is_listed = f",{lane}:" in asked.kvs.get("config", "")  # by damage
    if lane not in LANES and not own_file and not is_listed:
        found.append(f"leads to {lane}, which no release has")
    if (result.origin is not None) != (asked.function == "api" and lane != "v1"):
        found.append(f"lane {lane} with the origin {result.origin}")
    return found


def _in_quickjs(events: dict[int, Fuzzed]) -> dict[int, Result | str]:
    store: list[dict[str, str]] = [{}]
    engines = {name: EdgeFunction(code_of(name), lambda key: store[0].get(key)) for name in FUNCTIONS}
    results: dict[int, Result | str] = {}
    for number, asked in events.items():
        store[0] = asked.kvs
        try:
            results[number] = engines[asked.function].run(asked.event, now=asked.now)
        except FunctionFailed as error:
            results[number] = str(error)
    return results


def _in_njs(events: Sequence[Fuzzed]) -> list[Result | str]:
    results: list[Result | str] = [""] * len(events)
    for function in FUNCTIONS:
        places = [place for place, asked in enumerate(events) if asked.function == function]
        batch = [Case(events[place].event, events[place].kvs, events[place].now) for place in places]
        for place, result in zip(places, run_njs(code_of(function), batch), strict=True):
            results[place] = result
    return results
