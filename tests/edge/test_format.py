"""The store's format is written in Python and read in JavaScript: both name the same places, states and conditions."""

import re
from pathlib import Path

from gray.edge.config import END, FIELDS, FORMAT, STATES
from gray.edge.rules import KINDS

EDGE = Path(__file__).parents[2] / "src" / "edge"
DECIDE = (EDGE / "decide.js").read_text()


def test_each_field_of_the_config_has_the_same_place_on_both_sides() -> None:
    start = DECIDE.index("const STATE")
    constants = re.findall(r"\b([A-Z_]+) = (\d+)", DECIDE[start : DECIDE.index("const ID ", start)])
    places = {name.upper(): place for place, name in enumerate(FIELDS)}
    assert {name: int(place) for name, place in constants} == {**places, "FIELDS": len(FIELDS)}


def test_format_states_and_end_are_the_same_on_both_sides() -> None:
    assert f"state[0] === '{FORMAT}'" in DECIDE
    (letters,) = re.findall(r"'(\w+)'.indexOf\(state\[1\]\)", DECIDE)
    assert {*letters, "k"} == set(STATES)
    assert f"'{FORMAT}k'" in DECIDE
    assert f"text.endsWith('{END}')" in DECIDE


def test_each_kind_of_condition_that_is_written_is_read() -> None:
    read = re.findall(r"case '(.)':", (EDGE / "conditions.js").read_text())
    assert sorted(read) == sorted(KINDS)
