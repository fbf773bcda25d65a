"""Every case of tests/cases, in QuickJS and in njs: as the design says, and equal in both."""

from collections import Counter
from pathlib import Path

import pytest
from tests.edge.vectors.books import CASES
from tests.support.edge.outcome import differences
from tests.support.edge.replay import in_njs, in_quickjs, vectors

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


def test_there_are_enough_cases_and_each_has_its_name() -> None:
    names = Counter(vector.name for vector in vectors())

    assert names.total() >= 1_000
    assert [name for name, count in names.items() if count > 1] == []
