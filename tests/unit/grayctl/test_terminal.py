"""Texts of other people on a terminal: whatever is in them, they are shown and do nothing."""

import json
import os
import re
from typing import Any

import pytest
from rich.table import Table
from tests.support.aws.config_table import TABLE
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from gray.dynamodb_values import to_item
from gray.publish.records.publication_log import Record
from grayctl.cli import run
from grayctl.output import screen

# Clears the screen, changes the title, colours (both ways to begin such), rubs out, goes back, turns letters round.
EVIL = "\x1b[2J\x1b]0;pwned\x07\x9b31m\b\x7f\r\u202ereason\u2066\u200b\x00"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
COMMANDS = [
    "status",
    "watch --once",
    "lane list",
    "history",
    "show 1",
    "show",
    "diff 1 2",
    "rule list",
    "list show",
    f"list show {EVIL}",
    "plan",
    "keys show",
    "undo --dry-run",
    "pause --dry-run",
    "apply good.yaml --dry-run",
    f"apply {EVIL} --yes",
    f"apply --yes {EVIL} -m {EVIL}",
    f"explain --path {EVIL}",
    f"explain --path /{EVIL}",
    f"explain --file {EVIL}",
    f"link --clear --path /{EVIL}",
    f"link --lane {EVIL}",
    f"list check {EVIL}",
    f"list put {EVIL} ids.txt --yes",
    f"rule add {EVIL} --when country={EVIL} --yes",
    f"rule remove {EVIL} --yes",
    f"ramp {EVIL}",
    f"ramp 5 --lane {EVIL} --yes --no-wait",
    f"site upload {EVIL} --lane v2",
    "site upload site --lane v2 --dry-run",
    f"preview --ramp 5 --ids {EVIL}",
    f"preview --ramp 5 --list {EVIL}",
    f"traces --since {EVIL}",
    f"export --to /nowhere/{EVIL}",
    f"estimate --rate 1 --file {EVIL}",
    f"data report --lane {EVIL}",
    "finish --dry-run",
    f"status --config-env {EVIL}",
    f"{EVIL}",
    f"status --{EVIL}",
    f"kill {EVIL} -m {EVIL}",
    "resume --yes",
]

# By command, what the edge says when it has followed.
FOLLOWED = {
    "kill": "rule=killed; bucket=1; revision=2; epoch=1",
    "resume": "rule=\x1b[2J\x9b; bucket=1; revision=99; epoch=9",
}


@pytest.fixture
def poisoned(stack: Stack, grayctl: Grayctl) -> Stack:
    """A stack in whose table, parameters, files and answers somebody wrote what acts on a terminal."""
    (stack.root / "good.yaml").write_text("salt: abcdefgh\nlanes: [v2]\nrules:\n  - {id: ramp, lane: v2, percent: 5}\n")
    (stack.root / "ids.txt").write_text("ada\n")
    (stack.root / "site").mkdir()
    (stack.root / "site" / "index.html").write_text("hello")
    name = EVIL.replace("\x00", "").replace("/", "")
    (stack.root / "site" / name).write_text("hello")
    for percent in ("5", "10"):
        assert grayctl("ramp", percent, "--yes", "--no-wait").code == 0
    document = {
        "salt": "abcdefgh",
        "lanes": ["v2", EVIL],
        "note": EVIL,
        "rules": [{"id": EVIL, "lane": EVIL, "percent": 5, "when": {"country": [EVIL]}}],
        "lists": {EVIL: {"digest": EVIL, "ids": 1, "shards": 1, "salt": EVIL}},
    }
    for number in (1, 2):
        text = json.dumps({**document, "note": f"{EVIL}{number}"}, ensure_ascii=False)
        _write(stack, "revision", number, {"release": text, "author": EVIL, "reason": EVIL, "via": EVIL})
    record = Record(9, EVIL, revision=2, epoch=1, state=EVIL, id=EVIL).closed("failed", 5, errors=[EVIL])
    stack.records.put(record)
    stack.edge.headers = {"x-gray-version": "v1", "x-gray": "v1; rule=\x1b[2J\x9b; bucket=1; revision=2; epoch=1"}
    lane = json.loads(stack.ssm.get_parameter(Name="/gray/test/lanes/v2")["Parameter"]["Value"])
    stack.ssm.put_parameter(
        Name="/gray/test/lanes/v2", Value=json.dumps({**lane, "build": EVIL, EVIL: EVIL}), Type="String", Overwrite=True
    )
    return stack


def _write(stack: Stack, pk: str, sk: int, values: dict[str, Any]) -> None:
    key = {"pk": {"S": pk}, "sk": {"N": str(sk)}}
    item = stack.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    stack.dynamodb.put_item(TableName=TABLE, Item={**item, **to_item(values)})


def test_no_command_lets_it_through(
    poisoned: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAYCTL_CONFIG_ENV", "test")
    shown = 0
    for line in COMMANDS:
        if line.startswith(tuple(FOLLOWED)):  # the edge follows, or it would be waited for more than a minute
            poisoned.edge.headers = {"x-gray-version": "v1", "x-gray": f"\x1b[2J\x9bv1; {FOLLOWED[line.split()[0]]}"}
        for more in ([], ["--json"]) if len(line) < 20 else ([],):  # a script's document is written at one place
            capsys.readouterr()
            run([*line.split(" "), *more])
            told = capsys.readouterr()
            assert ACTING.search(told.out + told.err) is None, (line, told)
            assert "Traceback" not in told.err
            shown += "pwned" in told.out + told.err
    assert shown > 30


def test_what_is_shown_is_whole_and_rich_still_colours(capsys: pytest.CaptureFixture[str]) -> None:
    console = screen.out()
    console.print("a\x1bb\x9bc 👩\u200d💻 \u0645\u06cc\u200c\u062e", markup=False)
    table = Table(box=None, show_header=False)
    table.add_row("x\x1b]0;y")
    console.print(table)
    assert capsys.readouterr().out.splitlines() == ["a\\x1bb\\x9bc 👩\u200d💻 \u0645\u06cc\u200c\u062e", " x\\x1b]0;y "]
    coloured = type(console)(force_terminal=True, color_system="standard", width=80)
    with coloured.capture() as captured:
        coloured.print("[red]x[/red]\x1b")
    assert captured.get() == "\x1b[31mx\x1b[0m\\x1b\n"


def test_scripts_get_the_same_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{EVIL}zoë😀\U000e0041"
    screen.show({"reason": text}, True, lambda _console: None)
    assert json.loads(capsys.readouterr().out) == {"reason": text}


def test_an_export_is_written_to_the_letter(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "a.json").write_text(json.dumps({"salt": "abcdefgh", "lanes": ["v2"], "note": "a\u200b\u202eb"}))
    assert grayctl("apply", "a.json", "--yes", "--no-wait").code == 0
    (stack.root / "b.yaml").write_text(grayctl("export").out)
    assert "nothing to change" in grayctl("apply", "b.yaml", "--yes").out
    assert os.path.getsize(stack.root / "b.yaml")
