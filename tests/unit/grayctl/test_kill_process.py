"""`grayctl kill` as a process of its own, where nothing of AWS answers but the store: what the process was given."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.support.aws.strict_store import StrictStore

GRAYCTL = str(Path(sys.executable).with_name("grayctl"))
NOT_ASCII = "Bestellungen schlagen fehl: 订单"


@dataclass
class Given:
    """How the process is started: `streams` redirects them; `written` is False where the output has nowhere to go."""

    variables: dict[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    reason: str | bytes = "orders fail"
    streams: str = ""
    arguments: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = lambda folder: None
    written: bool = True


def _home_is_a_file(folder: Path) -> None:
    (folder / "home").write_text("")


CASES = {
    "no HOME": Given(without=("HOME",)),
    "a HOME that is not there": Given({"HOME": "/nonexistent"}),
    "a HOME that is a file": Given({"HOME": "home"}, prepare=_home_is_a_file),
    "a HOME that takes no file": Given({"HOME": "/proc"}),
    "a TMPDIR that takes no file": Given({"TMPDIR": "/proc", "TMP": "/proc", "TEMP": "/proc"}),
    "no git": Given({"PATH": "/nonexistent"}, without=("GRAYCTL_AUTHOR",)),
    "a reason that is no UTF-8": Given(reason=b"orders \xff\xfe fail"),
    "an author that is no UTF-8": Given({"GRAYCTL_AUTHOR": "a\udcff"}),
    "a long reason": Given(reason="w" * 100_000),
    "the locale C": Given({"LC_ALL": "C"}, reason=NOT_ASCII),
    "an ASCII locale": Given({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, reason=NOT_ASCII),
    "an ASCII output": Given({"PYTHONIOENCODING": "ascii"}, reason=NOT_ASCII),
    "an ASCII output for scripts": Given({"PYTHONIOENCODING": "ascii"}, reason=NOT_ASCII, arguments=("--json",)),
    "no terminal at all": Given({"TERM": "nothing", "COLUMNS": "1", "LINES": "x"}, without=("TERM",)),
    "no standard input": Given(streams="<&-"),
    "no standard output": Given(streams=">&-", written=False),
    "no standard error": Given(streams="2>&-", reason=b"\xff"),
    "no stream": Given(streams="<&- >&- 2>&-", reason=b"\xff", written=False),
    "an output on a full disk": Given(streams=">/dev/full", written=False),
    "an output for scripts on a full disk": Given(streams=">/dev/full", arguments=("--json",), written=False),
    "errors on a full disk": Given(streams="2>/dev/full", reason=b"\xff"),
    "both on a full disk": Given(streams=">/dev/full 2>&1", reason=b"\xff", written=False),
    "a reader that is gone": Given(streams="| true", written=False),
    "a reader of JSON that is gone": Given(streams="| true", arguments=("--json",), written=False),
    "a profile that is not there": Given({"AWS_PROFILE": "nobody"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_kill_needs_nothing_of_what_a_process_is_given(project: Path, store: StrictStore, case: str) -> None:
    given = CASES[case]
    given.prepare(project)

    done = _run(project, given)

    assert store.items["config"].startswith("2k|"), done.stderr
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0 or not given.written, done.stderr
    assert given.written is False or b"killed" in done.stdout or b"everybody gets stable" in done.stdout


def test_a_kill_from_a_folder_that_is_gone(project: Path, store: StrictStore) -> None:
    done = _run(project, Given(streams="", prepare=lambda folder: None), before='cd "$(mktemp -d)" && rmdir "$PWD" &&')

    assert store.items["config"].startswith("2k|"), done.stderr


def test_what_was_done_is_said_where_the_output_cannot(project: Path, store: StrictStore) -> None:
    done = _run(project, Given(streams=">/dev/full"))

    assert store.items["config"].startswith("2k|")
    assert b"cannot write to standard output: No space left on device" in done.stderr
    assert b"The command itself succeeded" in done.stderr


def _run(folder: Path, given: Given, before: str = "") -> subprocess.CompletedProcess[bytes]:
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_DEFAULT_REGION": "us-east-1"}
    variables: dict[str, Any] = {**os.environ, **nowhere, **given.variables}
    for name in given.without:
        variables.pop(name, None)
    command = [
        "/bin/sh",
        "-c",
        f'{before} "$0" "$@" {given.streams}',
        GRAYCTL,
        "kill",
        "-e",
        "test",
        "-m",
        given.reason,
    ]
    return subprocess.run(
        [*command, *given.arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
