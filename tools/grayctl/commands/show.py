"""`grayctl show`: one revision."""

from typing import Annotated

import typer
from rich.console import Console

from gray.history.revisions import Revision
from grayctl.document.file import as_yaml
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import moment
from grayctl.output.screen import show as show_document
from grayctl.reading.release import document_of, facts, read_revision, revisions_of
from grayctl.stack.target import discover


def show(
    number: Annotated[int | None, typer.Argument(help="Revision; default: the current one.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Show a revision: its author, reason and whole release.

    Example: grayctl show 12
    """
    revision = read_revision(revisions_of(discover(config_env)), number)
    document = {**facts(revision), "release": document_of(revision)}
    show_document(document, as_json, lambda console: _print_revision(console, revision))


def _print_revision(console: Console, revision: Revision) -> None:
    console.print(f"revision {revision.number}, {revision.state}, epoch {revision.epoch}, made from {revision.parent}")
    console.print(f"by {revision.author} through {revision.via}, {moment(revision.created_at)}", markup=False)
    console.print(f"reason: {revision.reason}\n", markup=False)
    console.print(as_yaml(document_of(revision)), end="", markup=False)
