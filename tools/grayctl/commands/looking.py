"""Commands that only look: status, lanes, traces."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from gray.analysis.trace_store import check_window
from gray.analysis.traces import Report
from gray.lanes.registration import LaneTable, read_parameters
from gray.publish.records.current import Published as Published
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK
from grayctl.options import AsJson, ConfigEnv
from grayctl.periods import parse_period
from grayctl.screen import moment, out, show, spinner
from grayctl.signing import debug_header
from grayctl.status import lane_views, read_status
from grayctl.status_screen import lanes_table, print_status
from grayctl.target import Target, discover

# GetTraceSummaries takes windows of at most six hours (X-Ray API reference).
_LONGEST = 6 * 3600


def status(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """Show what is wanted, what is published and what the edge answers.

    Example: grayctl status --config-env prod
    """
    target = discover(config_env)
    with spinner("reading", as_json):
        found = read_status(target, debug_header(target))
    show(found.as_json(), as_json, lambda console: print_status(console, found))


def lanes(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """List the lanes: registered by their stacks, adopted by this one, live at the edge.

    Example: grayctl lanes --config-env prod
    """
    target = discover(config_env)
    parameters = read_parameters(target.clients.ssm, target.parameter_prefix)
    table = LaneTable(target.clients.dynamodb, target.config_table)
    views = lane_views(parameters, table, Published.parse(parameters.current))
    show([asdict(view) for view in views], as_json, lambda console: console.print(lanes_table(views)))


def traces(
    since: Annotated[str, typer.Option("--since", help="How far back: 90s, 15min, 1h; at most 6h.")] = "1h",
    watch: Annotated[bool, typer.Option("--watch", help="Look again every 10 seconds until Ctrl-C.")] = False,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """Check in X-Ray that every trace stayed in one lane; name the hop where one did not.

    Exit code 1 when a trace is mixed.

    Example: grayctl traces --since 15min
    """
    seconds = parse_period(since, longest=_LONGEST)
    target = discover(config_env)
    while True:
        with spinner("reading traces", as_json):
            found = _check(target, seconds)
        show(_as_json(found), as_json, lambda console, found=found: _print_traces(console, found))  # type: ignore[misc]
        if not watch:
            return EXIT_NEGATIVE if found.mixed else EXIT_OK
        try:
            time.sleep(10)
        except KeyboardInterrupt:
            return EXIT_NEGATIVE if found.mixed else EXIT_OK
        out().print(moment(int(time.time())))


def _check(target: Target, seconds: int) -> Report:
    now = datetime.now(UTC)
    start = datetime.fromtimestamp(now.timestamp() - seconds, UTC)
    return check_window(target.clients.xray, target.environment, start, now)


def _as_json(found: Report) -> dict[str, object]:
    return {
        "checked": found.checked,
        "consistent_share": found.consistent_share,
        "mixed": [asdict(m) for m in found.mixed],
    }


def _print_traces(console: Console, found: Report) -> None:
    if not found.checked:
        console.print("no trace carried a lane in this time")
        return
    kept = found.checked - len(found.mixed)
    console.print(f"{kept:,} of {found.checked:,} traces stayed in one lane ({100 * found.consistent_share:.2f} %)")
    for mixed in found.mixed:
        console.print(f"{mixed.trace_id}  {moment(int(mixed.started))}  {', '.join(mixed.lanes)}", markup=False)
        for hop in mixed.hops:
            console.print(f"  {hop}", markup=False)
