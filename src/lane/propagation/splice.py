"""Members put into the text of a JSON object, and taken out again, with every other character left as it is.

A caller's JSON is never parsed and dumped: that would write its numbers, escapes, spaces and doubled names anew, and
make a third more bytes of Chinese text. It is read only to see where its own members are.
"""

import json
import re
from collections.abc import Callable, Container, Mapping
from typing import Any, Final

# Lenient where AWS may be: whether a payload is good is for AWS to say, and the lane goes along with it until then.
# Whole numbers are read as floats, as Python refuses those of more than 4,300 digits.
_DECODER: Final = json.JSONDecoder(strict=False, parse_int=float)
_ENCODE: Final[Callable[[Any], str]] = json.JSONEncoder(separators=(",", ":")).encode
_SPACE: Final = " \t\n\r"
_BYTE_ORDER_MARK: Final = "\ufeff"
_STRING_OR_BRACKET: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]'

TOO_DEEP: Final = object()
"""Stands for a value that is nested more deeply than Python reads it."""


class Member:
    """A member of an object: from `start` (its name's quote) to `end`, its value from `value_start`.

    comma: where the comma behind it is; -1 behind the last one.
    """

    # By hand, as are the lines of Document: a dataclass costs a cold start more than the rest of this module.
    __slots__ = ("comma", "end", "name", "start", "value", "value_start")

    def __init__(self, name: str, value: Any, start: int, value_start: int, end: int, comma: int) -> None:
        self.name = name
        self.value = value
        self.start = start
        self.value_start = value_start
        self.end = end
        self.comma = comma


class Document:
    """The text of a JSON object, and its members in their order; names may be there twice, as JSON allows.

    inside: the place behind its opening brace.
    """

    __slots__ = ("inside", "members", "text")

    def __init__(self, text: str, inside: int, members: list[Member]) -> None:
        self.text = text
        self.inside = inside
        self.members = members

    def values(self) -> dict[str, Any]:
        """Values by name; of a name given twice the last one, as most parsers take it."""
        return {member.name: member.value for member in self.members}

    def spliced(self, own: Mapping[str, Any], instead_of: Container[str] = ()) -> str:
        """The text with these members first, and without those of its own that are named in `instead_of`."""
        rest = self.without(instead_of)
        kept = any(member.name not in instead_of for member in self.members)
        return f"{self.text[: self.inside]}{dumped(own)[1:-1]}{',' if kept else ''}{rest[self.inside :]}"

    def without(self, names: Container[str]) -> str:
        """The text without the members of these names: what `spliced` put in comes out, and nothing else."""
        kept = [member for member in self.members if member.name not in names]
        if not kept:
            first, last = (self.members[0].start, self.members[-1].end) if self.members else (0, 0)
            return self.text[:first] + self.text[last:]
        pieces, place = [], 0
        for member in self.members[: self.members.index(kept[-1])]:
            if member.name in names:
                pieces.append(self.text[place : member.start])
                place = member.comma + 1
        if kept[-1].comma >= 0 and self.members[-1].name in names:
            # Nothing follows the last one that stays, so its comma goes too.
            pieces.append(self.text[place : kept[-1].comma])
            place = self.members[-1].end
        return "".join(pieces) + self.text[place:]


def document(text: str) -> Document | None:
    """The object in this text; None for any other JSON, and for what is no JSON."""
    opening = _after_space(text, len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0)
    if text[opening : opening + 1] != "{":
        return None
    try:
        members, end = _members(text, opening + 1)
    except (ValueError, IndexError):
        return None
    return None if text[end:].strip(_SPACE) else Document(text, opening + 1, members)


def dumped(own: Any) -> str:
    """What is ours as JSON, in few bytes and ASCII alone, whatever others' baggage has in it."""
    return _ENCODE(own)


def is_json(text: str) -> bool:
    """Whether the text is one JSON value of any kind."""
    return _whole(text) is not None


def loaded(text: str) -> Any:
    """The value of this text, with TOO_DEEP for what is nested too deeply; None for what is no JSON."""
    found = document(text)
    if found is not None:
        return found.values()
    whole = _whole(text)
    return whole[0] if whole else None


def _whole(text: str) -> tuple[Any, int] | None:
    try:
        value, end = _value(text, _after_space(text, 0))
    except ValueError:
        return None
    return None if text[end:].strip(_SPACE) else (value, end)


def _members(text: str, place: int) -> tuple[list[Member], int]:
    """The members from behind an opening brace, and the place behind the closing one. Raises ValueError, IndexError."""
    found: list[Member] = []
    place = _after_space(text, place)
    if text[place] == "}":
        return found, place + 1
    while True:
        start = _expected(text, place, '"')
        name, place = _DECODER.raw_decode(text, start)
        value_start = _after_space(text, _expected(text, place, ":") + 1)
        value, end = _value(text, value_start)
        place = _after_space(text, end)
        if text[place] == "}":
            found.append(Member(name, value, start, value_start, end, -1))
            return found, place + 1
        found.append(Member(name, value, start, value_start, end, _expected(text, place, ",")))
        place += 1


def _value(text: str, place: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except RecursionError:
        return TOO_DEEP, _behind(text, place)


def _behind(text: str, place: int) -> int:
    """The place behind an array or object, found by its brackets."""
    depth = 0
    for token in re.compile(_STRING_OR_BRACKET, re.DOTALL).finditer(text, place):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
            if not depth:
                return token.end()
    raise ValueError("not closed")


def _after_space(text: str, place: int) -> int:
    while text[place : place + 1] and text[place] in _SPACE:
        place += 1
    return place


def _expected(text: str, place: int, character: str) -> int:
    place = _after_space(text, place)
    if text[place] != character:
        raise ValueError(f"no {character}")
    return place
