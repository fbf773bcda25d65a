"""W3C baggage: ours is read strictly, that of others is passed on as it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lane import LaneContext
from lane.propagation.baggage import MOST_BYTES, MOST_MEMBERS, context_of, parse, render


def test_ours_and_others_in_one_header() -> None:
    found = context_of("userId=alice , gray.version=v2;meta=1,  key2 = value2;p=x, gray.reason=staff")
    assert found == LaneContext("v2", "staff", members=("userId=alice", "key2 = value2;p=x"))


def test_what_is_rendered_can_be_read_by_any_w3c_parser() -> None:
    # The grammar of the specification: key=value;property, separated by commas, no spaces in our values.
    text = render(LaneContext("v2", "staff", "7", "v1", ("userId=alice;p=1",)))
    assert text == "gray.version=v2,gray.reason=staff,gray.revision=7,gray.to=v1,userId=alice;p=1"


@pytest.mark.parametrize(
    "text",
    ["", "gray.version", "gray.version=", "gray.version=v2,gray.version=v1", "gray.version=%762", "Gray.Version=v2"],
)
def test_a_missing_malformed_or_doubled_lane_is_none(text: str) -> None:
    assert context_of(text) is None


@given(st.text(max_size=300))
def test_no_header_breaks_the_parser(text: str) -> None:
    ours, others = parse(text)
    assert all("=" in member for member in others)
    assert not any(member.startswith("gray.version=") for member in others)
    assert set(ours) <= {"lane", "reason", "revision", "to"}


@given(st.lists(st.integers(1, 500).map(lambda size: "k=" + "x" * size), max_size=100))
def test_what_is_too_much_is_dropped_from_the_others_and_never_from_ours(members: list[str]) -> None:
    text = render(LaneContext("v2", "staff", members=tuple(members)))
    assert text.startswith("gray.version=v2,gray.reason=staff")
    assert len(text.encode()) <= MOST_BYTES
    assert len(text.split(",")) <= MOST_MEMBERS
