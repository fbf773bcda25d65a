"""`grayctl ramp`: how many viewers the gray lane gets."""

from typing import Annotated

import typer

from grayctl import document
from grayctl.commands.carrying import Manner, carry_out
from grayctl.options import AsJson, ConfigEnv, DryRun, NoWait, Reason, Yes


def ramp(
    percent: Annotated[float, typer.Argument(help="Share of viewers in percent, 0 to 100, at most two decimals.")],
    lane: Annotated[
        str | None, typer.Option("--lane", help="The gray lane; the release's first one if left out.")
    ] = None,
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Bring this share of the viewers to the gray lane, by the rule named `ramp`.

    Raising it moves nobody out of gray; the rule is made, last of all, when it is not there.

    Example: grayctl ramp 20 --config-env prod -m "first step"
    """
    manner = Manner(config_env, as_json, dry_run, yes, not no_wait, reason)
    carry_out(lambda before: document.ramp(before, percent, lane), manner, summary=f"ramp {percent:g} %")
