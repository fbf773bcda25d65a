"""Terminal view of `grayctl watch`."""

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from grayctl.output.screen import span
from grayctl.reading.live import Live
from grayctl.reading.status import LaneView, Status
from grayctl.reading.traffic import LaneTraffic


class Screen:
    """One reading as a rich renderable, as wide as the terminal."""

    def __init__(self, look: Live) -> None:
        self._look = look

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Group(*_parts(self._look))


def _parts(look: Live) -> list[RenderableType]:
    status = look.status
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    clock = time.strftime("%H:%M:%SZ", time.gmtime(look.at))
    facts.add_row("environment", Text(f"{status.environment}  {status.site}  {clock}"))
    facts.add_row("wanted", Text(_wanted(status, look.at)))
    facts.add_row("published", Text(_published(status, look.at)))
    facts.add_row("edge", Text(_edge(status)))
    if look.plan:
        facts.add_row("plan", Text(_plan(look.plan)))
    parts: list[RenderableType] = [facts, Text(""), _lanes(look), Text(""), _alarms(look)]
    parts += [Text(f"! {said}", style="yellow") for said in [*status.findings, *look.troubles]]
    return parts


def _wanted(status: Status, now: int) -> str:
    if not status.revision:
        return "no release yet: everybody gets stable"
    text = f"revision {status.revision}, {status.state}, ramp {status.ramp_percent:g} %, epoch {status.epoch}"
    return f"{text}; by {status.author} {span(max(0, now - status.created_at))} ago"


def _published(status: Status, now: int) -> str:
    current = status.published
    if current is None:
        return "nothing"
    text = f"revision {current.revision}, {current.state}, sequence {current.sequence}"
    if current.until:
        left = current.until - now
        text += f"; lease {span(left)} left" if left > 0 else "; the lease has expired"
    return text


def _edge(status: Status) -> str:
    edge = status.edge
    if not edge.reachable:
        return f"no answer: {edge.error}"
    text = f"a new viewer gets {edge.lane or 'no lane'}"
    return f"revision {edge.revision}: {text} ({edge.reason})" if edge.revision is not None else text


def _plan(plan: Mapping[str, Any]) -> str:
    steps = " -> ".join(
        f"[{step:g}]" if step == plan["percent"] else f"{step:g}" for step in map(float, plan["plan"]["steps"])
    )
    return f"{steps} %; {'paused' if plan['paused'] else plan['decision']}"


def _lanes(look: Live) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("lane")
    table.add_column("status", overflow="fold")
    table.add_column("live")
    for column in ("requests", "share", "errors"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    by_lane = {lane.lane: lane for lane in look.traffic}
    for view in look.status.lanes:
        table.add_row(view.lane, Text(_status(view)), _is_live(view), *_figures(by_lane.get(view.lane)))
    table.caption = "API requests of the last 5 minutes"
    table.caption_justify = "left"
    return table


def _status(view: LaneView) -> str:
    return f"{view.status}: {view.why}" if view.why else view.status


def _is_live(view: LaneView) -> str:
    return "always" if view.status == "stable" else "yes" if view.published else "no"


def _figures(traffic: LaneTraffic | None) -> tuple[str, str, str, Text]:
    if traffic is None:
        return "?", "?", "?", Text("")
    style = "red" if traffic.error_rate >= 0.01 else ""
    return (
        f"{traffic.requests:,}",
        f"{100 * traffic.share:.1f} %",
        f"[{style}]{100 * traffic.error_rate:.2f} %[/]" if style else f"{100 * traffic.error_rate:.2f} %",
        Text("█" * round(20 * traffic.share), style="cyan"),
    )


def _alarms(look: Live) -> Text:
    if look.alarms is None:
        return Text("alarms: could not be read", style="yellow")
    if not look.alarms:
        return Text("no alarm", style="green")
    return Text(f"ALARM: {', '.join(look.alarms)}", style="bold red")
