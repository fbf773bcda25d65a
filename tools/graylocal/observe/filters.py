"""X-Ray's filter expressions, as far as our traces need them (developer guide, "Using filter expressions").

Supported: `annotation.key`, `annotation[key]`, `http.status|method|url`, `responsetime`, `duration`, `service("name")`,
`ok`, `error`, `fault`, `throttle`; `= != < <= > >= CONTAINS BEGINSWITH ENDSWITH`; `AND`, `OR`, `NOT`, `!`, brackets.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from graylocal.observe.segments import Trace

type Predicate = Callable[[Trace], bool]

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<op><=|>=|!=|=|<|>|!|\(|\))'
    r"|(?P<word>[A-Za-z_][\w.]*(?:\[[\w.]+\])?))"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "CONTAINS": lambda value, part: str(part) in str(value),
    "BEGINSWITH": lambda value, part: str(value).startswith(str(part)),
    "ENDSWITH": lambda value, part: str(value).endswith(str(part)),
}
_FLAGS = ("error", "fault", "throttle")


class InvalidFilter(ValueError):
    """X-Ray, or this store, does not support the expression."""


def compiled(expression: str) -> Predicate:
    """A predicate for a filter expression; an empty one matches every trace. Raises InvalidFilter."""
    if not expression.strip():
        return lambda trace: True
    parser = _Parser(_tokens(expression))
    predicate = parser.alternatives()
    if parser.rest:
        raise InvalidFilter(f"unexpected {parser.rest[0][1]}")
    return predicate


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    expression = expression.rstrip()
    while position < len(expression):
        found = _TOKEN.match(expression, position)
        if found is None:
            raise InvalidFilter(f"cannot read {expression[position:]!r}")
        kind = str(found.lastgroup)
        tokens.append((kind, found[kind]))
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = tokens

    def _take(self, *words: str) -> str | None:
        if self.rest and self.rest[0][1].upper() in words:
            return self.rest.pop(0)[1].upper()
        return None

    def alternatives(self) -> Predicate:
        parts = [self._all()]
        while self._take("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda trace: any(part(trace) for part in parts)

    def _all(self) -> Predicate:
        parts = [self._one()]
        while self._take("AND"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda trace: all(part(trace) for part in parts)

    def _one(self) -> Predicate:
        if self._take("NOT", "!"):
            inner = self._one()
            return lambda trace: not inner(trace)
        if self._take("("):
            inner = self.alternatives()
            if not self._take(")"):
                raise InvalidFilter("a bracket is not closed")
            return inner
        return self._term()

    def _term(self) -> Predicate:
        if not self.rest or self.rest[0][0] != "word":
            raise InvalidFilter("a keyword is missing")
        word = self.rest.pop(0)[1]
        if word.lower() == "service" and self._take("("):
            return self._service()
        compare = self._take(*_COMPARE)
        if compare is None:
            return _flag_or_presence(word)
        wanted, test = self._literal(), _COMPARE[compare]
        values = _values(word)
        if compare == "!=":
            return lambda trace: bool(found := values(trace)) and all(_safe(test, each, wanted) for each in found)
        return lambda trace: any(_safe(test, each, wanted) for each in values(trace))

    def _service(self) -> Predicate:
        name = self._literal()
        if not self._take(")"):
            raise InvalidFilter("a bracket is not closed")
        return lambda trace: any(service == name for service, _ in trace.services())

    def _literal(self) -> object:
        if not self.rest:
            raise InvalidFilter("a value is missing")
        kind, text = self.rest.pop(0)
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return float(text)
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise InvalidFilter(f"{text} is not a value")


def _safe(test: Callable[[Any, Any], bool], value: object, wanted: object) -> bool:
    if isinstance(value, bool) != isinstance(wanted, bool) or isinstance(value, str) != isinstance(wanted, str):
        return False
    return test(value, wanted)


def _values(word: str) -> Callable[[Trace], list[Any]]:
    name = _annotation_name(word)
    if name is not None:
        return lambda trace: trace.annotations().get(name, [])
    match word.lower():
        case "responsetime" | "duration":
            return lambda trace: [trace.end - trace.start]
        case "http.status":
            return lambda trace: _known((trace.http().get("response") or {}).get("status"))
        case "http.method" | "http.url":
            part = word.lower().removeprefix("http.")
            return lambda trace: _known((trace.http().get("request") or {}).get(part))
        case flag if flag in (*_FLAGS, "ok"):
            holds = _flag_or_presence(flag)
            return lambda trace: [holds(trace)]
        case _:
            raise InvalidFilter(f"{word} is not known")


def _known(value: object) -> list[object]:
    return [] if value is None else [value]


def _annotation_name(word: str) -> str | None:
    if word.lower().startswith("annotation."):
        return word[len("annotation.") :]
    bracketed = re.fullmatch(r"annotation\[(.+)\]", word, re.IGNORECASE)
    return bracketed[1] if bracketed else None


def _flag_or_presence(word: str) -> Predicate:
    name = _annotation_name(word)
    if name is not None:
        return lambda trace: name in trace.annotations()
    flag = word.lower()
    if flag == "ok":
        return lambda trace: not any(trace.flag(each) for each in _FLAGS)
    if flag in _FLAGS:
        return lambda trace: trace.flag(flag)
    raise InvalidFilter(f"{word} is not known")
