"""What a ramp plan decides."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from gray.analysis.ramp_plan import Complete, Hold, PlanState, Situation, Step, Withdraw, next_step
from gray.analysis.share import asked_for
from gray.analysis.trial import Findings, Trial
from gray.release.plan import Plan, at_percent, percent_of

PLAN = Plan.model_validate({"lane": "v2", "steps": [1, 5, 25, 50, 100], "every_minutes": 30})
NOW = 100_000
ASKED = asked_for(5, tolerance=0.25, others=False)
WELL = Findings(False, False, False, -1.0, -2.0, -3.0)
TRIAL = Trial("s", 1, "v2", since=0, end=NOW - 120, step_gray=500, step_stable=9500).ask(ASKED, 0)
TRIAL = replace(TRIAL, step_gray=500, step_stable=9500)
# A step at 5 % that has lasted its time, seen to be well: the next one is due.
DUE = PlanState("s", percent=Decimal(5), since=NOW - 1800)
HEALTHY = Situation("active", Decimal(5), trial=TRIAL, findings=WELL, asked=ASKED)


def decide(state: PlanState = DUE, situation: Situation = HEALTHY, plan: Plan = PLAN, **changes: Any) -> object:
    return next_step(plan, state, replace(situation, **changes), NOW)


def held(decision: object) -> str:
    assert isinstance(decision, Hold)
    return decision.reason


def test_the_next_step_is_taken_when_all_is_well() -> None:
    assert decide() == Step(3, Decimal(25))


def test_the_first_step_needs_no_figures() -> None:
    fresh = PlanState("s")
    assert decide(fresh, Situation("active", Decimal(0))) == Step(1, Decimal(1))


@pytest.mark.parametrize(("percent", "step"), [("0", 1), ("0.5", 1), ("1", 2), ("3", 2), ("49.99", 4), ("50", 5)])
def test_a_ramp_set_by_hand_goes_on_from_where_it_stands(percent: str, step: int) -> None:
    decision = decide(replace(DUE, skip=True), percent=Decimal(percent))
    assert isinstance(decision, Step)
    assert decision.number == step


@pytest.mark.parametrize("percent", ["100"])
def test_after_the_last_step_it_is_complete(percent: str) -> None:
    assert decide(percent=Decimal(percent)) == Complete(Decimal(percent))


@pytest.mark.parametrize("state", ["paused", "killed", "finished"])
def test_nothing_moves_unless_the_release_is_active(state: str) -> None:
    worse = replace(WELL, worse_errors=True)
    assert held(decide(release_state=state, findings=worse)) == f"the release is {state}"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"alarms": ("graylane-test-sync-failed",)}, "an alarm is on: graylane-test-sync-failed"),
        ({"trial": None, "findings": None}, "the watch function has not seen this release yet"),
        ({"trial": replace(TRIAL, end=NOW - 1200)}, "the last figures are 20 min old"),
        ({"trial": replace(TRIAL, step_gray=199)}, "v2 has answered 199 of 200 requests in this step"),
        ({"trial": replace(TRIAL, asked_low=0.0)}, "the watch function has not seen this step yet"),
        ({"findings": replace(WELL, mismatch=True)}, "v2 gets 5.00 % of the requests, where 3.25 to 6.75 %"),
    ],
)
def test_it_holds_and_says_why(changes: dict[str, Any], why: str) -> None:
    assert held(decide(**changes)).startswith(why)


def test_it_waits_for_its_time() -> None:
    assert held(decide(replace(DUE, since=NOW - 600))) == "the next step is due in 20 min"
    assert held(decide(replace(DUE, since=NOW - 1710))) == "the next step is due in 90 s"


def test_skip_waits_for_neither_time_nor_requests_but_for_alarms() -> None:
    skip = replace(DUE, since=NOW, skip=True)
    assert decide(skip, trial=replace(TRIAL, step_gray=0)) == Step(3, Decimal(25))
    assert held(decide(skip, alarms=("a",))) == "an alarm is on: a"


def test_a_paused_plan_takes_no_step() -> None:
    assert held(decide(replace(DUE, paused=True, skip=True))) == "the plan is paused"


@pytest.mark.parametrize("state", [DUE, replace(DUE, paused=True), replace(DUE, skip=True)])
def test_a_worse_lane_is_withdrawn_whatever_the_plan_waits_for(state: PlanState) -> None:
    worse = replace(WELL, worse_errors=True, errors_log10=2.25)
    assert decide(state, findings=worse) == Withdraw("gray is worse in errors (evidence 10^2.2 to 1)")
    assert isinstance(decide(state, findings=worse, percent=Decimal(100)), Withdraw)


def test_both_reasons_are_named() -> None:
    decision = decide(findings=replace(WELL, worse_errors=True, worse_latency=True))
    assert isinstance(decision, Withdraw)
    assert "errors" in decision.reason
    assert "latency" in decision.reason


def test_a_plan_may_hold_where_it_would_withdraw() -> None:
    plan = PLAN.model_copy(update={"on_worse": "hold"})
    assert held(decide(plan=plan, findings=replace(WELL, worse_latency=True))).startswith("gray is worse in latency")


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": []},
        {"steps": [5, 5]},
        {"steps": [50, 25]},
        {"steps": [0, 5]},
        {"steps": [5, 101]},
        {"steps": [0.001]},
        {"lane": "v1"},
        {"every_minutes": 0},
        {"unknown": 1},
    ],
)
def test_a_plan_that_is_none_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"lane": "v2", "steps": [1, 5]} | changes)


def test_the_percent_lives_in_the_release() -> None:
    document: dict[str, Any] = {"salt": "s", "rules": [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}]}
    assert percent_of(document, PLAN) == 0
    at_5 = at_percent(document, PLAN, Decimal(5))
    assert at_5["rules"][-1] == {"id": "ramp", "lane": "v2", "percent": 5.0}
    at_25 = at_percent(at_5, PLAN, Decimal("25.5"))
    assert percent_of(at_25, PLAN) == Decimal("25.5")
    assert [rule["id"] for rule in at_25["rules"]] == ["staff", "ramp"]
    assert percent_of(at_5, PLAN) == 5
    assert len(document["rules"]) == 1


def test_a_plan_is_written_as_it_was_read() -> None:
    written = {"lane": "v2", "steps": [1, 2.5, 100], "every_minutes": 30.0}
    dumped = Plan.model_validate(written).model_dump(mode="json")
    assert {name: dumped[name] for name in written} == written
    assert Plan.model_validate(dumped) == Plan.model_validate(written)
