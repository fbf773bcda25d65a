"""What a command imports before it does anything: that, not the work, was most of the time it took."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from tests.support.aws.moto_server import aws_handler
from tests.support.aws.serving import serving
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from generate.reference.cli_reference import commands
from grayctl.cli import app
from grayctl.commands import PANELS

HEAVY = ("awscrt", "boto3", "botocore", "httpx", "pydantic", "s3transfer", "uvicorn", "yaml")
_REPORT = "import json, sys; from grayctl.cli import run; code = run(sys.argv[1:]); "
_REPORT += "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"


def imported(*arguments: str, aws: str = "") -> set[str]:
    """Of the heavy libraries, those that are there when a command has ended in a process of its own."""
    environment = {**os.environ, "AWS_ENDPOINT_URL": aws} if aws else dict(os.environ)
    ended = subprocess.run(
        [sys.executable, "-c", _REPORT, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    code, modules = json.loads(ended.stderr.splitlines()[-1])
    assert code == 0, ended.stderr
    return {*HEAVY} & {*modules}


@pytest.mark.parametrize("arguments", ["--help", "kill --help", "sync --help", "status --help"])
def test_help_imports_nothing_that_it_does_not_need(arguments: str) -> None:
    assert imported(*arguments.split()) == set()


def test_status_imports_what_asks_aws_and_no_more(stack: Stack, grayctl: Grayctl) -> None:
    """awscrt is not ours to leave out: botocore imports it wherever it is installed."""
    assert grayctl("ramp", "20", "--yes").code == 0
    with serving(aws_handler()) as aws:
        assert imported("status", "--config-env", "test", aws=aws) == {"botocore", "awscrt"}


def test_the_table_says_what_the_commands_say() -> None:
    """The help of the whole loads no command, so their first sentences are written twice."""
    table = typer.main.get_group(app)
    for name, says in (entry for panel in PANELS.values() for entry in panel.items()):
        command = table.commands[name]
        first, _, _ = (command.help or "").partition("\n\n")
        assert " ".join(first.split()) == says, f"grayctl {name}"


def test_every_module_with_commands_is_in_the_table() -> None:
    folder = Path(__file__).parents[3] / "tools/grayctl/commands"
    there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {name for panel in PANELS.values() for name in panel} == there
    assert len(list(commands())) > len(there)


def test_completing_a_command_loads_none() -> None:
    completing = {"_GRAYCTL_COMPLETE": "complete_bash", "COMP_WORDS": "grayctl re", "COMP_CWORD": "1"}
    script = "import sys; from grayctl.cli import main\ntry: main()\nfinally: print(sorted(sys.modules))"
    command, environment = [sys.executable, "-c", script], {**os.environ, **completing}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    names, modules = done.stdout.split("[", 1)
    assert names.split() == ["resume", "rebuild"], done.stderr
    assert "grayctl.commands." not in modules
