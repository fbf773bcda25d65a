"""Shorter ways to write the same, on tokens."""

from collections.abc import Sequence

from edgebuild.tokens import Token

__all__ = ["shorter"]

_WORDS = {"const": ("let",), "true": ("!", "0"), "false": ("!", "1"), "undefined": ("void", "0")}


def shorter(tokens: Sequence[Token]) -> list[Token]:
    """`let` for `const`, `!0` for `true`, one declaration for several that follow each other.

    The texts are checked as they are written, so what `const` protects is protected there.
    """
    return _joined([part for index, token in enumerate(tokens) for part in _written(tokens, index, token)])


def _written(tokens: Sequence[Token], index: int, token: Token) -> list[Token]:
    if token.kind != "word" or token.text not in _WORDS or (index and tokens[index - 1].text == "."):
        return [token]
    return [
        Token("word" if text.isalpha() else "number" if text.isdigit() else "mark", text, token.line, token.spaced)
        for text in _WORDS[token.text]
    ]


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """`let a=1;let b=2;` as `let a=1,b=2;`."""
    joined: list[Token] = []
    declares = [False]  # for each open bracket: whether the statement in it is a declaration
    skip = False
    for index, token in enumerate(tokens):
        if skip:
            skip = False
            continue
        if token.text in ("(", "[", "{"):
            declares.append(False)
        elif token.text in (")", "]", "}"):
            declares.pop()
            # A block ends the statement that it belongs to; a literal or a call does not.
        elif token.text == "let":
            declares[-1] = True
        elif token.text == ";" and token.kind == "mark":
            following = tokens[index + 1].text if index + 1 < len(tokens) else ""
            if declares[-1] and following == "let":
                joined.append(Token("mark", ",", token.line, False))
                skip = True
                continue
            declares[-1] = False
        joined.append(token)
    return joined
