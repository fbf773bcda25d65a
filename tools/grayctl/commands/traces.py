"""`grayctl traces`: check that each trace stayed in one lane."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from gray.analysis.trace_store import check_window
from gray.analysis.traces import Report
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import moment, out, show, spinner
from grayctl.periods import parse_period
from grayctl.stack.target import Target, discover

# GetTraceSummaries accepts at most six hours (X-Ray API reference).
_LONGEST = 6 * 3600
_SAMPLED = "X-Ray traces a sample of the requests, and says nothing of the others"


def traces(
    since: Annotated[str, typer.Option("--since", help="How far back: 90s, 15min, 1h; at most 6h.")] = "1h",
    watch: Annotated[bool, typer.Option("--watch", help="Repeat every 10 seconds until Ctrl-C.")] = False,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """Check in X-Ray that every trace stayed in one lane; show the hop where one did not.

    X-Ray samples: it keeps one request per second and 5 % of the others, unless the account has other rules. Requests
    that it did not trace are not checked.

    Exit code 1 if a trace is mixed.

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
        "sampled": True,
        "consistent_share": found.consistent_share,
        "mixed": [asdict(m) for m in found.mixed],
    }


def _print_traces(console: Console, found: Report) -> None:
    if not found.checked:
        console.print(f"no trace with a lane in this period; {_SAMPLED}")
        return
    kept = found.checked - len(found.mixed)
    console.print(f"{kept:,} of {found.checked:,} traces stayed in one lane ({100 * found.consistent_share:.2f} %)")
    console.print(f"sampled: {_SAMPLED}", style="dim")
    for mixed in found.mixed:
        console.print(f"{mixed.trace_id}  {moment(int(mixed.started))}  {', '.join(mixed.lanes)}", markup=False)
        for hop in mixed.hops:
            console.print(f"  {hop}", markup=False)
