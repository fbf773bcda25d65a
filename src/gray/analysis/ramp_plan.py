"""The decision what a ramp plan does now. Pure.

The plan's state (paused, skip, since when) says nothing about where the ramp stands, so a step that was taken but not
noted is not taken twice.
"""

from dataclasses import dataclass
from decimal import Decimal

from gray.analysis.share import ANY_SHARE, Asked
from gray.analysis.trial import Findings, Trial
from gray.release.plan import Plan, duration

__all__ = ["Complete", "Decision", "Hold", "PlanState", "Situation", "Step", "Withdraw", "next_step"]

# A trial that was not fed for so long says nothing about now (seconds).
STALE_AFTER = 600


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
