"""W3C baggage: ours is read strictly, that of others is passed on as it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lane import LaneContext
from lane.http import outgoing
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


@pytest.mark.parametrize(
    "member",
    [
        "a=\ud800",  # a byte that is not UTF-8, or an escape of a JSON document
        "a=é",
        "naïve=1",
        "a=漢",
        "a=1\r\nx-gray-version: v9",
        "a=1\nb",
        "a=\x00",
        "a=\x1b[31m",
        "a=\x7f",
        "a=\u2028",
        "a=\ufeff",
    ],
)
def test_a_member_that_no_header_can_hold_is_dropped_and_fails_nobodys_call(member: str) -> None:
    found = context_of(f"gray.version=v2,{member},b=2")
    assert found == LaneContext("v2", members=("b=2",))
    headers = outgoing({"Baggage": f"{member},c=3"}, found)
    assert headers["baggage"] == "gray.version=v2,b=2,c=3"
    for value in headers.values():
        value.encode("ascii")


def test_a_member_with_what_the_specification_allows_is_kept_as_it_came() -> None:
    text = "key1=value1;property1;p2=2,k\t=\tv,order=%E6%BC%A2,a=b=c"
    assert context_of(f"gray.version=v2,{text}") == LaneContext("v2", members=tuple(text.split(",")))
