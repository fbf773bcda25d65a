"""Options that many commands share, so that they are named and explained once."""

from typing import Annotated

import typer

from gray.release.annotation import REASON_LIMIT, storable
from grayctl.completion import complete_environment
from grayctl.output.screen import note

ConfigEnv = Annotated[
    str,
    typer.Option(
        "--config-env",
        "-e",
        envvar="GRAYCTL_CONFIG_ENV",
        help="Environment of samconfig.toml.",
        autocompletion=complete_environment,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _kept(reason: str) -> str:
    """The reason as the revision will keep it; says where that is not what was typed."""
    kept = storable(reason, REASON_LIMIT)
    if len(reason) > REASON_LIMIT:
        note(f"the reason has {len(reason):,} characters; the first {REASON_LIMIT - 1:,} are kept")
    elif kept != reason.strip():
        note("the reason has characters that cannot be kept; others stand for them")
    return kept


Reason = Annotated[str, typer.Option("--reason", "-m", callback=_kept, help="Why; kept in the revision.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not follow the publication to the edge.")]
