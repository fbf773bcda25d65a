"""Short names for our own words.

A function may have 10,240 bytes. Every variable and function of ours, and every property of our own objects, becomes
one or two letters: small letters for what is local to a function, capitals first for what all functions share. A
property that the platform knows as well keeps its name: those are listed, and one that is missing there breaks the
built code, which is what the tests run.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from string import ascii_letters, ascii_lowercase, ascii_uppercase

from edgebuild.tokens import Token

__all__ = ["shortened"]

# Keys of our object literals that CloudFront reads.
PLATFORM = frozenset(
    [
        "request",
        "response",
        "headers",
        "cookies",
        "value",
        "multiValue",
        "attributes",
        "statusCode",
        "statusDescription",
        "location",
        "domainName",
        "originPath",
        "uri",
        "ip",
        "baggage",
    ]
)
# What all functions share takes small letters too, from the end: what is local begins at `a`, and passes over a letter
# that its function knows as a shared one.
_SHARED = ascii_uppercase + ascii_lowercase[::-1]
_KEPT_VARIABLES = frozenset({"handler"})
_KEYWORDS = frozenset(
    [
        "async",
        "await",
        "break",
        "case",
        "catch",
        "const",
        "continue",
        "default",
        "delete",
        "do",
        "else",
        "false",
        "finally",
        "for",
        "from",
        "function",
        "if",
        "import",
        "in",
        "instanceof",
        "let",
        "new",
        "null",
        "of",
        "return",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "undefined",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ]
)
Place = Callable[[Sequence[Token], int], bool]


def shortened(program: Iterable[Token]) -> list[Token]:
    """The same program with short names. All functions are at the top level: we write no closures."""
    tokens = list(program)
    functions = list(_functions(tokens))
    inside = {index for first, last in functions for index in range(first, last)}
    outside = [index for index in range(len(tokens)) if index not in inside]
    shared = _declared(tokens, outside) - _KEPT_VARIABLES
    local = [(range(first, last), _declared(tokens, range(first, last))) for first, last in functions]
    _rename(tokens, range(len(tokens)), _is_property, _keys(tokens) - PLATFORM, _names(ascii_letters, ascii_letters))
    _rename(tokens, range(len(tokens)), _is_variable, shared, _names(_SHARED, ascii_lowercase))
    for places, words in local:
        _rename(tokens, places, _is_variable, words, _names(ascii_lowercase, ascii_lowercase))
    return tokens


def _functions(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where each function's parameters and body stand: first and one after the last token."""
    for index, token in enumerate(tokens):
        if token.text == "function" and token.kind == "word":
            depth, last = 0, index + 2
            while depth or tokens[last].text != "}":
                last += 1
                depth += {"{": 1, "}": -1}.get(tokens[last].text, 0) if tokens[last].kind == "mark" else 0
            yield index + 2, last + 1


def _rename(tokens: list[Token], where: Iterable[int], is_place: Place, words: set[str], fresh: Iterator[str]) -> None:
    """Renames `words` where they stand in such a place; the most used get the shortest names."""
    places = [index for index in where if tokens[index].kind == "word" and is_place(tokens, index)]
    used = Counter(tokens[index].text for index in places)
    free = (name for name in fresh if name not in _KEYWORDS and (name in words or name not in used))
    short = {word: next(free) for word in sorted(words, key=lambda word: (-used[word], word))}
    for index in places:
        tokens[index] = replace(tokens[index], text=short.get(tokens[index].text, tokens[index].text))


def _is_property(tokens: Sequence[Token], index: int) -> bool:
    return (index > 0 and tokens[index - 1].text == ".") or _is_key(tokens, index)


def _is_variable(tokens: Sequence[Token], index: int) -> bool:
    return not _is_property(tokens, index) and tokens[index].text not in _KEYWORDS


def _is_key(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word is a key of an object literal; we write no labels, and no `?:` after a comma or a brace."""
    if not 0 < index < len(tokens) - 1:
        return False
    return tokens[index + 1].text == ":" and tokens[index - 1].text in ("{", ",")


def _keys(tokens: Sequence[Token]) -> set[str]:
    """Keys of object literals: every property of ours is in the literal that makes its object."""
    return {token.text for index, token in enumerate(tokens) if token.kind == "word" and _is_key(tokens, index)}


def _declared(tokens: Sequence[Token], places: Iterable[int]) -> set[str]:
    found: set[str] = set()
    for index in places:
        token = tokens[index]
        if token.kind == "word" and index and _is_variable(tokens, index):
            before = tokens[index - 1].text
            if before in ("const", "let", "function", "import") or (
                before in ("(", ",") and _is_parameter(tokens, index)
            ):
                found.add(token.text)
    return found


def _is_parameter(tokens: Sequence[Token], index: int) -> bool:
    """Whether the parenthesis around a word belongs to `function name(` or `catch (`."""
    while tokens[index].text != "(":
        if tokens[index].kind != "word" and tokens[index].text != ",":
            return False
        index -= 1
    return tokens[index - 1].text in ("function", "catch") or tokens[index - 2].text == "function"


def _names(first: str, second: str) -> Iterator[str]:
    return chain(first, (one + two for one in first for two in second))
