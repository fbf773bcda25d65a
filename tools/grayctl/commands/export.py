"""`grayctl export`: the release as a file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grayctl.document.file import as_yaml
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import show
from grayctl.reading.release import document_of, read_revision, revisions_of
from grayctl.stack.target import discover


def export(
    number: Annotated[int | None, typer.Argument(help="Revision; the current one if left out.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="File to write; standard output if left out.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Write a release as a file that `grayctl apply` takes.

    Example: grayctl export --to release.yaml
    """
    document = document_of(read_revision(revisions_of(discover(config_env)), number))
    if to is None:
        show(document, as_json, lambda console: _print(console, as_yaml(document)))
        return
    try:
        to.write_text(as_yaml(document), encoding="utf-8")
    except OSError as error:
        # Named here: the error of a full disk does not know the file.
        raise UsageError(f"{to} cannot be written: {error.strerror}", "Give another file to --to.") from error
    show({"file": str(to)}, as_json, lambda console: console.print(f"written to {to}", markup=False))


def _print(console: Console, text: str) -> None:
    if console.is_terminal:
        console.print(text, end="", markup=False)
    else:
        console.file.write(text)  # a file for `grayctl apply`: to the letter
