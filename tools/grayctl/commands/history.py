"""`grayctl history`: who changed the release, when and why."""

from typing import Annotated

import typer
from rich.table import Table

from gray.history.revisions import Revision
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import moment, safe, show
from grayctl.reading.release import facts, revisions_of
from grayctl.stack.target import discover


def history(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Number of revisions.")] = 20,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """List the newest revisions: author, time and reason.

    Example: grayctl history -n 5
    """
    found = revisions_of(discover(config_env)).history(limit)
    document = [facts(one) for one in found]
    show(document, as_json, lambda console: console.print(_table(found) if found else "no revision yet"))


def _table(found: list[Revision]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("revision", "when", "state", "epoch", "author", "through", "reason"):
        table.add_column(column)
    for one in found:
        number, epoch = str(one.number), str(one.epoch)
        table.add_row(number, moment(one.created_at), one.state, epoch, safe(one.author), one.via, safe(one.reason))
    return table
