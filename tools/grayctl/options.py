"""Options shared by many commands, defined once."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from gray.release.annotation import REASON_LIMIT, storable
from grayctl.completion import complete_environment
from grayctl.errors import UsageError
from grayctl.output.screen import note
from grayctl.stack.project import environment_of, project_root


def _by_default_of_the_folder(context: typer.Context, value: str) -> str:
    """The environment that graylane.toml names, unless the command line or the shell names one."""
    source = context.get_parameter_source("config_env")
    if source is None or source.name != "DEFAULT":
        return value
    try:
        return environment_of(project_root()) or value
    except UsageError:
        return value  # a kill goes on without the file; every other command says what is wrong with it


ConfigEnv = Annotated[
    str,
    typer.Option(
        "--config-env",
        "-e",
        envvar="GRAYCTL_CONFIG_ENV",
        callback=_by_default_of_the_folder,
        help="Environment of samconfig.toml, or that of graylane.toml.",
        autocompletion=complete_environment,
    ),
]
Environment = Annotated[
    str | None,
    typer.Option(
        "--env",
        "--config-env",
        "-e",
        envvar="GRAYCTL_CONFIG_ENV",
        help="The environment; by default that of graylane.toml.",
        autocompletion=complete_environment,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output, for scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Template = Annotated[
    Path | None,
    typer.Option("--template", help="SAM or CloudFormation template; default: template.yaml, .yml or .json."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _kept(reason: str) -> str:
    """The reason as stored in the revision; warns if that differs from what was typed."""
    kept = storable(reason, REASON_LIMIT)
    if len(reason) > REASON_LIMIT:
        note(f"the reason has {len(reason):,} characters; the first {REASON_LIMIT - 1:,} are kept")
    elif kept != reason.strip():
        note("the reason has characters that cannot be stored; they were replaced")
    return kept


Reason = Annotated[str, typer.Option("--reason", "-m", callback=_kept, help="Reason, kept in the revision.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait for the publication to reach the edge.")]


@dataclass(frozen=True)
class Manner:
    """The options that all changing commands share."""

    config_env: ConfigEnv = "dev"
    reason: Reason = ""
    dry_run: DryRun = False
    yes: Yes = False
    no_wait: NoWait = False
    as_json: AsJson = False


def changing[T](command: Callable[..., T]) -> Callable[..., T]:
    """Replace a command's `manner` parameter with the options of Manner, after the command's own."""

    @wraps(command)
    def with_options(**given: Any) -> T:
        return command(manner=Manner(**{one.name: given.pop(one.name) for one in shared}), **given)

    shared = inspect.signature(Manner, eval_str=True).parameters.values()
    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "manner"]
    # typer reads the annotation of each parameter.
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*own, *shared)]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {}
    del with_options.__wrapped__
    return with_options
