"""Schedules as text: what they mean, what becomes of one that no longer applies, and that nothing is left to chance."""

import pytest
from tests.explore.__main__ import main
from tests.explore.groups import GROUPS
from tests.explore.laws import LAWS
from tests.explore.scenarios import scenario, scenarios
from tests.explore.schedule import Turn, parse, replay, told
from tests.explore.search import Bounds, Search
from tests.explore.test_found import FOUND


def test_a_schedule_is_read_and_written() -> None:
    text = "stream until store.update_keys(config)#2; kill; schedule lost at ssm.put_parameter(current)#1; stream"

    turns = parse(text)

    assert turns[0] == Turn("stream", "go", "store.update_keys(config)", 2)
    assert turns[2].how == "lost"
    assert "; ".join(map(str, turns)) == text


@pytest.mark.parametrize("text", ["stream til x#1", "stream until", "stream until store.get_key", "a b; c"])
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match="is no turn"):
        parse(text)


def test_a_call_is_counted_in_its_run_and_named_in_short() -> None:
    outcome = replay(scenario("two-syncs"), "stream until store.update_keys#2; manual; stream")

    assert outcome.not_reached == ()
    names = [(step.actor, step.name) for step in outcome.steps if step.name.startswith("store.update_keys")]
    assert names[0] == (0, "store.update_keys(parts)")
    assert names[1][0] == 2  # the manual sync, before the stream's second call


def test_a_point_that_is_not_reached_is_told_and_the_rest_goes_on() -> None:
    outcome = replay(scenario("two-syncs"), "stream until store.update_keys#9; manual; manual")

    assert outcome.not_reached == (
        "stream until store.update_keys#9: not reached",
        "manual: manual has nothing to do",
    )
    assert not outcome.violations


def test_who_is_not_in_the_scenario_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no actor anna; it has stream, schedule, manual"):
        replay(scenario("two-syncs"), "anna")


def test_a_crash_ends_a_run_and_an_error_is_tried_again() -> None:
    crashed = replay(scenario("two-syncs"), "schedule crash at s3.put_object#1; stream")
    failed = replay(scenario("two-syncs"), "stream error at s3.put_object#1; stream; stream")

    assert not crashed.violations
    assert not failed.violations
    assert sum(step.how == "begin" for step in failed.steps) == 2


def test_what_is_told_of_a_schedule_leads_to_the_same_steps() -> None:
    chosen = scenario("event-twice")
    turns = parse("stream until store.update_keys#1; save; stream-again lost at ssm.put_parameter(current)#1; stream")
    once = replay(chosen, turns)

    again = replay(chosen, told(chosen, once.steps))

    assert again.steps == once.steps
    assert again.not_reached == ()


def test_a_search_is_the_same_each_time() -> None:
    bounds = Bounds(preemptions=1, faults=1, schedules=25)
    first, second = (Search(scenario("resume-published"), bounds).run() for _ in range(2))

    assert (first.schedules, first.pruned, first.states, first.steps) == (
        second.schedules,
        second.pruned,
        second.states,
        second.steps,
    )
    assert {str(one): found.steps for one, found in first.found.items()} == {
        str(one): found.steps for one, found in second.found.items()
    }


def test_names_and_laws_are_known() -> None:
    assert len(GROUPS) > 250
    assert not GROUPS.keys() & scenarios().keys()
    assert all(found.law in LAWS and scenario(found.scenario) for found in FOUND)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "two-syncs", "stream; nobody"]) == 2
    assert "has no actor nobody" in capsys.readouterr().out

    assert main(["replay", "two-syncs", "stream until store.update_keys#9"]) == 0
    shown = capsys.readouterr().out
    assert "does not apply: stream until store.update_keys#9: not reached" in shown
    assert "no law is broken" in shown

    assert main(["run", "two-syncs", "--preemptions", "0", "--seconds", "0"]) == 0
    shown = capsys.readouterr().out
    assert "violations" in shown
    assert max(map(len, shown.splitlines())) <= 80

    assert main(["list"]) == 0
    assert "cleanup-list-of-many: cleanup, undo, stream" in capsys.readouterr().out
