"""The current ramp plan of an environment, with its evidence."""

import time
from dataclasses import asdict
from typing import Any

from gray.analysis.plan_store import Plans, Trials
from gray.analysis.ramp_plan import Hold
from gray.analysis.ramp_step import PlanView, alarms_on, look
from grayctl.errors import UsageError
from grayctl.reading.release import revisions_of
from grayctl.stack.target import Target


def read_plan(target: Target) -> PlanView:
    """Read the plan; write nothing. Raises UsageError if the release has none."""
    clients, table = target.clients, target.config_table
    view = look(
        revisions_of(target),
        Plans(clients.dynamodb, table),
        Trials(clients.dynamodb, table),
        alarms=lambda: alarms_on(clients.cloudwatch, target.environment),
        now=int(time.time()),
    )
    if view is None:
        raise UsageError("the release has no plan", "Set one: grayctl ramp --plan 1,5,25,50,100 --every 30m")
    return view


def plan_json(view: PlanView) -> dict[str, Any]:
    """Plain values for --json."""
    trial = view.situation.trial
    return {
        "revision": view.revision.number,
        "plan": view.plan.model_dump(mode="json"),
        "percent": float(view.situation.percent),
        "since": view.state.since,
        "paused": view.state.paused,
        "skip": view.state.skip,
        "decision": str(view.decision),
        "holds": isinstance(view.decision, Hold),
        "alarms": list(view.situation.alarms),
        "findings": asdict(view.situation.findings) if view.situation.findings else None,
        "requests": {"gray": trial.gray_requests, "stable": trial.stable_requests} if trial else None,
    }
