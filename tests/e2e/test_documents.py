"""What a document tells somebody to type is typed here, on the local stack, and what it shows is compared.

A block that cannot run here has a comment before it, invisible to readers, that says why; tests/unit/docs checks that
its commands exist. In the output, times, numbers that count up, ids and signatures may differ; a line `...` stands for
any lines.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.project.pages import ROOT, Block, blocks
from tests.support.stack.operator import Operator

from generate.screenshots.desk import take
from generate.screenshots.operator import Operator as Photographer
from graylocal.stack import LocalStack

pytestmark = [pytest.mark.long, pytest.mark.new_stack]

DOCUMENTED_SITE = "http://localhost:8080"
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


def test_the_pictures_can_be_taken(stack: LocalStack, operator: Operator, project: Path, tmp_path: Path) -> None:
    made = take(Photographer(project, stack.environment), tmp_path)
    assert {path.name for path in made} >= {path.name for path in (ROOT / "docs" / "pictures").glob("*.png")}
    for path in made:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert 10_000 < path.stat().st_size < 200_000, path.name


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md", "docs/operations.md"])
def test_what_a_document_says_to_type(name: str, stack: LocalStack, operator: Operator, project: Path) -> None:
    operator.run(
        "data", "merge", "--lane", "v2", "--conflicts", "gray", "--yes"
    )  # what other tests ordered; a new stack has no orders
    typist = Typist(stack, project)
    typed = [
        typist.problem(block, command, shown)
        for block in blocks(ROOT / name)
        if block.is_shell and not block.reason_not_run
        for command, shown in block.commands()
    ]
    assert len(typed) >= 3, f"{name} has nothing to type"
    wrong = "\n\n".join(filter(None, typed))
    assert not wrong, wrong


def test_an_output_that_differs_is_found() -> None:
    assert agree("revision 7 saved (active, epoch 2)", "revision 31 saved (active, epoch 9)")
    assert agree("one\n...\nlast", "one\ntwo\nthree\nlast")
    assert not agree("one\n...\nlast", "one\ntwo\nthree")
    assert not agree("revision 7 saved (active, epoch 2)", "revision 31 saved (killed, epoch 9)")
    assert not agree("rules: ramp 20 %", "rules: ramp 21 %")
    assert not agree("one", "one\ntwo")
    assert agree("by ..., today", "by ada: why, today")
    assert not agree("by ..., today", "by ada, tomorrow")


class Typist:
    """Somebody who has followed the README up to here: grayctl on the PATH, the local stack up."""

    def __init__(self, stack: LocalStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._variables = {
            **own,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
            "GRAYCTL_CONFIG_ENV": stack.environment,
            "GRAYCTL_AUTHOR": "ada",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def problem(self, block: Block, command: str, shown: str) -> str:
        """Run one command as it is written: what is wrong when it fails or shows something else; else empty."""
        typed = command.replace(DOCUMENTED_SITE, self._stack.url)
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self._folder,
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=180,
        )
        said = self._as_documented(done.stdout)
        if done.returncode:
            return f"{block}: {command}\n--- ended with {done.returncode}\n{said}"
        if block.language == "console" and not agree(shown, said):
            return f"{block}: {command}\n--- documented\n{shown}\n--- said\n{said}"
        return ""

    def _as_documented(self, text: str) -> str:
        """What the environment `dev` at its usual port would have said."""
        environment = self._stack.environment
        text = text.replace(self._stack.url, DOCUMENTED_SITE).replace(f"graylane-{environment}", "graylane-dev")
        return re.sub(rf"\benvironment( +){environment}\b", r"environment\1dev", text)


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
