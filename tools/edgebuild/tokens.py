"""The tokens of the JavaScript that src/edge is written in.

Enough to take comments and spaces out and to look for banned constructs, not a parser: template literals are refused
(njs has them; we do without), and a slash begins a regular expression when a value cannot stand before it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edgebuild.source import EdgeSourceError

__all__ = ["Token", "compact", "tokens"]

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<number>0[xXbBoO][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_$][\w$]*)"
    r"|(?P<mark>=>|\.\.\.|[=!]==|[=!<>]=|&&=|\|\|=|\?\?=|&&|\|\||\?\?|\?\.(?!\d)|\*\*|\+\+|--|<<|>>>?|[-+*/%&|^]="
    r"|[{}()\[\];,<>+\-*/%&|^!~?:=.])",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_REGEX = {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "else", "do", "await"}


@dataclass(frozen=True)
class Token:
    """`kind` is string, number, word, regex or mark. `spaced` says that white space or a comment stood before it."""

    kind: str
    text: str
    line: int
    spaced: bool


def tokens(code: str) -> Iterator[Token]:
    """The tokens in order. Raises EdgeSourceError at a character that begins none."""
    position, line, spaced = 0, 1, False
    last: Token | None = None
    while position < len(code):
        found = _REGEX.match(code, position) if code[position] == "/" and _may_be_regex(last, code, position) else None
        kind = "regex"
        if found is None:
            found = _TOKEN.match(code, position)
            if found is None:
                raise EdgeSourceError(f"line {line}: {code[position]!r} is not understood")
            kind = found.lastgroup or ""
        text = found.group()
        if kind in ("space", "comment"):
            spaced = True
        else:
            last = Token(kind, text, line, spaced)
            spaced = False
            yield last
        line += text.count("\n")
        position = found.end()


def _may_be_regex(last: Token | None, code: str, position: int) -> bool:
    if code[position : position + 2] in ("//", "/*"):
        return False
    if last is None:
        return True
    if last.kind == "word":
        return last.text in _BEFORE_REGEX
    return last.kind == "mark" and last.text not in (")", "]", "}")


def compact(program: Iterable[Token], *, width: int = 150) -> str:
    """A program's text without needless white space, in lines of about `width` characters.

    Statements must end in semicolons.
    """
    lines: list[str] = []
    line = ""
    last: Token | None = None
    for token in _lean(program):
        if last is not None and _needs_space(last, token):
            line += " "
        line += token.text
        if token.text in (";", "{", "}") and token.kind == "mark" and len(line) >= width:
            lines.append(line)
            line, last = "", None
        else:
            last = token
    if line:
        lines.append(line)
    return "\n".join(lines) + "\n"


def _lean(program: Iterable[Token]) -> Iterator[Token]:
    """Without a comma or a semicolon before a closing brace or bracket."""
    held: Token | None = None
    for token in program:
        if (
            held is not None
            and not (held.text == "," and token.text in "}])")
            and not (held.text == ";" and token.text == "}")
        ):
            yield held
        held = token
    if held is not None:
        yield held


def _needs_space(before: Token, after: Token) -> bool:
    wordlike = ("word", "number")
    if before.kind in (*wordlike, "regex") and after.kind in wordlike:
        return True
    return before.kind == "mark" and after.kind == "mark" and before.text[-1] == after.text[0] and after.text[0] in "+-"
