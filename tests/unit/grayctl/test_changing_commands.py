"""Commands that change something, each on a stack of its own; and two operators at once."""

from typing import Any

import pytest
from tests.support.grayctl.command_cases import CHANGING, NOT_DEPLOYED
from tests.support.grayctl.command_runs import Mistake, fail, succeed, write_files
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from grayctl.errors import EXIT_UNREACHABLE


@pytest.fixture
def changed(stack: Stack) -> Stack:
    write_files(stack.root)
    return stack


@pytest.mark.parametrize("name", CHANGING)
def test_a_command_that_changes(changed: Stack, grayctl: Grayctl, name: str) -> None:
    case = CHANGING[name]
    for line in case.before:
        assert grayctl(*line.split()).code == 0, line
    succeed(grayctl, name, case)
    for mistake in case.mistakes:
        fail(grayctl, name, mistake)


def test_finish_asks_both_lanes_before_it_ends_anything(changed: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes", "--no-wait")
    fail(grayctl, "finish", Mistake("--yes", EXIT_UNREACHABLE, "the site of v1 is not uploaded"))
    fail(grayctl, "finish", NOT_DEPLOYED)
    assert grayctl("status", "--json").json["state"] == "active"


def test_two_operators_at_once_the_loser_is_told_what_the_winner_changed(
    stack: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an operator who thinks for a while between reading and writing, as a person does at the question
    grayctl("ramp", "5", "--yes", "--no-wait")
    other = stack.revisions

    class Thinking:
        def isatty(self) -> bool:
            return True

        def readline(self, *_arguments: Any) -> str:
            base = other.head()
            other.pause(author="bob", reason="wait", via="grayctl", base=base)
            return "y\n"

    monkeypatch.setattr("sys.stdin", Thinking())
    # When the other one saves meanwhile, and the question is answered with yes
    outcome = grayctl("ramp", "50")
    # Then nothing of theirs is lost, and it is said what they changed
    assert outcome.code == 3
    assert "revision 2 by bob was saved after you read revision 1" in outcome.err
    assert "~ state: active -> paused" in outcome.err
    head = stack.revisions.head()
    assert head
    assert (head.revision, head.state) == (2, "paused")
