"""The lane at the end of any chain of carriers is the lane at its start."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.lane.carriers import EVERY, Step

from lane import LaneContext
from lane.propagation.extract import unwrapped
from lane.propagation.inject import enveloped

LANES = st.integers(1, 99).map(lambda number: f"v{number}")
WORDS = st.text("abcXYZ019_.:-", max_size=64)
# A member of somebody else's baggage; the specification allows properties after a semicolon.
MEMBERS = st.tuples(
    st.text("abcdefgh", min_size=1, max_size=8).filter(lambda key: not key.startswith("gray.")),
    st.text("abc0%2;=", min_size=1, max_size=12),
).map("=".join)
PASSAGES = st.builds(
    LaneContext, LANES, WORDS, st.integers(0, 10**6).map(str), members=st.lists(MEMBERS, max_size=4).map(tuple)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda name: name != "gray"), inner),
    max_leaves=8,
)


def through(steps: list[Step], start: LaneContext) -> LaneContext | None:
    """What arrives after all steps; a service in between sends on what it read."""
    found: LaneContext | None = start
    for step in steps:
        found = step(found) if found else None
    return found


@given(st.lists(st.sampled_from(EVERY), min_size=1, max_size=8), PASSAGES)
@settings(max_examples=300)
def test_any_nesting_of_carriers_keeps_the_lane_and_its_reason(steps: list[Step], start: LaneContext) -> None:
    end = through(steps, start)
    assert end is not None
    assert (end.lane, end.reason, end.revision) == (start.lane, start.reason, start.revision)


@given(st.lists(st.sampled_from(EVERY), min_size=1, max_size=8), PASSAGES)
@settings(max_examples=100)
def test_any_nesting_of_carriers_keeps_the_baggage_of_others(steps: list[Step], start: LaneContext) -> None:
    end = through(steps, start)
    assert end is not None
    assert end.members == tuple(member.strip() for member in start.members)


@given(JSON, PASSAGES)
@settings(max_examples=100)
def test_a_payload_comes_out_of_its_envelope_as_it_went_in(document: object, found: LaneContext) -> None:
    assert unwrapped(enveloped(document, found)) == document


@pytest.mark.parametrize("step", EVERY, ids=lambda step: step.__name__)
def test_every_carrier_reads_what_it_wrote(step: Step) -> None:
    found = step(LaneContext("v17", "staff", "42", members=("userId=alice;meta=1",)))
    assert found is not None
    assert (found.lane, found.reason, found.revision, found.members) == ("v17", "staff", "42", ("userId=alice;meta=1",))
