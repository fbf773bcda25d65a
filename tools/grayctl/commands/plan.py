"""`grayctl plan`: the automatic steps of a release."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gray.analysis.plan_store import PlanMoved, Plans
from gray.analysis.ramp_step import PlanView
from gray.release.plan import duration
from grayctl.actions.change import carry_out
from grayctl.actions.propose import Edit
from grayctl.document.plan import without_plan
from grayctl.errors import ConflictError
from grayctl.options import Manner, changing
from grayctl.output.screen import confirm, moment, show
from grayctl.reading.plan import plan_json, read_plan
from grayctl.stack.target import Target, discover


class PlanAction(StrEnum):
    """The actions of `grayctl plan`."""

    SHOW = "show"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    REMOVE = "remove"


@changing
def plan(
    *,
    action: Annotated[
        PlanAction, typer.Argument(help="skip: take the next step at the next run, without waiting.")
    ] = PlanAction.SHOW,
    manner: Manner,
) -> None:
    """Show the ramp plan, what it waits for and the evidence; or pause, resume, remove it or skip a wait.

    Set a plan with `grayctl ramp --plan`. A paused plan still withdraws gray if gray is worse.

    Example: grayctl plan pause
    """
    if action is PlanAction.REMOVE:
        carry_out(Edit(without_plan, "plan remove"), manner)
        return
    target = discover(manner.config_env)
    view = read_plan(target)
    if action is PlanAction.SKIP and not manner.dry_run and not target.clients.local:
        confirm(f"Take the next step in {target.environment} at once?", manner.yes)
    if action is not PlanAction.SHOW and not manner.dry_run:
        _change(target, view, action)
        view = read_plan(target)
    show(plan_json(view), manner.as_json, lambda console: _print(console, view))


def _change(target: Target, view: PlanView, action: PlanAction) -> None:
    plans = Plans(target.clients.dynamodb, target.config_table)
    changes = {PlanAction.PAUSE: plans.pause, PlanAction.RESUME: plans.resume, PlanAction.SKIP: plans.skip}
    try:
        changes[action](view.state.salt)
    except PlanMoved as error:
        raise ConflictError(str(error), "Check it: grayctl plan") from error


def _print(console: Console, view: PlanView) -> None:
    index = view.plan.index_of(view.situation.percent)
    steps = [f"[bold]{step}[/bold]" if number == index else str(step) for number, step in enumerate(view.plan.steps)]
    facts = Table.grid(padding=(0, 2))
    every = duration(round(view.plan.every_minutes * 60))
    facts.add_row("steps", " -> ".join(steps) + f"  %, every {every}, to {view.plan.lane}")
    facts.add_row(
        "now at",
        f"{view.situation.percent.normalize():f} %" + (f" since {moment(view.state.since)}" if index >= 0 else ""),
    )
    facts.add_row("plan", "paused" if view.state.paused else "running")
    facts.add_row("next", str(view.decision))
    trial, found = view.situation.trial, view.situation.findings
    if trial and found:
        facts.add_row("seen", f"{trial.gray_requests:,} gray and {trial.stable_requests:,} stable requests")
        facts.add_row(
            "evidence", f"worse in errors 10^{found.errors_log10:.1f}, in latency 10^{found.latency_log10:.1f} to 1"
        )
    if view.situation.alarms:
        facts.add_row("alarms", ", ".join(view.situation.alarms))
    console.print(facts)
