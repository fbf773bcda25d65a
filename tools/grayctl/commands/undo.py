"""`grayctl undo`: back to an earlier release."""

from typing import Annotated

import typer

from grayctl.actions.change import Manner, restate
from grayctl.actions.restate import undo_to
from grayctl.options import AsJson, ConfigEnv, DryRun, NoWait, Reason, Yes


def undo(
    to: Annotated[int | None, typer.Option("--to", help="Revision to go back to; the one before if left out.")] = None,
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Go back to an earlier release, as a new revision. Does not undo a kill.

    Example: grayctl undo --to 11
    """
    restate(undo_to(to), Manner(config_env, as_json, dry_run, yes, not no_wait, reason))
