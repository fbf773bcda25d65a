"""`grayctl pause`: the plan takes no steps."""

from grayctl.actions.change import Manner, restate
from grayctl.actions.restate import PAUSE
from grayctl.options import AsJson, ConfigEnv, DryRun, NoWait, Reason, Yes


def pause(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Pause the release: no plan steps; everybody stays where they are.

    Example: grayctl pause -m "weekend"
    """
    restate(PAUSE, Manner(config_env, as_json, dry_run, yes, not no_wait, reason))
