"""A preview for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from grayctl.output.screen import safe
from grayctl.preview.moves import Group, Move, Moves

_ROWS = 10


def print_moves(console: Console, found: Moves, notes: Sequence[str]) -> None:
    """The moves with examples, a table of rules, countries and devices, and the notes."""
    for move, count in found.moves.items():
        share = 100 * count / found.viewers
        console.print(f"  {move_text(move):<14} {count:>12,}  {share:6.2f} %{_examples(found.examples.get(move, []))}")
    for title, groups in (("rule", found.rules), ("country", found.countries), ("device", found.devices)):
        if len(groups) > 1 or (groups and groups[0].name != "unknown"):
            console.print()
            console.print(_table(title, groups, list(found.moves)))
    for note in notes:
        console.print(f"! {note}", style="yellow", markup=False)


def move_text(move: Move) -> str:
    """`v1 -> v2`, `stays in v1`."""
    before, after = move
    return f"stays in {before}" if before == after else f"{before} -> {after}"


def _examples(ids: Sequence[str]) -> str:
    shown = ", ".join(one if len(one) <= 24 else f"{one[:23]}…" for one in ids[:2])
    return f"  [dim]{safe(shown)}, …[/dim]" if shown else ""


def _table(title: str, groups: Sequence[Group], moves: Sequence[Move]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, min_width=14)
    for move in moves:
        table.add_column(move_text(move), justify="right", min_width=11)
    for group in groups[:_ROWS]:
        table.add_row(safe(group.name), *(_count(group.moves.get(move, 0)) for move in moves))
    rest = groups[_ROWS:]
    if rest:
        table.add_row(f"{len(rest)} more", *(_count(sum(group.moves.get(move, 0) for group in rest)) for move in moves))
    return table


def _count(number: int) -> str:
    return f"{number:,}" if number else "-"
