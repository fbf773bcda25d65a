"""Options that many commands share, so that they are named and explained once."""

from typing import Annotated

import typer

from grayctl.completion import complete_environment

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
Reason = Annotated[str, typer.Option("--reason", "-m", help="Why; kept in the revision.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not follow the publication to the edge.")]
