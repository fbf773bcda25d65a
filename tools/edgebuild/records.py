"""Records of the sources as arrays in the built code.

The sources say `viewer.path`. njs 0.7.9 makes an object of 18 properties in 11,200 instructions and an array in 3,100,
and reads a property in 280 and an element in 100: for `viewer`, which every step of a decision reads, that is a fifth
of the whole. So each record named here is one object literal, `viewer = {...}`, whose keys become places.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edgebuild.source import EdgeSourceError
from edgebuild.tokens import Token

__all__ = ["with_arrays"]

RECORDS = ("search", "viewer")  # the inner one first: `viewer.search.text` is two accesses
Field = tuple[str, list[Token]]


@dataclass(frozen=True)
class _Literal:
    """Where a record's literal stands (first and one after the last token), and its fields in the order written."""

    first: int
    last: int
    fields: list[Field]


def with_arrays(program: Iterable[Token]) -> list[Token]:
    """The same program with its records as arrays. Raises EdgeSourceError for a field that the literal lacks."""
    tokens = list(program)
    for name in RECORDS:
        literal = _literal(tokens, name)
        if literal is None:
            continue
        places = _places(tokens, name, [field for field, _ in literal.fields])
        values = dict(literal.fields)
        ordered = [values[field] for field in places]
        array = [_mark("["), *(token for value in ordered for token in (*value, _mark(",")))]
        tokens[literal.first : literal.last] = [*array[:-1], _mark("]")]
        tokens = _indexed(tokens, name, places)
    return tokens


def _literal(tokens: Sequence[Token], name: str) -> _Literal | None:
    for index in range(len(tokens) - 2):
        if [token.text for token in tokens[index : index + 3]] == [name, "=", "{"]:
            return _read(tokens, index + 2)
    return None


def _read(tokens: Sequence[Token], first: int) -> _Literal:
    """The literal that begins with this brace."""
    fields: list[Field] = []
    index = first + 1
    while tokens[index].text != "}":
        end = _end_of_value(tokens, index + 2)
        fields.append((tokens[index].text, list(tokens[index + 2 : end])))
        index = end + (tokens[end].text == ",")
    return _Literal(first, index + 1, fields)


def _end_of_value(tokens: Sequence[Token], index: int) -> int:
    depth = 0
    while depth or tokens[index].text not in (",", "}"):
        if tokens[index].kind == "mark":
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(tokens[index].text, 0)
        index += 1
    return index


def _places(tokens: Sequence[Token], name: str, fields: Sequence[str]) -> Mapping[str, int]:
    """The most used fields come first, because their numbers are the shortest."""
    used = Counter(tokens[index + 2].text for index in range(len(tokens) - 2) if _is_access(tokens, index, name))
    unknown = set(used) - set(fields)
    if unknown:
        raise EdgeSourceError(f"{name} has no field {', '.join(sorted(unknown))}: its object literal must name all")
    order = sorted(fields, key=lambda field: -used[field])
    return {field: place for place, field in enumerate(order)}


def _is_access(tokens: Sequence[Token], index: int, name: str) -> bool:
    """Whether `name.` stands here: the variable, or the field of another record, not one of the platform's objects."""
    if tokens[index].text != name or tokens[index + 1].text != ".":
        return False
    return index < 2 or tokens[index - 1].text != "." or tokens[index - 2].text in RECORDS


def _indexed(tokens: Sequence[Token], name: str, places: Mapping[str, int]) -> list[Token]:
    written: list[Token] = []
    index = 0
    while index < len(tokens):
        written.append(tokens[index])
        if index + 2 < len(tokens) and _is_access(tokens, index, name):
            place = Token("number", str(places[tokens[index + 2].text]), tokens[index].line, False)
            written += [_mark("["), place, _mark("]")]
            index += 2
        index += 1
    return written


def _mark(text: str) -> Token:
    return Token("mark", text, 0, False)
