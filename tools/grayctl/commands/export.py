"""`grayctl export`: write the release to a file."""

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
    number: Annotated[int | None, typer.Argument(help="Revision; default: the current one.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="File to write; default: standard output.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Write a release to a file that `grayctl apply` accepts.

    Example: grayctl export --to release.yaml
    """
    document = document_of(read_revision(revisions_of(discover(config_env)), number))
    if to is None:
        show(document, as_json, lambda console: _print(console, as_yaml(document)))
        return
    try:
        to.write_text(as_yaml(document), encoding="utf-8")
    except OSError as error:
        # The error of a full disk does not name the file.
        raise UsageError(f"cannot write {to}: {error.strerror}", "Pass another file to --to.") from error
    show({"file": str(to)}, as_json, lambda console: console.print(f"written to {to}", markup=False))


def _print(console: Console, text: str) -> None:
    if console.is_terminal:
        console.print(text, end="", markup=False)
    else:
        console.file.write(text)  # a file for `grayctl apply`: to the letter
