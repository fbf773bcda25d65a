"""`grayctl resume`: the release is active again."""

from grayctl.actions.change import Manner, restate
from grayctl.actions.restate import RESUME
from grayctl.options import AsJson, ConfigEnv, DryRun, NoWait, Reason, Yes


def resume(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Make a paused, killed or finished release active again; the same people come back to gray.

    Example: grayctl resume -m "fixed in build 3f2a"
    """
    restate(RESUME, Manner(config_env, as_json, dry_run, yes, not no_wait, reason))
