"""The command line of a kill: whatever else is typed, it is done; only who wants to look first is shown."""

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from grayctl.cli import run
from grayctl.errors import EXIT_USAGE

# Typed, the reason that is kept, and what is passed over.
LINES = {
    "kill -y": ("kill", ""),
    "kill --yes -m why": ("why", ""),
    "kill -ym why": ("why", ""),
    "kill --no-wait": ("kill", ""),
    "kill --force": ("kill", "--force"),
    "kill -f -y now": ("kill", "-f now"),
    "kill prod": ("kill", "prod"),
    "kill v2 --all --env=prod": ("kill", "v2 --all --env=prod"),
    "kill -m": ("kill", "-m"),
    "kill --reason": ("kill", "--reason"),
    "kill --yes=true --json=1": ("kill", ""),
    "kill --reason=it=fails": ("it=fails", ""),
    "kill -mfails": ("fails", ""),
    "kill -yfm why": ("why", "-f"),
    "kill -- -y": ("kill", "--"),
    "kill --lane v2 -m why": ("why", "--lane v2"),
    "kill -m --yes": ("--yes", ""),
    "kill kill": ("kill", "kill"),
    "kill \N{EM DASH}yes": ("kill", "\N{EM DASH}yes"),
    "kill -": ("kill", "-"),
    "--yes kill": ("kill", ""),
    "-e test kill -m why": ("why", ""),
    "--json --reason why kill": ("why", ""),
}


@pytest.fixture
def ramped(stack: Stack, grayctl: Grayctl) -> Stack:
    assert grayctl("ramp", "20", "--yes", "--no-wait").code == 0
    return stack


def _state(stack: Stack) -> str:
    head = stack.revisions.head()
    assert head
    return head.state


def test_it_is_done_whatever_is_typed(
    ramped: Stack, grayctl: Grayctl, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAYCTL_CONFIG_ENV", "test")
    for line, (reason, passed_over) in LINES.items():
        capsys.readouterr()
        assert run(line.split()) == 0, line
        said = capsys.readouterr().err
        assert _state(ramped) == "killed", line
        assert ramped.revisions.history(1)[0].reason == reason, line
        assert f"passed over: {passed_over} (the environment is test)" in said if passed_over else said == "", line
        assert grayctl("resume", "--yes", "--no-wait").code == 0


@pytest.mark.parametrize("line", ["--help", "-h", "help", "-y --help", "--hepl", "prod -?"])
def test_who_asks_for_help_is_helped(ramped: Stack, grayctl: Grayctl, line: str) -> None:
    told = grayctl("kill", *line.split())
    assert (told.code, "Send everybody to stable now" in told.out) == (0, True)
    assert _state(ramped) == "active"


@pytest.mark.parametrize("line", ["--dry-run", "--dryrun", "--dry_run -y", "--direct --dry-run", "now --dry-run"])
def test_who_only_looks_is_shown(ramped: Stack, grayctl: Grayctl, line: str) -> None:
    before = ramped.revisions.head()
    told = grayctl("kill", *line.split())
    assert told.code == 0
    assert "would kill test" in told.out
    assert "revision 1 is active; nothing was done" in told.out
    assert ramped.revisions.head() == before
    assert ramped.sync.requests == []
    document = grayctl("kill", *line.split(), "--json").json
    assert (document["dry_run"], document["state"], document["revision"]) == (True, None, None)


def test_a_word_that_is_an_environment_is_the_environment(
    ramped: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAYCTL_CONFIG_ENV", raising=False)
    assert run(["kill", "test", "now"]) == 0
    assert "passed over: now (the environment is test)" in capsys.readouterr().err
    assert _state(ramped) == "killed"


def test_another_command_is_not_taken_for_a_kill(ramped: Stack, grayctl: Grayctl) -> None:
    assert grayctl("-m", "kill", "pause", "--yes").code == EXIT_USAGE
    assert grayctl("kil").code == EXIT_USAGE
    assert _state(ramped) == "active"


def test_an_environment_that_is_not_there_is_still_a_wrong_word(ramped: Stack, grayctl: Grayctl) -> None:
    assert grayctl("kill", "--config-env", "nowhere", "-y").code == EXIT_USAGE


@pytest.mark.parametrize("line", ["keys rotate", "sync", "rebuild"])
def test_what_is_published_takes_the_options_of_a_change(ramped: Stack, grayctl: Grayctl, line: str) -> None:
    assert grayctl(*line.split(), "--dry-run", "-m", "why", "--no-wait", "-y").code == 0
    assert ramped.sync.requests == []
    done = grayctl(*line.split(), "-y", "--no-wait", "-m", "why", "--json")
    assert done.code == 0, done.err
    assert [one["reason"] for one in ramped.sync.requests] == ["why"]
