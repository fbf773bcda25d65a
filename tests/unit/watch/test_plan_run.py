"""A plan followed through, on a real table."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from gray.analysis.evidence import Counts
from gray.analysis.plan_store import PlanMoved, Plans, Trials
from gray.analysis.ramp_plan import Complete, Hold, Step, Withdraw
from gray.analysis.ramp_step import PlanView, advance, alarms_on, look
from gray.analysis.share import asked_by
from gray.analysis.trial import Trial, Window, take_in
from gray.history.revisions import Revisions
from gray.release.document import Release

PLAN = {"lane": "v2", "steps": [1, 5, 100], "every_minutes": 10, "minimum_requests": 50}


@dataclass
class Ramp:
    """A release with a plan, and time that goes by as told."""

    client: Any
    table: str
    now: int = 1_800_000_000
    alarms: list[str] = field(default_factory=list)

    @property
    def revisions(self) -> Revisions:
        return Revisions(self.client, self.table, now=lambda: float(self.now))

    @property
    def plans(self) -> Plans:
        return Plans(self.client, self.table)

    @property
    def trials(self) -> Trials:
        return Trials(self.client, self.table)

    def release(self, **changes: Any) -> None:
        document = {"salt": "saltsalt", "lanes": ["v2"], "rules": [], "plan": PLAN} | changes
        release = Release.model_validate(document)
        self.revisions.save(release, author="ann", reason="begin", via="test", base=self.revisions.head())

    def run(self) -> PlanView:
        view = advance(self.revisions, self.plans, self.trials, alarms=lambda: self.alarms, now=self.now)
        assert view is not None
        return view

    def look(self) -> PlanView:
        view = look(self.revisions, self.plans, self.trials, alarms=lambda: self.alarms, now=self.now)
        assert view is not None
        return view

    def watched(self, *, errors: float = 0.0, minutes: int = 12, gray_share: float | None = None) -> None:
        """The watch function's part: minutes of traffic taken in, the share as the release asks for it."""
        revision = self.revisions.current()
        assert revision is not None
        document = revision.release().model_dump(mode="json", exclude_none=True)
        asked = asked_by(document, "v2")
        trial = self.trials.get("v2")
        if trial is None or trial.epoch != revision.epoch:
            trial = Trial("saltsalt", revision.epoch, "v2", since=self.now, end=self.now, step_since=self.now)
        trial = trial.ask(asked, self.now)
        share = (asked.low + asked.high) / 2 if gray_share is None else gray_share
        for _ in range(minutes):
            self.now += 60
            gray = round(10_000 * share)
            window = Window(self.now, Counts(10_000 - gray, 0), Counts(gray, round(errors * gray)))
            trial = take_in(trial, [window])
        self.trials.put(trial)

    @property
    def percent(self) -> Decimal:
        return self.look().situation.percent


@pytest.fixture
def ramp(dynamodb: Any, table: str) -> Ramp:
    return Ramp(dynamodb, table)


def reason(view: PlanView) -> str:
    assert isinstance(view.decision, Hold)
    return view.decision.reason


def test_a_good_lane_goes_through_the_whole_plan(ramp: Ramp) -> None:
    ramp.release()
    taken = []
    for _ in range(4):
        view = ramp.run()
        taken.append(view.decision)
        ramp.watched()
    assert taken == [Step(1, Decimal(1)), Step(2, Decimal(5)), Step(3, Decimal(100)), Complete(Decimal(100))]
    history = ramp.revisions.history()
    assert [(r.author, r.via, r.reason) for r in history[:-1]] == [
        ("plan", "plan", "step 3: 100 % of 3 steps"),
        ("plan", "plan", "step 2: 5 % of 3 steps"),
        ("plan", "plan", "step 1: 1 % of 3 steps"),
    ]
    # Every step only adds viewers: the epoch, and with it the trial, goes on.
    assert {r.epoch for r in history} == {1}


def test_a_step_is_taken_once_however_often_it_is_looked_at(ramp: Ramp) -> None:
    ramp.release()
    ramp.run()
    for _ in range(3):
        assert reason(ramp.run()) == "the next step is due in 10 min"
    assert ramp.percent == 1
    assert len(ramp.revisions.history()) == 2


def test_a_step_that_was_not_noted_is_not_taken_again(ramp: Ramp) -> None:
    # Given a step whose note was lost in a crash
    ramp.release()
    ramp.run()
    ramp.client.delete_item(TableName=ramp.table, Key={"pk": {"S": "plan"}, "sk": {"N": "0"}})

    # Then the next look sees the percent and lets the step's time begin
    assert reason(ramp.run()) == "the next step is due in 10 min"
    assert ramp.percent == 1


def test_a_worse_lane_is_killed_by_the_plan(ramp: Ramp) -> None:
    ramp.release()
    ramp.run()
    ramp.watched(errors=0.3)
    view = ramp.run()
    assert isinstance(view.decision, Withdraw)
    head = ramp.revisions.head()
    assert head is not None
    assert (head.state, head.killed_by) == ("killed", "plan")
    assert reason(ramp.run()) == "the release is killed"


