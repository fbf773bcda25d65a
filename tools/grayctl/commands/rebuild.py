"""`grayctl rebuild`: rewrite the whole KeyValueStore."""

from typing import Annotated

import typer

from grayctl.commands.sync import call_manual_sync, show_dry_run
from grayctl.errors import UsageError
from grayctl.options import Manner, changing
from grayctl.output.screen import confirm
from grayctl.stack.target import discover


@changing
def rebuild(
    *,
    source: Annotated[
        str, typer.Option("--from", help="`revisions`: publish HEAD again. `s3`: restore the last published set.")
    ] = "revisions",
    version: Annotated[str, typer.Option("--version", help="An older version of the set in S3 (object version).")] = "",
    manner: Manner,
) -> None:
    """Refill an empty KeyValueStore, or publish after a point-in-time restore of the config table.

    Example: grayctl rebuild --config-env prod -m "store was deleted"
    """
    if source not in ("revisions", "s3"):
        raise UsageError(f"--from {source}: must be `revisions` or `s3`")
    if version and source != "s3":
        raise UsageError("--version requires --from s3")
    if not (version.isascii() and version.isprintable()):
        raise UsageError(f"--version {version}: not an object version", "List them in S3.")
    target = discover(manner.config_env)
    if manner.dry_run:
        show_dry_run(target, f"write the whole store from {source}:", manner.as_json)
        return
    if not target.clients.local:
        confirm(f"Write the whole store of {target.environment} from {source}?", manner.yes)
    why = manner.reason or f"rebuild from {source}"
    call_manual_sync(target, "rebuild", why, manner, source=source, version=version)
