"""A ramp plan: the steps a release takes by itself, and the decision what to do now. Pure.

The plan is a part of the release document, so a change of it is a revision like any other:

    plan: {lane: v2, steps: [1, 5, 25, 50, 100], every_minutes: 30}

Where the ramp stands is told in one place, the percent of the plan's rule in the release. The plan's state (paused,
skip, since when) says nothing about it, so a step that was taken but not noted is not taken twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from gray.share_check import ANY_SHARE, Asked
from gray.trial import Findings, Trial

__all__ = [
    "Complete",
    "Decision",
    "Hold",
    "Plan",
    "PlanState",
    "Situation",
    "Step",
    "Withdraw",
    "at_percent",
    "next_step",
    "percent_of",
]


def _number(percent: Decimal) -> int | float:
    """As it is written in a document: 5, not "5" or 5.0."""
    return int(percent) if percent == percent.to_integral_value() else float(percent)


Percent = Annotated[
    Decimal,
    Field(gt=0, le=100, decimal_places=2),
    PlainSerializer(_number, return_type=int | float, when_used="json"),
]
# A trial that was not fed for so long says nothing about now (seconds).
STALE_AFTER = 600


class Plan(BaseModel):
    """The plan in the release document. `rule` is the rule whose percent the plan moves; the first step adds it when
    the release has none of that name. `minimum_requests` is what the gray lane must have answered within a step,
    `share_tolerance` how far its share may be off (a proportion), `on_worse` what happens when gray is found worse."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lane: Annotated[str, Field(pattern=r"^v([2-9]|[1-9][0-9])$")]
    steps: Annotated[tuple[Percent, ...], Field(min_length=1, max_length=50)]
    every_minutes: Annotated[float, Field(gt=0, le=10080)] = 30
    rule: Annotated[str, Field(min_length=1, max_length=32)] = "ramp"
    minimum_requests: Annotated[int, Field(ge=0)] = 200
    share_tolerance: Annotated[float, Field(gt=0, lt=1)] = 0.25
    on_worse: Literal["withdraw", "hold"] = "withdraw"

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        if any(later <= earlier for earlier, later in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError("each step must be greater than the one before it; a way down is an apply, not a plan")
        return self

    def index_of(self, percent: Decimal) -> int:
        """The last step not above `percent`; -1 before the first."""
        return sum(step <= percent for step in self.steps) - 1


@dataclass(frozen=True)
class PlanState:
    """What is kept beside the release. `percent` is the one seen last, `since` when it was first seen (Unix seconds).
    `version` rises with every write (two writers cannot both win)."""

    salt: str
    percent: Decimal = Decimal(0)
    since: int = 0
    paused: bool = False
    skip: bool = False
    last: str = ""
    decided_at: int = 0
    version: int = 0


@dataclass(frozen=True)
class Situation:
    """What the decision is made from: the release's state and the percent it gives now, alarms that are on, the
    trial of the plan's lane (None before the watch function has seen it) with its findings, and the share the release
    asks for now."""

    release_state: str
    percent: Decimal
    alarms: tuple[str, ...] = ()
    trial: Trial | None = None
    findings: Findings | None = None
    asked: Asked = ANY_SHARE


@dataclass(frozen=True)
class Step:
    """Take this step now."""

    number: int
    percent: Decimal

    def __str__(self) -> str:
        return f"step {self.number}: {self.percent} %"


@dataclass(frozen=True)
class Hold:
    """Stay, and why."""

    reason: str

    def __str__(self) -> str:
        return f"holds: {self.reason}"


@dataclass(frozen=True)
class Withdraw:
    """Take gray out, and why."""

    reason: str

    def __str__(self) -> str:
        return f"withdraws: {self.reason}"


@dataclass(frozen=True)
class Complete:
    """All steps are taken."""

    percent: Decimal

    def __str__(self) -> str:
        return f"complete at {self.percent.normalize():f} %"


type Decision = Step | Hold | Withdraw | Complete


def next_step(plan: Plan, state: PlanState, situation: Situation, now: int) -> Decision:
    """What to do now. In order:

    1. the release is not active -> hold (a kill ends everything before us);
    2. gray is found worse -> withdraw, also when paused: a pause stops steps, not safety;
    3. all steps taken -> complete;
    4. paused, an alarm on -> hold;
    5. before the first step -> take it: there is nothing to compare yet;
    6. `skip` was asked -> take the next step without waiting;
    7. too early, no fresh figures, too few requests, a share that does not fit -> hold;
    8. take the next step.
    """
    if situation.release_state != "active":
        return Hold(f"the release is {situation.release_state}")
    if situation.findings and situation.findings.worse:
        worse = _worse(situation.findings)
        return Withdraw(worse) if plan.on_worse == "withdraw" else Hold(worse)
    index = plan.index_of(situation.percent)
    if index == len(plan.steps) - 1:
        return Complete(situation.percent)
    step = Step(index + 2, plan.steps[index + 1])
    if state.paused:
        return Hold("the plan is paused")
    if situation.alarms:
        return Hold(f"an alarm is on: {', '.join(sorted(situation.alarms))}")
    if index < 0 or state.skip:
        return step
    return _hold_in_step(plan, state, situation, now) or step


def _hold_in_step(plan: Plan, state: PlanState, situation: Situation, now: int) -> Hold | None:
    left = round(state.since + plan.every_minutes * 60 - now)
    if left > 0:
        return Hold(f"the next step is due in {duration(left)}")
    trial, findings = situation.trial, situation.findings
    if trial is None or findings is None:
        return Hold("the watch function has not seen this release yet")
    if trial.asked != situation.asked:
        return Hold("the watch function has not seen this step yet")
    if now - trial.end > STALE_AFTER:
        return Hold(f"the last figures are {duration(now - trial.end)} old; is the watch function running?")
    if trial.step_gray < plan.minimum_requests:
        return Hold(f"{trial.lane} has answered {trial.step_gray} of {plan.minimum_requests} requests in this step")
    if findings.mismatch:
        return Hold(_mismatch(trial))
    return None


def _worse(findings: Findings) -> str:
    named = [
        (findings.worse_errors, "errors", findings.errors_log10),
        (findings.worse_latency, "latency", findings.latency_log10),
    ]
    return "gray is worse in " + " and ".join(
        f"{name} (evidence 10^{log10:.1f} to 1)" for found, name, log10 in named if found
    )


def _mismatch(trial: Trial) -> str:
    total = trial.step_gray + trial.step_stable
    seen = 100 * trial.step_gray / total if total else 0.0
    asked = trial.asked
    return (
        f"{trial.lane} gets {seen:.2f} % of the requests, where {100 * asked.low:.2f} to {100 * asked.high:.2f} % "
        "were asked for"
    )


def duration(seconds: int) -> str:
    """As a person says it: seconds below two minutes, minutes above."""
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


def percent_of(document: Mapping[str, Any], plan: Plan) -> Decimal:
    """The percent the plan's rule has in a release document; 0 without that rule."""
    for rule in document.get("rules") or []:
        if rule.get("id") == plan.rule:
            return Decimal(str(rule.get("percent") or 0))
    return Decimal(0)


def at_percent(document: Mapping[str, Any], plan: Plan, percent: Decimal) -> dict[str, Any]:
    """The document with the plan's rule at `percent`; the rule is appended, last, when there is none: nobody who is
    led by another rule moves."""
    value = _number(percent)
    rules = [dict(rule) for rule in document.get("rules") or []]
    mine = [rule for rule in rules if rule.get("id") == plan.rule]
    if mine:
        mine[0]["percent"] = value
    else:
        rules.append({"id": plan.rule, "lane": plan.lane, "percent": value})
    return {**document, "rules": rules}
