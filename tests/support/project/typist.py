"""Somebody who types what a document says, and compares what they see with what it shows.

In the output, times, numbers that count up, ids and signatures may differ; a line `...` stands for any lines.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.project.pages import Block, blocks

_VARYING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "TIME"),
    (r"\b\d+(\.\d+)? (s|ms|min|h|d)\b( \d+ (s|min|h)\b)?", "SPAN"),
    (r"gray-link=[\w.-]+", "gray-link=LINK"),
    (r"\b[0-9a-f]{12}\b", "BUILD"),
    (r"\b(revision|epoch|sequence) \d+", r"\1 N"),
    (r"(?m)^\d+ (TIME \w+) \d+", r"N \1 N"),
    (r"by (stream|schedule|manual)\b", "by TRIGGER"),
    (r"\b\d+ store calls", "N store calls"),
    (r"(?m)^\s*\d+ (x-gray-version)", r"N \1"),
    (r"\b(rest-api) [a-z0-9]{8,10}/", r"\1 API/"),
    (r"[\d,]+ of [\d,]+ traces", "N of N traces"),
    (r"(?m)^((stays in )?v\d( -> v\d)?) [\d,]+ \d+\.\d\d %.*$", r"\1 N %"),
    (r"\b\d{1,3}(,\d{3})+\b", "N"),
    (r"\bI[0-9A-Z]{9,}\b", "INVALIDATION"),
)


@dataclass(frozen=True)
class Typist:
    """In a folder, with `grayctl` on the PATH, and no AWS account but that of `variables`.

    `here` makes of a document's command what is typed here, `there` of what is said here what the document shows.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    here: Callable[[str], str] = str
    there: Callable[[str], str] = str

    def problems(self, page: Path, section: str = "") -> list[str]:
        """Type every block of a page, or of one section, that can be run: for each command what is wrong, or ""."""
        return [
            self._problem(block, command, shown)
            for block in blocks(page)
            if block.is_shell and not block.reason_not_run and section in ("", block.section)
            for command, shown in block.commands()
        ]

    def _problem(self, block: Block, command: str, shown: str) -> str:
        """What is wrong when the command, run as it is written, fails or shows something else; else empty."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
        done = subprocess.run(
            ["bash", "-c", self.here(command)],
            cwd=self.folder,
            env={**own, "PATH": path, "NO_COLOR": "1", "COLUMNS": "200", **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        said = self.there(done.stdout)
        if done.returncode:
            return f"{block}: {command}\n--- ended with {done.returncode}\n{said}"
        if block.language == "console" and not agree(shown, said):
            return f"{block}: {command}\n--- documented\n{shown}\n--- said\n{said}"
        return ""


def agree(shown: str, said: str) -> bool:
    """Whether an output is what the document shows, but for what differs each time."""
    return _matches([*_split(_normal(shown))], _normal(said))


def _normal(text: str) -> list[str]:
    text = re.sub(r"(?m)^ +| +$", "", re.sub(r"[ \t]+", " ", text))
    for pattern, word in _VARYING:
        text = re.sub(pattern, word, text)
    return [line for line in text.splitlines() if line]


def _split(lines: list[str]) -> Iterator[list[str]]:
    """The runs of lines between `...`."""
    run: list[str] = []
    for line in lines:
        if line == "...":
            yield run
            run = []
        else:
            run.append(line)
    yield run


def _matches(runs: list[list[str]], lines: list[str]) -> bool:
    """Whether the first run begins the lines, the last ends them, and the others are between, in their order."""
    first, *others = runs
    if not others:
        return len(first) == len(lines) and _equal(first, lines)
    *middle, last = others
    at, end = len(first), len(lines) - len(last)
    if at > end or not _equal(first, lines[:at]) or not _equal(last, lines[end:]):
        return False
    for run in middle:
        places = (place for place in range(at, end - len(run) + 1) if _equal(run, lines[place : place + len(run)]))
        found = next(places, None)
        if found is None:
            return False
        at = found + len(run)
    return True


def _equal(shown: list[str], said: list[str]) -> bool:
    """Line by line; `...` inside a line stands for anything there."""
    return all(
        re.fullmatch(".*".join(map(re.escape, one.split("..."))), other) for one, other in zip(shown, said, strict=True)
    )
