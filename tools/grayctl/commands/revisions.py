"""Commands about revisions: apply, show, export, history, diff."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gray.history.revisions import Revision
from grayctl.commands.carrying import Manner, carry_out, print_changes
from grayctl.difference import difference
from grayctl.document import new_document
from grayctl.document_file import as_yaml, read_document
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK, UsageError
from grayctl.options import AsJson, ConfigEnv, DryRun, NoWait, Reason, Yes
from grayctl.releases import document_of, read_revision, revisions_of
from grayctl.screen import moment, safe, show
from grayctl.target import discover


def apply(
    file: Annotated[Path | None, typer.Argument(help="The whole release, YAML or JSON; - for standard input.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Instead of a file: a fresh release, all to stable.")] = False,
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Make a file the current release. What is not in the file is not in the release.

    Example: grayctl apply release.yaml -m "checkout rewrite"
    """
    if (file is None) == (not new):
        raise UsageError("give a file or --new", "See: grayctl apply --help")
    wanted = new_document() if file is None else read_document(file)
    manner = Manner(config_env, as_json, dry_run, yes, not no_wait, reason)
    summary = "apply --new" if file is None else f"apply {file}"
    carry_out(lambda _before: wanted, manner, summary=summary, replaces=True)


def show_revision(
    number: Annotated[int | None, typer.Argument(help="Revision; the current one if left out.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Show a revision: who made it, why, and the whole release.

    Example: grayctl show 12
    """
    revision = read_revision(revisions_of(discover(config_env)), number)
    show(_as_json(revision), as_json, lambda console: _print_revision(console, revision))


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
        show(document, as_json, lambda console: console.print(as_yaml(document), end="", markup=False))
        return
    try:
        to.write_text(as_yaml(document), encoding="utf-8")
    except OSError as error:
        # Named here: the error of a full disk does not know the file.
        raise UsageError(f"{to} cannot be written: {error.strerror}", "Give another file to --to.") from error
    show({"file": str(to)}, as_json, lambda console: console.print(f"written to {to}", markup=False))


def history(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many.")] = 20,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """List the newest revisions: who, when, why.

    Example: grayctl history -n 5
    """
    found = revisions_of(discover(config_env)).history(limit)
    document = [_facts(one) for one in found]
    show(document, as_json, lambda console: console.print(_table(found) if found else "no revision yet"))


def diff(
    before: Annotated[int, typer.Argument(help="A revision.")],
    after: Annotated[int | None, typer.Argument(help="Another one; the current one if left out.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """Show what differs between two revisions. Exit code 1 when something does.

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
            console.print("  the same release")

    show(document, as_json, text)
    return EXIT_NEGATIVE if changes else EXIT_OK


def _as_json(revision: Revision) -> dict[str, object]:
    return {**_facts(revision), "release": document_of(revision)}


def _facts(revision: Revision) -> dict[str, object]:
    return {key: value for key, value in vars(revision).items() if key not in ("document", "id", "cause")}


def _print_revision(console: Console, revision: Revision) -> None:
    console.print(f"revision {revision.number}, {revision.state}, epoch {revision.epoch}, made from {revision.parent}")
    console.print(f"by {revision.author} through {revision.via}, {moment(revision.created_at)}", markup=False)
    console.print(f"reason: {revision.reason}\n", markup=False)
    console.print(as_yaml(document_of(revision)), end="", markup=False)


def _table(found: list[Revision]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("revision", "when", "state", "epoch", "author", "through", "reason"):
        table.add_column(column)
    for one in found:
        number, epoch = str(one.number), str(one.epoch)
        table.add_row(number, moment(one.created_at), one.state, epoch, safe(one.author), one.via, safe(one.reason))
    return table
