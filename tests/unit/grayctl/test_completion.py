"""The shell's completion: names of the release, and silence where there are none."""

import inspect
from pathlib import Path

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from generate.reference.cli_reference import commands
from grayctl.cli import run
from grayctl.completion import complete_lane, complete_list, complete_rule, lanes_of, lists_of, names, rules_of


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    """What bash offers for a line that is typed so far."""

    def names(line: str) -> list[str]:
        monkeypatch.setenv("_GRAYCTL_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        capsys.readouterr()
        with pytest.raises(SystemExit):
            run([])
        return capsys.readouterr().out.split()

    return names


def test_names_come_from_the_release(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "ids.txt").write_text("anna\n")
    grayctl("rule", "add", "germany", "--when", "country=DE", "--yes", "--no-wait")
    grayctl("ramp", "5", "--yes", "--no-wait")
    grayctl("list", "put", "staff", "ids.txt", "--yes", "--no-wait")
    assert names("test", rules_of, patience=60) == ["germany", "ramp"]
    assert names("test", lists_of, patience=60) == ["staff"]
    assert names("test", lanes_of, patience=60) == ["v2"]


def test_a_key_is_not_waited_for_long() -> None:
    assert names("test", lambda _release: ["late"], patience=0) == []


@pytest.mark.parametrize(
    ("command", "parameter", "offers"),
    [
        ("grayctl rule remove", "rule_id", complete_rule),
        ("grayctl rule move", "rule_id", complete_rule),
        ("grayctl preview", "user_list", complete_list),
        ("grayctl ramp", "lane", complete_lane),
        ("grayctl rule add", "lane", complete_lane),
    ],
)
def test_where_a_name_is_wanted_names_are_offered(command: str, parameter: str, offers: object) -> None:
    wanted = next(one for one in dict(commands())[command].params if one.name == parameter)
    wrapped = inspect.getclosurevars(wanted._custom_shell_complete).nonlocals.values()
    assert [getattr(one, "__name__", "") for one in wrapped] == [getattr(offers, "__name__", "?")]


def test_environments_come_from_samconfig(project: Path, complete: object) -> None:
    assert callable(complete)
    assert complete("grayctl status --config-env ") == ["test", "gray", "empty"]
    (project / "samconfig.toml").write_text("broken [")
    assert complete("grayctl status --config-env ") == []


def test_what_cannot_be_asked_offers_nothing(project: Path, complete: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(complete)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert complete("grayctl rule remove --config-env test ") == []
