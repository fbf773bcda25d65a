"""`let f=(a,b)=>c` for `function f(a,b){return c}`, on tokens: nothing is called before the whole text is read."""

from collections.abc import Sequence

from edgebuild.tokens import Token

__all__ = ["with_arrows"]

_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def with_arrows(program: Sequence[Token]) -> list[Token]:
    """The same program, its functions of one expression as arrows; `handler` stays, CloudFront looks for it."""
    written: list[Token] = []
    index = 0
    while index < len(program):
        arrow, after = _arrow(program, index)
        written += arrow or [program[index]]
        index = after if arrow else index + 1
    return written


def _arrow(program: Sequence[Token], index: int) -> tuple[list[Token], int]:
    """The arrow for the function that begins here, and the place after it; nothing when it is no such function."""
    if program[index].text != "function" or program[index - 1].text == "async" or program[index + 1].text == "handler":
        return [], index
    opening = _closing(program, index + 2)
    body = program[opening + 1 : _closing(program, opening + 1) + 1]
    ends = [place for place, token in enumerate(body) if token.text == ";"]
    if body[1].text != "return" or ends != [len(body) - 2] or body[2].text == "{":
        return [], index
    parameters = list(program[index + 2 : opening + 1])
    if len(parameters) == 3:
        parameters = parameters[1:2]
    start = [Token("word", "let", program[index].line, False), program[index + 1], _mark("=")]
    return [*start, *parameters, _mark("=>"), *body[2:-1]], opening + 1 + len(body)


def _closing(program: Sequence[Token], index: int) -> int:
    """Where the bracket that opens at this place closes."""
    depth = 0
    for place in range(index, len(program)):
        depth += _DEPTH.get(program[place].text, 0) if program[place].kind == "mark" else 0
        if depth == 0:
            return place
    raise ValueError("a bracket is not closed")


def _mark(text: str) -> Token:
    return Token("mark", text, 0, False)
