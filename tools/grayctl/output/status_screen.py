"""Prints a status, its rules and its lanes for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from grayctl.document.conditions import condition_text
from grayctl.document.edits import Document
from grayctl.output.screen import moment, safe
from grayctl.reading.status import LaneView, OriginView, Status


def print_status(console: Console, found: Status) -> None:
    """The whole screen of `grayctl status`."""
    facts = Table.grid(padding=(0, 2))
    facts.add_row("environment", f"{found.environment}  (stack {found.stack})")
    if found.site:
        facts.add_row("site", found.site)
    facts.add_row("wanted", _wanted(found))
    facts.add_row("published", _published(found))
    facts.add_row("edge", _edge(found))
    console.print(facts)
    if found.rules:
        console.print(rules_table(found.rules))
    console.print(lanes_table(found.lanes))
    for finding in found.findings:
        console.print(f"! {finding}", style="yellow", markup=False)


def _wanted(found: Status) -> str:
    if not found.revision:
        return "no release yet: everybody gets stable"
    why = f": {found.reason}" if found.reason else ""
    return safe(
        f"revision {found.revision}, {found.state}, ramp {found.ramp_percent:g} %"
        f"  (by {found.author}, {moment(found.created_at)}{why})"
    )


def _published(found: Status) -> str:
    current = found.published
    if current is None:
        return "nothing"
    text = f"revision {current.revision}, {current.state}, epoch {current.epoch}, sequence {current.sequence}"
    text += f"  (at {moment(current.published_at)}"
    if found.last_publication and found.last_publication.duration_ms:
        text += f", took {found.last_publication.duration_ms / 1000:.1f} s by {found.last_publication.trigger}"
    text += ")"
    return f"{text}, lease until {moment(current.until)}" if current.until else text


def _edge(found: Status) -> str:
    edge = found.edge
    if not edge.reachable:
        return safe(f"no answer: {edge.error}")
    text = f"{edge.status}, a new viewer gets {edge.lane or 'no lane'}"
    return f"{text} by revision {edge.revision} ({edge.reason})" if edge.revision is not None else text


def rules_table(rules: Sequence[Document]) -> Table:
    """The rules in order."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("#", "rule", "lane", "percent", "when"):
        table.add_column(column)
    for number, rule in enumerate(rules, start=1):
        percent = rule.get("percent")
        share = "100 %" if percent is None else f"{percent:g} %"
        table.add_row(str(number), rule["id"], rule["lane"], share, safe(condition_text(rule.get("when"))))
    return table


def lanes_table(lanes: Sequence[LaneView]) -> Table:
    """Each lane with its status and its origins."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("lane", "status", "live", "origin", "guard", "kill at origin"):
        table.add_column(column)
    for lane in lanes:
        status_text = lane.status + (f" ({lane.why})" if lane.why else "")
        live = "always" if lane.status == "stable" else "yes" if lane.published else "no"
        first, *more = [_origin(origin, lane.status) for origin in lane.origins] or [("not registered", "", "")]
        table.add_row(lane.lane, safe(status_text), live, *first)
        for cells in more:
            table.add_row("", "", "", *cells)
    return table


def _origin(origin: OriginView, status: str) -> tuple[str, str, str]:
    """Where it is, its guard, and whether a kill reaches it, beside the edge; stable is never killed."""
    where = " ".join([origin.kind, origin.address, *origin.paths])
    return safe(where), origin.guard, "-" if status == "stable" else "yes" if origin.kill else "no"
