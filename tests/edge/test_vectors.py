"""Every case of tests/cases, in QuickJS and in njs: as the design says, and equal in both."""

import copy
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.edge.vectors.books import CASES
from tests.support.edge.outcome import differences
from tests.support.edge.replay import code_of, in_njs, in_quickjs, vectors

from edge.engine import EdgeFunction

FILES = sorted(CASES.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_cases_of_a_file(path: Path) -> None:
    found: dict[str, list[str]] = {}
    for vector in vectors():
        if vector.file != path.stem:
            continue
        result, in_the_real_engine = in_quickjs()[vector.name], in_njs()[vector.name]
        wrong = differences(vector.expect, vector.event, result)
        if result != in_the_real_engine:
            wrong.append(f"QuickJS gives {result}, njs gives {in_the_real_engine}")
        if wrong:
            found[vector.name] = wrong

    assert found == {}


def test_the_value_of_a_field_that_was_sent_twice_may_be_its_first_or_its_last() -> None:
    twice = [(vector, event) for vector in vectors() if (event := _with_last_values(vector.event)) != vector.event]
    found: dict[str, list[str]] = {}
    for vector, event in twice:
        result = EdgeFunction(code_of(vector.function), vector.kvs.get).run(event, now=vector.now)
        if wrong := differences(vector.expect, event, result):
            found[vector.name] = wrong

    assert len(twice) > 20
    assert found == {}


def _with_last_values(event: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(dict(event))
    request = changed["request"]
    for field in (field for place in ("headers", "cookies", "querystring") for field in request[place].values()):
        if "multiValue" in field:
            field["value"] = field["multiValue"][-1]["value"]
    return changed


def test_there_are_enough_cases_and_each_has_its_name() -> None:
    names = Counter(vector.name for vector in vectors())

    assert names.total() >= 1_000
    assert [name for name, count in names.items() if count > 1] == []
