"""`grayctl list`: the user lists that rules use."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gray.history.list_files import ListFiles
from grayctl.actions.change import carry_out
from grayctl.actions.propose import Edit
from grayctl.actions.user_lists import ListChange, former_ids, plan_change, read_ids, upload_list
from grayctl.document import edits
from grayctl.document.edits import Document
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv, Manner, changing
from grayctl.output.screen import bar, err, note, show, spinner
from grayctl.reading.release import read_current, revisions_of
from grayctl.stack.target import discover

app = typer.Typer(help="Manage user lists, which rules use with --when list=NAME.", no_args_is_help=True)

_SHOWN = 5
Name = Annotated[str, typer.Argument(help="Name of the list.")]


@app.command("put")
@changing
def put(
    *,
    name: Name,
    file: Annotated[
        Path,
        typer.Argument(
            help="The ids, one per line or a table; skips empty lines and # comments; - for standard input."
        ),
    ],
    restricted: Annotated[
        bool | None,
        typer.Option(
            "--restricted/--open",
            help="Require a signed identity for this list; default: unchanged.",
        ),
    ] = None,
    planned: Annotated[int, typer.Option("--planned", min=0, help="Expected number of ids; fixed at first put.")] = 0,
    manner: Manner,
) -> None:
    """Put or replace a user list.

    The file has one id per line, or is a table with commas, semicolons or tabs whose first line names the id column
    (`id`, `user_id`, `uid`, ...); quoted or not. Spaces around an id are removed, and it is stored in Unicode's
    composed form (NFC); invalid ids are refused with their line. `grayctl list check` only reads the file.

    The upload is proportional to the number of changed ids: for a large list, only changed shards are written.

    Example: grayctl list put staff staff-ids.txt
    """
    with bar("reading ids", None, manner.as_json) as advance:
        read = read_ids(file, advance, note)
    ids = read.ids
    if not ids:
        raise UsageError(f"{file} contains no ids", "To let nobody in, remove the rule: grayctl rule remove ID")
    target = discover(manner.config_env)
    bucket = target.output("EdgeConfigBucket")
    release = read_current(revisions_of(target)).document
    before = release.get("lists", {}).get(name)
    for told in read.notes(release.get("identity")):
        note(told)
    with bar("laying out ids", len(ids) + (before["ids"] if before else 0), manner.as_json) as advance:
        former = former_ids(ListFiles(target.clients.s3, bucket), before)
        kept = bool(before and before.get("restricted"))
        demand = kept if restricted is None else restricted
        change = plan_change(name, ids, before, former, planned=planned, restricted=demand, advance=advance)
    if not manner.as_json:
        _tell(err(), name, change)

    def upload() -> None:
        with spinner("uploading the list", manner.as_json):
            upload_list(target.clients.s3, bucket, change)

    edit = Edit(
        lambda release: edits.with_list(release, name, change.entry),
        f"list put {name} ({len(ids):,} ids)",
        ids_only_added={name: change.only_added},
    )
    carry_out(edit, manner, prepare=upload)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The ids, as for `grayctl list put`.")],
    as_json: AsJson = False,
) -> None:
    """Read a file of ids as `grayctl list put` would, say what it found, and change nothing; no stack is asked.

    Example: grayctl list check staff-ids.txt
    """
    with bar("reading ids", None, as_json) as advance:
        read = read_ids(file, advance, note)
    if not read.ids:
        raise UsageError(f"{file} contains no ids", "To let nobody in, remove the rule: grayctl rule remove ID")
    found = {"file": str(file), "ids": len(read.ids), "repeated": read.repeated, "comments": read.found.comments}
    told = {**found, "column": read.found.named or None, "notes": read.notes(), "first": read.ids[:_SHOWN]}

    def text(console: Console) -> None:
        console.print(f"{file}: {len(read.ids):,} ids, in their order: {_some(read.ids)}", markup=False)
        for line in read.notes():
            console.print(f"! {line}", style="yellow", markup=False)

    show(told, as_json, text)


@app.command("show")
def show_lists(
    name: Annotated[str | None, typer.Argument(help="One list; default: all.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Show the user lists of the release.

    Example: grayctl list show --json
    """
    lists = read_current(revisions_of(discover(config_env))).document.get("lists", {})
    if name is not None and name not in lists:
        raise UsageError(f"the release has no list {name!r}", f"It has: {', '.join(lists) or 'none'}.")
    shown = lists if name is None else {name: lists[name]}
    show(shown, as_json, lambda console: console.print(_table(shown) if shown else "no list"))


@app.command("remove")
@changing
def remove(
    *,
    name: Name,
    manner: Manner,
) -> None:
    """Remove a list from the release; first remove the rules that use it.

    Example: grayctl list remove staff
    """
    carry_out(Edit(lambda release: edits.without_list(release, name), f"list remove {name}"), manner)


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (", ..." if len(ids) > _SHOWN else "")


def _tell(console: Console, name: str, change: ListChange) -> None:
    console.print(
        f"list {name}: {change.entry['ids']:,} ids in {change.entry['shards']:,} shards, {change.bytes:,} bytes at the"
        f" edge; {change.added:,} added, {change.removed:,} removed, {change.keys:,} keys change"
    )
    if change.false_positives:
        console.print(f"false positives: 1 in {1 / change.false_positives:,.0f} ids not on the list")


def _table(lists: dict[str, Document]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("list", "ids", "shards", "restricted", "digest"):
        table.add_column(column)
    for name, entry in lists.items():
        restricted = "yes" if entry.get("restricted") else "no"
        table.add_row(name, f"{entry['ids']:,}", f"{entry['shards']:,}", restricted, entry["digest"][:12])
    return table
