"""Numbers in the place of the names we gave them.

`const EPOCH = 3` costs a name and a look-up in a table each time; `3` costs a byte. Only names in capitals that are
declared as a plain number at the top level, so that the sources stay readable and the built code stays small.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from edgebuild.tokens import Token

__all__ = ["inlined"]

_CAPITALS = re.compile(r"[A-Z][A-Z_]*")


def inlined(program: Iterable[Token]) -> list[Token]:
    """The same program without declarations of numbers, each number where its name stood."""
    tokens = list(program)
    numbers: dict[str, str] = {}
    kept: list[Token] = []
    index, depth = 0, 0
    while index < len(tokens):
        token = tokens[index]
        depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind == "mark" else 0
        found, after = _numbers(tokens, index) if depth == 0 else ({}, index)
        if found:
            numbers |= found
            index = after
            continue
        kept.append(token)
        index += 1
    return [_written(kept, index, numbers) for index in range(len(kept))]


def _numbers(tokens: Sequence[Token], index: int) -> tuple[dict[str, str], int]:
    """The names and numbers of `const A = 1, B = 2;` at this place, and where it ends; nothing for anything else."""
    found: dict[str, str] = {}
    at = index
    while tokens[at].text == ("," if found else "const") and at + 4 < len(tokens):
        name, equals, number, end = tokens[at + 1 : at + 5]
        if not (_CAPITALS.fullmatch(name.text) and equals.text == "=" and number.kind == "number"):
            break
        found[name.text] = number.text
        at += 4
        if end.text == ";":
            return found, at + 1
    return {}, index


def _written(tokens: Sequence[Token], index: int, numbers: dict[str, str]) -> Token:
    token = tokens[index]
    if token.kind != "word" or token.text not in numbers or (index and tokens[index - 1].text == "."):
        return token
    return replace(token, kind="number", text=numbers[token.text])
