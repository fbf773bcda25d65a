"""What documents tell somebody to type is there: commands and options of grayctl, make targets, environments."""

import re
import tomllib
from pathlib import Path

import pytest
import typer
from tests.support.project.pages import ROOT, blocks, grayctl_commands, headings, pages, prose
from typer.exceptions import TyperException

from grayctl.cli import app

_GRAYCTL = typer.main.get_command(app)


def problem(words: list[str]) -> str:
    """What is wrong with a command line of grayctl, by its parser; empty when nothing is."""
    command = _GRAYCTL
    words = [word for word in words if word not in ("...", "…")]
    while hasattr(command, "commands"):
        if not words or words[0].startswith("-"):
            return ""  # `grayctl` itself, or an option of its own
        if words[0] not in command.commands:
            return f"there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    try:
        command.make_context(command.name, words)
    except typer.Exit:
        return ""
    except TyperException as error:
        # An argument may be left out, or stand for another (`<id>`); an option that is not there may not.
        if type(error).__name__ not in ("MissingParameter", "BadParameter", "BadOptionUsage", "NoArgsIsHelpError"):
            return str(error)
    return ""


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_grayctl_knows_every_command(page: Path) -> None:
    wrong = {where: found for where, words in grayctl_commands(page) if (found := problem(words))}
    assert wrong == {}


def test_a_wrong_command_is_found() -> None:
    assert problem(["ramp", "20", "--config-env", "prod"]) == ""
    assert "no command" in problem(["rump", "20"])
    assert problem(["ramp", "--percent", "20"])
    assert problem(["pause", "now"])


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_and_environments_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    environments = set(tomllib.loads((ROOT / "samconfig.toml").read_text())) - {"version"}
    examples = [path.read_text() for path in (ROOT / "examples").glob("*/README.md")]
    environments |= {name for text in examples for name in re.findall(r"init --environment ([a-z]+)", text)}
    texts = [block.text for block in blocks(page) if block.is_shell] + re.findall(r"`(make [^`]+)`", prose(page))
    for text in texts:
        assert set(re.findall(r"(?:^|[\s;&])make ([a-z-]+)", text)) <= targets
        assert set(re.findall(r"(?:ENV=|--config-env |-e )([a-z]+)", text)) <= environments


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/quickstart.md"])
def test_a_block_that_is_not_run_says_why(name: str) -> None:
    for block in blocks(ROOT / name):
        if block.is_shell and block.note:
            assert len(block.reason_not_run) > 10, f"{block}: {block.note}"


def test_both_readmes_have_the_same_headings_commands_and_pictures() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    shown = [[block.text for block in blocks(page) if block.is_shell] for page in (english, chinese)]
    assert shown[0] == shown[1]
    links = [re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")) for page in (english, chinese)]
    assert sorted({*links[0]} ^ {*links[1]}) == ["README.md", "README.zh-CN.md"]
