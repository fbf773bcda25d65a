"""Bytes that are no UTF-8, as Python keeps them of a command line, in every text that a command takes."""

import json
import os

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from grayctl.cli import run

HALF = "caf\udce9"
GONE = "\ud800"
# What goes through, and what is refused with a word.
DONE = [
    f"ramp 6 --yes --no-wait -m {HALF}",
    f"rule add beta --when cookie:beta=1 --yes --no-wait -m {GONE}",
    f"apply {HALF}.yaml --yes --no-wait",
    f"apply - --yes --no-wait -m {HALF}",
    f"preview {HALF}.yaml --ids {HALF}.txt",
    f"preview --ramp 5 --made-up 10 --ids {HALF}.txt",
    f"estimate --rate 1 --file {HALF}.yaml",
    f"explain --file {HALF}.yaml",
    f"explain --file {HALF}.yaml --path /{HALF}",
    f"export --to {HALF}.out",
    f"list check {HALF}.txt",
    f"list put staff {HALF}.txt --yes --no-wait -m {HALF}",
    f"site upload {HALF} --lane v2",
    f"keys rotate --yes -m {HALF}",
    f"sync -m {HALF}",
    f"rebuild --yes -m {HALF}",
    f"pause --yes --no-wait -m {HALF}",
    f"resume --yes --no-wait -m {HALF}",
    f"undo --yes --no-wait -m {HALF}",
    f"kill -m {HALF}",
    f"resume --yes --no-wait -m {HALF}",
    f"kill -m {GONE} {HALF} --{HALF}",
]
REFUSED = [
    f"status --config-env {HALF}",
    f"kill --config-env {HALF}",
    f"ramp {HALF} --yes",
    f"ramp 7 --lane {HALF} --yes --no-wait",
    f"ramp --plan {HALF} --yes",
    f"ramp --plan 1,5 --every {HALF} --yes",
    f"rule add {HALF} --when country=DE --yes --no-wait",
    f"rule add a --when cookie:{HALF}=1 --yes --no-wait",
    f"rule add a --when cookie:a={HALF} --yes --no-wait",
    f"rule add a --when path=/{HALF} --yes --no-wait",
    f"rule add a --when list={HALF} --yes --no-wait",
    f"rule add a --lane {HALF} --when country=DE --yes --no-wait",
    f"rule remove {HALF} --yes",
    f"rule move {HALF} 1 --yes",
    f"list put {HALF} ids.txt --yes --no-wait",
    "list put staff bytes.txt --yes --no-wait",
    f"list remove {HALF} --yes",
    f"list show {HALF}",
    f"apply {HALF} --yes",
    "apply bytes.yaml --yes",
    "apply half.json --yes",
    "apply key.json --yes",
    f"explain --header a={HALF} --time {HALF}",
    f"explain --device {HALF}",
    f"link --lane {HALF}",
    f"link --clear --path /{HALF}",
    f"link --clear --for {HALF}",
    f"preview --ramp 5 --list {HALF}",
    f"preview --ramp 5 --logs {HALF}",
    f"rebuild --from {HALF} --yes",
    f"keys identity --secret {HALF} --yes",
    f"rebuild --from s3 --version {HALF} --yes",
    f"site upload site --lane {HALF}",
    "site upload names --lane v2",
    f"traces --since {HALF}",
    f"{HALF}",
    f"status --{HALF}",
]
# Taken, or refused, but no bug.
ANY = [
    f"explain --id {HALF} --cookie a={HALF} --query a={HALF} --header a={HALF} --country {HALF} --ip {HALF}",
    f"explain --file {HALF}.yaml --id {HALF}",
    f"explain --cookie {HALF}={HALF}",
    f"keys identity --secret {HALF * 10} --yes",
    f"data report --lane {HALF}",
]


@pytest.fixture
def prepared(stack: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("GRAYCTL_CONFIG_ENV", "test")
    monkeypatch.setenv("GRAYCTL_AUTHOR", HALF)
    text = "salt: abcdefgh\nlanes: [v2]\nidentity: {kind: plain, sources: ['cookie:uid']}\n"
    (stack.root / f"{HALF}.yaml").write_text(f"{text}rules:\n  - {{id: ramp, lane: v2, percent: 5}}\n")
    for name in (f"{HALF}.txt", "ids.txt"):
        (stack.root / name).write_text("ada\n")
    for folder in (HALF, "site", "names"):
        (stack.root / folder).mkdir()
        (stack.root / folder / "index.html").write_text("hello")
    (stack.root / "names" / f"{HALF}.js").write_text("")
    (stack.root / "bytes.txt").write_bytes(os.fsencode(HALF))
    (stack.root / "bytes.yaml").write_bytes(os.fsencode(f"note: {HALF}"))
    (stack.root / "half.json").write_text('{"salt": "abcdefgh", "lanes": ["v2"], "note": "\\ud800"}')
    (stack.root / "key.json").write_text('{"salt": "abcdefgh", "lanes": ["v2"], "lists": {"\\ud800": {}}}')
    assert grayctl("apply", f"{HALF}.yaml", "--yes", "--no-wait").code == 0
    return stack


def test_none_of_them_is_a_bug(
    prepared: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(prepared.root / f"{HALF}.yaml", encoding="utf-8") as given:
        monkeypatch.setattr("sys.stdin", given)
        for expected, lines in ((True, DONE), (False, REFUSED), (None, ANY)):
            for line in lines:
                given.seek(0)
                capsys.readouterr()
                code = run(line.split(" "))
                told = capsys.readouterr()
                assert "Traceback" not in told.err, line
                if expected is not None:
                    assert (code == 0) is expected, (line, told)
                told.out.encode()
                told.err.encode()
    for revision in prepared.revisions.history(40):
        assert revision.reason
        (revision.reason + revision.author + revision.document).encode()
    for asked in prepared.sync.requests:
        json.dumps(asked, ensure_ascii=False).encode()


def test_scripts_are_answered_in_utf8(prepared: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    for line in (f"explain --path /{HALF}", f"list check {HALF}.txt", f"apply {HALF}", f"export --to {HALF}.out"):
        run([*line.split(" "), "--json"])
        json.loads(capsys.readouterr().out.encode())
