"""`grayctl rebuild`: rewrite the whole KeyValueStore."""

from dataclasses import asdict
from typing import Annotated

import typer

from grayctl.actions.manual_sync import sync_and_follow
from grayctl.commands.sync import print_published, show_dry_run
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv, DryRun, Reason, Yes
from grayctl.output.screen import confirm, show, spinner
from grayctl.stack.target import discover


def rebuild(
    source: Annotated[
        str, typer.Option("--from", help="`revisions`: publish HEAD again. `s3`: restore the last published set.")
    ] = "revisions",
    version: Annotated[str, typer.Option("--version", help="An older version of the set in S3 (object version).")] = "",
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Refill an empty KeyValueStore, or publish after a point-in-time restore of the config table.

    Example: grayctl rebuild --config-env prod -m "store was deleted"
    """
    if source not in ("revisions", "s3"):
        raise UsageError(f"--from {source}: must be `revisions` or `s3`")
    if version and source != "s3":
        raise UsageError("--version requires --from s3")
    target = discover(config_env)
    if dry_run:
        show_dry_run(target, f"write the whole store from {source}:", as_json)
        return
    if not target.clients.local:
        confirm(f"Write the whole store of {target.environment} from {source}?", yes)
    with spinner("calling the manual sync", as_json) as tell:
        why = reason or f"rebuild from {source}"
        arrival = sync_and_follow(target, "rebuild", reason=why, tell=tell, source=source, version=version)
    document = {"environment": target.environment, **asdict(arrival.publication)}
    show(document, as_json, lambda console: print_published(console, arrival))