def test_after_a_resume_the_old_evidence_counts_no_more(ramp: Ramp) -> None:
    ramp.release()
    ramp.run()
    ramp.watched(errors=0.3)
    ramp.run()
    ramp.revisions.resume(author="ann", reason="mended", via="test", base=ramp.revisions.head())
    ramp.now += 600
    assert reason(ramp.run()) == "the watch function has not seen this release yet"
    ramp.watched()
    assert ramp.run().decision == Step(2, Decimal(5))


def test_alarms_and_a_share_that_does_not_fit_hold(ramp: Ramp) -> None:
    ramp.release()
    ramp.run()
    ramp.watched(gray_share=0.3)
    assert reason(ramp.run()).startswith("v2 gets 30.00 % of the requests")
    ramp.alarms = ["graylane-test-drift"]
    assert reason(ramp.run()) == "an alarm is on: graylane-test-drift"


def test_pause_resume_and_skip(ramp: Ramp) -> None:
    ramp.release()
    ramp.run()
    ramp.plans.pause("saltsalt")
    ramp.watched()
    assert reason(ramp.run()) == "the plan is paused"
    ramp.plans.resume("saltsalt")
    assert ramp.run().decision == Step(2, Decimal(5))
    ramp.plans.skip("saltsalt")
    assert ramp.run().decision == Step(3, Decimal(100))


def test_a_skip_serves_for_one_step(ramp: Ramp) -> None:
    ramp.release()
    ramp.run()
    ramp.plans.skip("saltsalt")
    ramp.run()
    assert isinstance(ramp.run().decision, Hold)


def test_an_operator_who_is_faster_wins(ramp: Ramp) -> None:
    # Given an operator who saves between the plan's look and its save
    ramp.release()

    def alarms() -> list[str]:
        release = Release.model_validate(
            {"salt": "saltsalt", "lanes": ["v2"], "rules": [], "plan": PLAN, "note": "mine"}
        )
        ramp.revisions.save(release, author="bob", reason="meanwhile", via="test", base=ramp.revisions.head())
        return []

    view = advance(ramp.revisions, ramp.plans, ramp.trials, alarms=alarms, now=ramp.now)

    # Then the plan did nothing and says why
    assert view is not None
    assert "revision 2 by bob" in reason(view)
    assert ramp.percent == 0


def test_looking_writes_nothing(ramp: Ramp) -> None:
    ramp.release()
    assert ramp.look().decision == Step(1, Decimal(1))
    assert len(ramp.revisions.history()) == 1
    assert ramp.plans.get("saltsalt").version == 0


def test_a_new_release_begins_with_a_fresh_state(ramp: Ramp) -> None:
    ramp.release()
    ramp.plans.pause("saltsalt")
    ramp.release(salt="another1")
    assert ramp.run().decision == Step(1, Decimal(1))
    assert not ramp.plans.get("another1").paused


@pytest.mark.parametrize("begin", [lambda ramp: None, lambda ramp: ramp.release(plan=None)])
def test_without_a_plan_there_is_nothing_to_do(ramp: Ramp, begin: Callable[[Ramp], None]) -> None:
    begin(ramp)
    assert advance(ramp.revisions, ramp.plans, ramp.trials, alarms=list, now=ramp.now) is None


def test_two_writers_of_the_state_are_told_apart(ramp: Ramp) -> None:
    state = ramp.plans.put(ramp.plans.get("saltsalt"))
    ramp.plans.pause("saltsalt")
    with pytest.raises(PlanMoved):
        ramp.plans.put(replace(state, skip=True))


def test_a_trial_of_another_version_is_begun_anew(ramp: Ramp) -> None:
    item = {"pk": {"S": "plan"}, "sk": {"N": "2"}, "trial": {"S": '{"old": 1}'}}
    ramp.client.put_item(TableName=ramp.table, Item=item)
    assert ramp.trials.get("v2") is None


def test_only_this_environments_alarms_hold() -> None:
    import boto3

    cloudwatch = boto3.client("cloudwatch")
    for name in ("graylane-test-drift", "graylane-test-sync-silent", "graylane-prod-drift"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Graylane",
            MetricName="m",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    for name in ("graylane-test-drift", "graylane-prod-drift"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert alarms_on(cloudwatch, "test") == ["graylane-test-drift"]


def test_an_epoch_begins_with_its_first_revision_however_many_follow(ramp: Ramp) -> None:
    assert ramp.revisions.epoch_began(ramp.revisions.head()) == 0
    ramp.release()
    ramp.now += 10
    ramp.release(salt="another1")
    began = ramp.now
    for note in range(30):
        ramp.now += 10
        ramp.release(salt="another1", note=str(note))
    assert ramp.revisions.epoch_began(ramp.revisions.head()) == began
