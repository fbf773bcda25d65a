"""`grayctl estimate`: the monthly cost of a release."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grayctl.actions.propose import propose
from grayctl.document.edits import Document, new_document
from grayctl.document.file import read_document
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import note, show
from grayctl.reading.estimate import Estimate, Traffic, read_prices
from grayctl.reading.estimate import estimate as compute
from grayctl.reading.release import Current, read_current, revisions_of
from grayctl.stack.target import discover

# Far above any real traffic; larger values would overflow the sums.
_MOST_A_SECOND = 1e9
_MOST_CHANGES = 1_000_000_000


def estimate(
    rate: Annotated[
        float,
        typer.Option("--rate", min=0, max=_MOST_A_SECOND, help="Requests per second of all kinds, monthly average."),
    ],
    file: Annotated[Path | None, typer.Option("--file", help="A release; default: the current one.")] = None,
    documents: Annotated[float, typer.Option("--documents", min=0, max=100, help="Percent that request pages.")] = 10,
    api: Annotated[float, typer.Option("--api", min=0, max=100, help="Percent that call the API.")] = 20,
    changes: Annotated[
        int, typer.Option("--changes", min=0, max=_MOST_CHANGES, help="Changes of the release per month.")
    ] = 60,
    kilobytes: Annotated[
        float, typer.Option("--kilobytes", min=0, max=_MOST_A_SECOND, help="Size of an answer, on the average.")
    ] = 20,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Estimate the monthly cost of a release, line by line, with each price and its source.

    Example: grayctl estimate --rate 200 --api 30
    """
    _refuse_more_than_all(documents, api)
    # Check a file as `apply` does: an invalid release has no price.
    release = _checked(read_document(file, note)) if file else read_current(revisions_of(discover(config_env))).document
    traffic = Traffic(rate, documents / 100, api / 100, changes, kilobytes=kilobytes)
    found = compute(traffic, release, read_prices())
    lines = [{**asdict(line), "dollars": round(line.dollars, 4)} for line in found.lines]
    document = {
        "date": found.date,
        "region": found.region,
        "traffic": asdict(traffic),
        "lines": lines,
        "added_dollars": round(found.total(adds=True), 2),
        "total_dollars": round(found.total(), 2),
    }
    show(document, as_json, lambda console: _print(console, found))


def _checked(release: Document) -> Document:
    return propose(Current(None, new_document()), lambda _before: release).document


def _refuse_more_than_all(documents: float, api: float) -> None:
    # Rounded: 33.3 + 66.7 may be slightly above 100.
    if round(documents + api, 6) > 100:
        raise UsageError(f"--documents {documents:g} plus --api {api:g} exceeds 100 percent", "Reduce one of them.")


def _print(console: Console, found: Estimate) -> None:
    # One page may hold several prices, noted at different times.
    sources = sorted({(line.source, line.noted) for line in found.lines})
    marks = {source: f"[{number}]" for number, source in enumerate(sources, 1)}
    for adds, title in ((True, "What Graylane adds"), (False, "The site's own traffic, with or without Graylane")):
        table = Table(title=title, box=None, pad_edge=False, header_style="bold", title_justify="left")
        table.add_column("what")
        for column in ("per month", "of it free", "price", "source", "$ per month"):
            table.add_column(column, justify="right")
        for line in found.lines:
            if line.adds == adds:
                price = f"{line.price * 1e6:g} / million" if line.price < 1e-3 else f"{line.price:g} each"
                free = f"{line.free:,.0f}" if line.free else ""
                amount, mark = f"{line.amount:,.0f} {line.unit}s", marks[line.source, line.noted]
                table.add_row(line.title, amount, free, f"$ {price}", mark, f"{line.dollars:,.2f}")
        console.print(table)
    console.print(f"added: $ {found.total(adds=True):,.2f} per month; with the API traffic: $ {found.total():,.2f}")
    console.print(f"prices of {found.region}, with their sources:")
    for (source, noted), mark in marks.items():
        console.print(f"  {mark} {source}, as of {noted}")
