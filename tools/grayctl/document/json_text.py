"""JSON as a release document: every valid one is read, a key that is there twice is refused, with its lines."""

import json
import re
from typing import Any, Never

from grayctl.errors import UsageError

__all__ = ["DoubleKey", "is_meant_as_json", "read_json"]

# Of a text that is known to be JSON: its strings and what stands between them.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:]')
_MEANT = re.compile(r'\s*[{\[]\s*("|[{\[])')


class DoubleKey(ValueError):
    """When a mapping has a key twice. Which of the two is meant nobody knows."""

    def __init__(self, key: str, first: int, second: int) -> None:
        super().__init__(f"the key {key!r} is there twice: line {first} and line {second}")


class _Double(ValueError):
    """That there is one, somewhere."""


def is_meant_as_json(text: str) -> bool:
    """Whether a text that is no JSON was meant to be: its first key is in quotes."""
    return _MEANT.match(text) is not None


def read_json(text: str, name: str) -> Any:
    """The values of a JSON text. Raises UsageError with the line where it is none, DoubleKey, ValueError."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except _Double:
        raise _double_key(text) from None
    except json.JSONDecodeError as error:
        raise UsageError(
            f'not valid JSON: {error.msg} in "{name}", line {error.lineno}, column {error.colno}',
            "Correct the line, or write YAML.",
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _Double
    return values


def _no_number(text: str) -> Never:
    raise ValueError(f"{text} is no number of JSON")


def _double_key(text: str) -> DoubleKey:
    """The first key that is there twice. Python's parser tells no places."""
    open_ones: list[dict[str, int]] = []
    last, line, seen = "", 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", seen, token.start())
        seen = token.start()
        sign = token[0]
        if sign in "{[":
            open_ones.append({})
        elif sign in "}]":
            open_ones.pop()
        elif sign == ":":
            if last in open_ones[-1]:
                return DoubleKey(last, open_ones[-1][last], line)
            open_ones[-1][last] = line
        else:
            last = json.loads(sign)
    raise AssertionError("no key is there twice")
