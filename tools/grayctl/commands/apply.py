"""`grayctl apply`: replace the release with a file."""

from pathlib import Path
from typing import Annotated

import typer

from grayctl.actions.change import carry_out
from grayctl.actions.propose import Edit
from grayctl.document.edits import new_document
from grayctl.document.file import read_document
from grayctl.errors import UsageError
from grayctl.options import Manner, changing
from grayctl.output.screen import note


@changing
def apply(
    *,
    file: Annotated[Path | None, typer.Argument(help="The whole release, YAML or JSON; - for standard input.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Instead of a file: a new release, all on stable.")] = False,
    manner: Manner,
) -> None:
    """Replace the current release with a file. Anything not in the file is removed.

    Example: grayctl apply release.yaml -m "checkout rewrite"
    """
    if (file is None) == (not new):
        raise UsageError("give a file or --new", "See: grayctl apply --help")
    wanted = new_document() if file is None else read_document(file, note)
    summary = "apply --new" if file is None else f"apply {file}"
    carry_out(Edit(lambda _before: wanted, summary, replaces=True), manner)
