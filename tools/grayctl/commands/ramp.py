"""`grayctl ramp`: the share of viewers in gray, at once or by a plan."""

from typing import Annotated

import typer

from grayctl.actions.change import carry_out
from grayctl.actions.propose import Edit, ramp_to
from grayctl.completion import complete_lane
from grayctl.document import edits
from grayctl.document.edits import Document
from grayctl.document.plan import plan_document, with_plan
from grayctl.errors import UsageError
from grayctl.options import Manner, changing
from grayctl.periods import parse_period

# A plan's step is at most a week (gray.release.plan.Plan).
_LONGEST_STEP = 7 * 86400


@changing
def ramp(
    *,
    percent: Annotated[
        float | None, typer.Argument(help="Share of viewers in percent, 0 to 100, at most two decimals.")
    ] = None,
    lane: Annotated[
        str | None,
        typer.Option("--lane", help="The gray lane; default: the release's first.", autocompletion=complete_lane),
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="Steps instead of one percentage: 1,5,25,50,100.")] = None,
    every: Annotated[str, typer.Option("--every", help="Minimum time per step of the plan: 30m, 2h, 1d.")] = "30m",
    manner: Manner,
) -> None:
    """Send this share of viewers to the gray lane (rule `ramp`); with --plan, step by step.

    Raising it moves nobody out of gray. A missing rule is added as the last one.

    Example: grayctl ramp 20 --config-env prod -m "first step"
    """
    if (percent is None) == (plan is None):
        raise UsageError("give a percentage or --plan", "See: grayctl ramp --help")
    if plan is None:
        carry_out(ramp_to(percent or 0, lane), manner)
        return
    seconds = parse_period(every, longest=_LONGEST_STEP)

    def edit(before: Document) -> Document:
        chosen = lane or next(iter(before.get("lanes", [])), "v2")
        return with_plan(edits.with_lane(before, chosen), plan_document(plan, seconds, chosen))

    carry_out(Edit(edit, f"ramp --plan {plan} --every {every}"), manner)
