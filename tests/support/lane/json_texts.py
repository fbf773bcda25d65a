"""Texts of JSON as callers write them, and events as somebody might send them, for property tests."""

import json

from hypothesis import strategies as st

__all__ = ["EVENTS", "OURS", "VALUES", "objects"]

OURS = {"gray", "lane", "to", "environment"}

SPACE = st.text(" \t\n\r", max_size=2)
PIECES = st.one_of(
    st.characters(min_codepoint=0x20, exclude_characters='"\\'),
    st.sampled_from(["\ud800", "漢", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\udc00", '\\"', "\\\\", "\\/", "{", "]"]),
)
STRINGS = st.lists(PIECES, max_size=6).map(lambda pieces: '"' + "".join(pieces) + '"')
NAMES = STRINGS.filter(lambda name: json.loads(name) not in OURS)
NUMBERS = st.sampled_from(
    ["0", "-0", "1e400", "-1E+05", "1.50", "0.1234567890123456789", "12345678901234567890", "9" * 5000]
)
LITERALS = st.sampled_from(["true", "false", "null"])


def spaced(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    """These texts one after the other, with any whitespace around each."""
    each = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(SPACE, *(strategy for part in each for strategy in (part, SPACE))).map("".join)


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Names may be there twice."""
    members = st.lists(spaced(NAMES, ":", values), max_size=4)
    return spaced("{", members.map(lambda found: ",".join(found) or " "), "}")


def arrays(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return spaced("[", st.lists(values, max_size=3).map(",".join), "]")


VALUES = st.recursive(STRINGS | NUMBERS | LITERALS, lambda inner: objects(inner) | arrays(inner), max_leaves=8)
"""Any JSON value as a text: spaces, escapes, large numbers, names given twice."""

MEMBERS = [
    *("Records", "headers", "multiValueHeaders", "requestContext", "detail-type", "detail", "gray", "baggage", "body"),
    *("eventSource", "Sns", "dynamodb", "NewImage", "messageAttributes", "MessageAttributes", "payload"),
]
TELLING = ["aws:sqs", "aws:sns", "aws:dynamodb", "gray.version=v2", '{"detail-type": 1}']
EVENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20) | st.sampled_from(TELLING),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=15,
)
"""Any document, with names and values that carriers of the lane have."""
