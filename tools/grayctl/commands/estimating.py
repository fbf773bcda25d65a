"""`grayctl estimate`: what a release costs a month."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grayctl.document_file import read_document
from grayctl.estimate import Estimate, Traffic, read_prices
from grayctl.estimate import estimate as compute
from grayctl.options import AsJson, ConfigEnv
from grayctl.releases import read_current, revisions_of
from grayctl.screen import show
from grayctl.target import discover


def estimate(
    rate: Annotated[float, typer.Option("--rate", min=0, help="Requests a second, all kinds, averaged over a month.")],
    file: Annotated[Path | None, typer.Option("--file", help="A release; the current one if left out.")] = None,
    documents: Annotated[float, typer.Option("--documents", min=0, max=100, help="Percent that ask for pages.")] = 10,
    api: Annotated[float, typer.Option("--api", min=0, max=100, help="Percent that call the API.")] = 20,
    changes: Annotated[int, typer.Option("--changes", min=0, help="Changes of the release a month.")] = 60,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Estimate what a release costs a month, line by line, with each price and its source.

    Example: grayctl estimate --rate 200 --api 30
    """
    release = read_document(file) if file else read_current(revisions_of(discover(config_env))).document
    traffic = Traffic(rate, documents / 100, api / 100, changes)
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


def _print(console: Console, found: Estimate) -> None:
    for adds, title in ((True, "What Graylane adds"), (False, "The lanes' API traffic, with or without it")):
        table = Table(title=title, box=None, pad_edge=False, header_style="bold", title_justify="left")
        table.add_column("what")
        for column in ("a month", "of it free", "price", "$ a month"):
            table.add_column(column, justify="right")
        for line in found.lines:
            if line.adds == adds:
                price = f"{line.price * 1e6:g} / million" if line.price < 1e-3 else f"{line.price:g} each"
                free = f"{line.free:,.0f}" if line.free else ""
                table.add_row(
                    line.title, f"{line.amount:,.0f} {line.unit}s", free, f"$ {price}", f"{line.dollars:,.2f}"
                )
        console.print(table)
    console.print(f"added: $ {found.total(adds=True):,.2f} a month; with the API traffic: $ {found.total():,.2f}")
    console.print(f"prices of {found.region}, noted {found.date}; sources:")
    for source in sorted({line.source for line in found.lines}):
        console.print(f"  {source}")
