"""Commands that only look, what every command has, and dry runs: on one stack, which they leave as it is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from tests.support.grayctl.command_cases import CASES, LOOKING, STACKLESS
from tests.support.grayctl.command_runs import fail, succeed, write_files
from tests.support.grayctl.grayctl_stack import SAMCONFIG, Grayctl, Stack, deployed

from generate.reference.cli_reference import commands
from grayctl.output.answers import ANSWERS

REPOSITORY = Path(__file__).parents[3]
# Commands whose tests need more than this stack, and the file that has them.
ELSEWHERE = {
    "console": "tests/e2e/test_console.py",
    "explain": "tests/unit/grayctl/test_explain.py",
    "finish": "tests/e2e/test_data.py",
    "data report": "tests/unit/grayctl/test_data.py",
    "data merge": "tests/unit/grayctl/test_data.py",
    "data fill": "tests/unit/grayctl/test_data.py",
    "lane register": "tests/unit/grayctl/test_lane_commands.py",
    "lane deploy": "tests/unit/grayctl/test_lane_commands.py",
    "lane remove": "tests/unit/grayctl/test_lane_commands.py",
    "platform deploy": "tests/unit/grayctl/test_platform_commands.py",
    "platform destroy": "tests/unit/grayctl/test_platform_commands.py",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with two revisions, a list and three rules, for those that only look."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "samconfig.toml").write_text(SAMCONFIG)
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield from deployed(folder, patch)


@pytest.fixture
def looked_at(shared: Stack, project: Path, grayctl: Grayctl) -> Stack:
    """The shared stack, from a folder with the files; filled when it is first used."""
    write_files(project)
    if shared.revisions.head() is None:
        for line in (
            "rule add germany --when country=DE --yes --no-wait",
            "ramp 20 --yes --no-wait",
            "list put staff ids.txt --yes",
        ):
            assert grayctl(*line.split()).code == 0
    return shared


@pytest.mark.parametrize("name", LOOKING)
def test_a_command_that_looks(looked_at: Stack, grayctl: Grayctl, name: str) -> None:
    case = LOOKING[name]
    before = looked_at.revisions.head()
    succeed(grayctl, name, case)
    for mistake in case.mistakes:
        fail(grayctl, name, mistake)
    assert looked_at.revisions.head() == before


def test_every_command_has_its_tests() -> None:
    names = {name.removeprefix("grayctl ") for name, _ in commands()}
    assert set(CASES) | set(ELSEWHERE) == names
    assert not set(CASES) & set(ELSEWHERE)
    for name, file in ELSEWHERE.items():
        words = r"\W+".join(name.split())
        assert re.search(rf"\"{words}\"", (REPOSITORY / file).read_text()), f"{file} does not call grayctl {name}"
    assert set(ANSWERS) == names


def test_every_command_says_what_it_does_and_gives_an_example() -> None:
    for name, command in commands():
        text, _, example = (command.help or "").partition("Example: ")
        assert text.strip(), name
        assert name in example, f"the example of {name} shows another command"
        assert len(re.split(r"\.\s", text)[0]) < 140, f"the first sentence of {name} is long"


def test_every_command_speaks_to_scripts_and_knows_its_environment() -> None:
    for name, command in commands():
        options = {option for parameter in command.params for option in parameter.opts}
        assert ({"--json"} if name.removeprefix("grayctl ") in STACKLESS else {"--json", "--config-env"}) <= options, (
            name
        )


def test_every_command_that_changes_something_can_be_tried() -> None:
    looking = {*LOOKING, "console", "explain", "data report"}
    for full, command in commands():
        name = full.removeprefix("grayctl ")
        options = {option for parameter in command.params for option in parameter.opts}
        if name not in looking:
            assert "--dry-run" in options, name


@pytest.mark.parametrize(
    "line",
    ["ramp 30", "rule remove germany", "list put staff ids.txt", "undo", "keys rotate", "sync", "rebuild", "pause"],
)
def test_a_dry_run_changes_nothing(looked_at: Stack, grayctl: Grayctl, line: str) -> None:
    before = looked_at.revisions.head(), looked_at.records.last_sequence(), len(looked_at.sync.requests)
    secret = looked_at.secrets.get_secret_value(SecretId="graylane/test/edge-keys")["SecretString"]
    outcome = grayctl(*line.split(), "--dry-run", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["dry_run"] is True
    assert before == (looked_at.revisions.head(), looked_at.records.last_sequence(), len(looked_at.sync.requests))
    assert looked_at.secrets.get_secret_value(SecretId="graylane/test/edge-keys")["SecretString"] == secret
