"""One look at the ramp plan, and one step of it: what the scheduled sync calls, and what `grayctl plan` shows."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gray.analysis.plan_store import PlanMoved, Plans, Trials
from gray.analysis.ramp_plan import Decision, Hold, PlanState, Situation, Step, Withdraw, next_step
from gray.analysis.share import asked_by
from gray.analysis.trial import findings
from gray.history.revision import Conflict, Revision, read_document
from gray.history.revisions import Revisions
from gray.release.plan import Plan, at_percent, percent_of

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

__all__ = ["PlanView", "advance", "alarms_on", "look"]

AUTHOR = "plan"


@dataclass(frozen=True)
class PlanView:
    """The plan, where it stands, what was seen and what follows from it now."""

    plan: Plan
    state: PlanState
    situation: Situation
    decision: Decision
    revision: Revision


def alarms_on(cloudwatch: "CloudWatchClient", environment: str) -> list[str]:
    """The names of this environment's alarms that are in ALARM."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"graylane-{environment}-", StateValue="ALARM"
    )
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    return [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]


def look(
    revisions: Revisions,
    plans: Plans,
    trials: Trials,
    *,
    alarms: Callable[[], Sequence[str]],
    now: int,
) -> PlanView | None:
    """The plan of HEAD's release as it stands; None when there is no release or it has no plan. Writes nothing.

    Raises pydantic's ValidationError (a ValueError) when the document's plan is not valid.
    """
    revision = revisions.current()
    document = _document(revision)
    if revision is None or not document.get("plan"):
        return None
    plan = Plan.model_validate(document["plan"])
    salt = str(document.get("salt", ""))
    percent = percent_of(document, plan)
    state = plans.get(salt)
    if state.percent != percent:
        state = replace(state, percent=percent, since=now, skip=False)
    trial = trials.get(plan.lane)
    if trial and trial.key != (salt, revision.epoch, plan.lane):
        trial = None
    situation = Situation(
        release_state=revision.state,
        percent=percent,
        alarms=tuple(alarms()) if revision.state == "active" else (),
        trial=trial,
        findings=findings(trial) if trial else None,
        asked=asked_by(document, plan.lane),
    )
    return PlanView(plan, state, situation, next_step(plan, state, situation, now), revision)


def advance(
    revisions: Revisions,
    plans: Plans,
    trials: Trials,
    *,
    alarms: Callable[[], Sequence[str]],
    now: int,
) -> PlanView | None:
    """Looks, and does what follows: a step is saved as a revision by `plan`, a withdrawal is a kill by `plan`.

    Either moves HEAD, whose stream then publishes. The release is written before the state, so what a crash in
    between leaves is a step taken and not noted: the next look sees the percent and begins the step's time then.
    When an operator was faster, nothing is done and the view says so.
    """
    view = look(revisions, plans, trials, alarms=alarms, now=now)
    if view is None:
        return None
    try:
        if isinstance(view.decision, Withdraw):
            revisions.kill(author=AUTHOR, reason=view.decision.reason, via="plan")
        elif isinstance(view.decision, Step):
            view = replace(view, state=_take(revisions, view, view.decision, now))
    except Conflict as error:
        view = replace(view, decision=Hold(str(error)))
    with suppress(PlanMoved):  # an operator's pause or skip stands; the next look notes what happened here
        _note(plans, view, now)
    return view


def _take(revisions: Revisions, view: PlanView, step: Step, now: int) -> PlanState:
    from gray.release.document import Release

    document = at_percent(_document(view.revision), view.plan, step.percent)
    revisions.save(
        Release.model_validate(document),
        author=AUTHOR,
        reason=f"{step} of {len(view.plan.steps)} steps",
        via="plan",
        base=view.revision.head,
    )
    return replace(view.state, percent=step.percent, since=now, skip=False)


def _note(plans: Plans, view: PlanView, now: int) -> None:
    """Keeps the state when there is something new to keep."""
    text = str(view.decision)
    kept = plans.get(view.state.salt)
    after = replace(view.state, last=text, decided_at=now)
    if replace(after, decided_at=kept.decided_at) != kept:
        plans.put(after)


def _document(revision: Revision | None) -> Mapping[str, Any]:
    """The release document of a revision, its state the revision's; empty when it cannot be read as an object."""
    if revision is None or not revision.document:
        return {}
    values = read_document(revision.document)
    return {**values, "state": revision.state} if isinstance(values, dict) else {}
