"""`grayctl diff`: the differences between two revisions."""

from typing import Annotated

import typer
from rich.console import Console

from grayctl.document.difference import difference
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.changes import print_changes
from grayctl.output.screen import show
from grayctl.reading.release import document_of, read_revision, revisions_of
from grayctl.stack.target import discover


def diff(
    before: Annotated[int, typer.Argument(help="A revision.")],
    after: Annotated[int | None, typer.Argument(help="Another revision; default: the current one.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """Show the differences between two revisions. Exit code 1 if there are any.

    Example: grayctl diff 11 12
    """
    revisions = revisions_of(discover(config_env))
    old, new = read_revision(revisions, before), read_revision(revisions, after)
    changes = difference(document_of(old), document_of(new))
    document = {"before": old.number, "after": new.number, "changes": [vars(change) for change in changes]}

    def text(console: Console) -> None:
        console.print(f"revision {old.number} -> {new.number}")
        print_changes(console, changes)
        if not changes:
            console.print("  no differences")

    show(document, as_json, text)
    return EXIT_NEGATIVE if changes else EXIT_OK
