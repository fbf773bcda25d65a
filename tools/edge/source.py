"""Combines the files of src/edge into one text per function."""

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["FUNCTIONS", "EdgeSourceError", "assemble", "read_sources"]

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "edge"
BUILD = SOURCE / "build"

# The functions, by file name in src/edge/build: their source files, and their kind.
FUNCTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "request_static": (("decide.js", "conditions.js", "set_cookie.js", "viewer_request.js", "document.js"), "static"),
    "request_api": (("decide.js", "conditions.js", "viewer_request.js", "call.js"), "api"),
    "response": (("set_cookie.js", "viewer_response.js"), "response"),
}
_KINDS = {kind for _, kind in FUNCTIONS.values()}
_MARK = re.compile(r"^\s*//\s*@(only|end)\b\s*(\w*)\s*$")
_IMPORT = re.compile(r"^import\s+\w+\s+from\s+'\w+';\s*$")


class EdgeSourceError(Exception):
    """A file of src/edge cannot be built; the message has the file, the line and the problem."""


def read_sources(folder: Path = SOURCE) -> dict[str, str]:
    """The files of src/edge by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))}


def assemble(name: str, sources: Mapping[str, str]) -> str:
    """The text of one function: imports first, then its files, without the blocks of the other kinds."""
    files, kind = FUNCTIONS[name]
    imports: list[str] = []
    body: list[str] = []
    for file in files:
        for line in _kept(file, sources[file], kind):
            if _IMPORT.match(line):
                imports.append(line.strip())
            else:
                body.append(line)
    return "\n".join([*dict.fromkeys(imports), *body]) + "\n"


def _kept(file: str, text: str, kind: str) -> list[str]:
    lines: list[str] = []
    only = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = _MARK.match(line)
        if mark is None:
            if only in ("", kind):
                lines.append(line)
            continue
        word, name = mark.groups()
        if (word == "only") == bool(only) or (word == "only" and name not in _KINDS):
            raise EdgeSourceError(
                f"{file}:{number}: '@{word} {name}' out of place; a block is '@only <kind>' to '@end'"
            )
        only = name if word == "only" else ""
    if only:
        raise EdgeSourceError(f"{file}: '@only {only}' has no '@end'")
    return lines
