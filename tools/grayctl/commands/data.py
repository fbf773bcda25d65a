"""`grayctl data`: what isolated gray lanes wrote, and how to merge it into stable."""

from typing import Annotated

import typer
from rich.console import Console

from grayctl.actions.gray_data import CONFLICT, Merged, Wait, fill, isolated_lanes, merge, told, wait_of, waiting_items
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK, UsageError
from grayctl.options import AsJson, ConfigEnv, DryRun, Yes
from grayctl.output.screen import bar, confirm, moment, show, spinner
from grayctl.stack.target import Target, discover

app = typer.Typer(help="Show what isolated gray lanes wrote, and merge it into stable.", no_args_is_help=True)

Lane = Annotated[str, typer.Option("--lane", help="One gray lane; by default all that have their own table.")]
_COUNTING = 120.0  # seconds; a merge may count longer than a kill does
_LISTED = 20


@app.command()
def report(
    lane: Lane = "",
    everything: Annotated[bool, typer.Option("--all", help=f"List every item, not just {_LISTED} per lane.")] = False,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """List the items in gray tables that wait to be merged: new, changed, and changed in stable too.

    Exit code 1 if both lanes changed an item.

    Example: grayctl data report --lane v2
    """
    target = discover(config_env)
    with spinner("reading the gray tables", as_json):
        found = {name: list(waiting_items(target, name)) for name in isolated_lanes(target, lane)}

    def text(console: Console) -> None:
        if not found:
            console.print("no gray lane has its own table: nothing waits to be merged")
        for name, items in found.items():
            console.print(str(Wait(name, len(items), sum(item["fate"] == CONFLICT for item in items))))
            for item in items if everything else items[:_LISTED]:
                changed = moment(item["changed_at"] // 1000)
                console.print(f"  {item['fate']:<8}  {item['pk']}/{item['sk']}  {changed}", markup=False)
            if len(items) > _LISTED and not everything:
                console.print(f"  and {len(items) - _LISTED:,} more; list them with --all")

    show({"environment": target.environment, "lanes": found}, as_json, text)
    both = any(item["fate"] == CONFLICT for items in found.values() for item in items)
    return EXIT_NEGATIVE if both else EXIT_OK


@app.command("merge")
def merge_command(
    lane: Lane = "",
    conflicts: Annotated[
        str,
        typer.Option("--conflicts", help="Which item wins if both changed: `nobody` (skip it), gray or stable."),
    ] = "nobody",
    config_env: ConfigEnv = "dev",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Merge what gray wrote into stable's table. Safe to interrupt: the next run continues from there.

    Exit code 1 if items that both lanes changed were skipped.

    Example: grayctl data merge --lane v2 --conflicts gray
    """
    if conflicts not in ("nobody", "gray", "stable"):
        raise UsageError(f"--conflicts {conflicts}: must be `nobody`, `gray` or `stable`")
    target = discover(config_env)
    with spinner("counting items to merge", as_json):
        found = [wait_of(target, name, patience=_COUNTING) for name in isolated_lanes(target, lane)]
    document = {"environment": target.environment, "dry_run": dry_run, "waiting": told(found)}
    if dry_run:
        show(document | {"lanes": []}, as_json, lambda console: console.print("\n".join(map(str, found))))
        return EXIT_NEGATIVE if any(wait.conflicts for wait in found) else EXIT_OK
    _ask_first(target, found, yes)
    merged = []
    for wait in found:
        with bar(f"merging {wait.lane}", wait.items if wait.whole else None, as_json) as advance:
            merged.append(merge(target, wait.lane, conflicts, advance))
    lanes = [one.as_json() for one in merged]
    show(document | {"lanes": lanes}, as_json, lambda console: _print_merged(console, merged))
    return EXIT_NEGATIVE if any(one.conflicts for one in merged) else EXIT_OK


@app.command("fill")
def fill_command(
    lane: Lane = "", config_env: ConfigEnv = "dev", dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Copy into a lane's table the stable items from before its deployment; later ones are copied automatically.

    Does not overwrite what gray wrote, so it needs no confirmation.

    Example: grayctl data fill --lane v2
    """
    target = discover(config_env)
    lanes, done = isolated_lanes(target, lane), {}
    for name in [] if dry_run else lanes:
        with bar(f"filling {name}", None, as_json) as advance:
            done[name] = fill(target, name, advance)
    document = {name: {"copied": copied, "kept": kept} for name, (copied, kept) in done.items()}

    def text(console: Console) -> None:
        if dry_run:
            console.print(f"would copy stable's items into the tables of: {', '.join(lanes) or 'no lane'}")
        for name, (copied, kept) in done.items():
            console.print(f"{name}: {copied:,} items copied, {kept:,} left unchanged")

    show({"environment": target.environment, "dry_run": dry_run, "lanes": document}, as_json, text)


def _ask_first(target: Target, found: list[Wait], yes: bool) -> None:
    """Ask for confirmation, except on the local stack: it holds no real data."""
    if not yes and not target.clients.local and any(wait.items for wait in found):
        confirm(f"{'; '.join(map(str, found))}. Merge them into stable's table of {target.environment}?", yes)


def _print_merged(console: Console, merged: list[Merged]) -> None:
    for one in merged:
        home = one.fates.total() - len(one.conflicts)
        console.print(f"{one.lane}: {home:,} items merged into stable")
        for item in one.conflicts[:_LISTED]:
            console.print(f"  conflict  {item['pk']}/{item['sk']}", markup=False)
        if one.conflicts:
            console.print(f"  {len(one.conflicts):,} changed in both lanes were skipped: see --conflicts")
