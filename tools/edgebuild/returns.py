"""`return a?b:c` for `if(a)return b;return c`, on tokens."""

from collections.abc import Sequence

from edgebuild.tokens import Token

__all__ = ["joined_returns"]

_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
# An operator that binds weaker than `?:`; with one of these outside of brackets a part would have to be bracketed.
_WEAK = frozenset({",", "=", "=>", "+=", "-=", "?"})


def joined_returns(program: Sequence[Token]) -> list[Token]:
    """The same program with returns joined, from the last to the first, so that chains become one."""
    tokens = list(program)
    for index in range(len(tokens) - 1, 0, -1):
        if tokens[index].text == "if" and tokens[index - 1].text in (";", "{", "}"):
            tokens[index:] = _joined(tokens[index:])
    return tokens


def _joined(tokens: list[Token]) -> list[Token]:
    """`tokens` begin with an `if`."""
    closing = _end(tokens, 1, ")")
    condition = tokens[2:closing]
    first = _returned(tokens, closing + 1)
    if first is None or tokens[first.stop].text != ";":
        return tokens
    second = _returned(tokens, first.stop + 1)
    if second is None or any(token.text in _WEAK for token in _outside(condition)):
        return tokens
    parts = [tokens[closing + 1], *condition, _mark("?"), *tokens[first.start : first.stop], _mark(":")]
    return [*parts, *tokens[second.start :]]


def _returned(tokens: Sequence[Token], index: int) -> range | None:
    """The value of the `return` at this place; None when there is none, or no value."""
    if tokens[index].text != "return":
        return None
    end = _end(tokens, index + 1, ";")
    return range(index + 1, end) if end > index + 1 else None


def _end(tokens: Sequence[Token], index: int, mark: str) -> int:
    """Where the bracket that opens here closes, or the statement ends: at its mark or with its block."""
    depth = 0
    while True:
        step = _DEPTH.get(tokens[index].text, 0) if tokens[index].kind == "mark" else 0
        if depth + step < 0 or (depth + step == 0 and tokens[index].text == mark):
            return index
        depth += step
        index += 1


def _outside(tokens: Sequence[Token]) -> list[Token]:
    """The tokens outside of brackets."""
    depth, found = 0, []
    for token in tokens:
        step = _DEPTH.get(token.text, 0) if token.kind == "mark" else 0
        depth += step
        if depth == 0 and not step:
            found.append(token)
    return found


def _mark(text: str) -> Token:
    return Token("mark", text, 0, False)
