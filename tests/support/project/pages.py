"""The documents, as the tests of this folder and the one that runs them read them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_FENCE = re.compile(r"^(?P<comment><!-- (?P<note>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SHELLS = ("sh", "console")
NOT_RUN = "not run: "


@dataclass(frozen=True)
class Block:
    """A fenced block. `note` is the comment on the line before it, `section` the heading above it."""

    page: Path
    line: int
    language: str
    text: str
    note: str
    section: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_shell(self) -> bool:
        """Whether it is something to type."""
        return self.language in _SHELLS

    @property
    def reason_not_run(self) -> str:
        """Why the block cannot be executed by a test; empty when it is."""
        return self.note.removeprefix(NOT_RUN) if self.note.startswith(NOT_RUN) else ""

    def commands(self) -> list[tuple[str, str]]:
        """Each command with its output as documented."""
        if self.language == "sh":
            return [(line, "") for line in self.text.splitlines() if line and not line.startswith("#")]
        found: list[tuple[str, str]] = []
        for part in re.split(r"^\$ ", self.text, flags=re.M)[1:]:
            lines = part.splitlines()
            command = lines.pop(0)
            while command.endswith("\\") or (lines and lines[0].startswith("> ")):
                command += "\n" + lines.pop(0).removeprefix("> ")
            found.append((command, "\n".join(lines).rstrip()))
        return found


def pages() -> list[Path]:
    """Every document a person reads."""
    folders = ("docs", "bench/results", "examples")
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in (ROOT / folder).rglob("*.md"))])


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    section, end = "", 0
    for m in _FENCE.finditer(text):
        between = re.findall(r"(?m)^#{1,6} (.+)$", text[end : m.start()])
        section, end = (between[-1] if between else section), m.end()
        line = text.count("\n", 0, m.start("language")) + 1
        found.append(Block(page, line, m["language"], m["text"], m["note"] or "", section))
    return found


def prose(page: Path) -> str:
    """The page without its fenced blocks and comments."""
    return _COMMENT.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#{1,6}) (.+)$", _FENCE.sub("", page.read_text()), re.M)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    names = set()
    for _, text in headings(page):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = found[name] = found.get(name, -1) + 1
        names.add(f"{name}-{number}" if number else name)
    return names


def grayctl_commands(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Where, and the words of, each `grayctl ...` that the page tells somebody to type."""
    for block in blocks(page):
        if block.is_shell or not block.language:
            typed = [command for command, _ in block.commands()] if block.language else block.text.splitlines()
            yield from ((f"{page.name}:{block.line}", words) for line in typed for words in _grayctl(line))
    for code in _INLINE.findall(prose(page)):
        if re.match(r"(\w+=\S+ )?grayctl( |$)", code):
            yield from ((f"{page.name}: `{code}`", words) for words in _grayctl(code))


def _grayctl(line: str) -> Iterator[list[str]]:
    for found in re.finditer(r"(?:^|[\s(\"/])grayctl (?P<rest>[^|)]*)", line):
        text = re.split(r"\s(?:&&|;|#|>)|;", found["rest"])[0]
        try:
            yield shlex.split(text)
        except ValueError:  # a quote that was opened before
            yield shlex.split(text.replace('"', "").replace("'", ""))
