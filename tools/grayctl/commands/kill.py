"""`grayctl kill`: send everybody to stable, now."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from gray.history.revision import Head
from grayctl.actions.author import author
from grayctl.actions.gray_data import Wait, told, waits
from grayctl.actions.kill import Kill, record_direct, require_done, write_store
from grayctl.actions.kill import kill as kill_release
from grayctl.options import Manner, changing
from grayctl.output.changes import print_arrival, print_waits
from grayctl.output.screen import show, spinner
from grayctl.reading.release import revisions_of
from grayctl.stack.kill_target import discover_for_kill, hurried
from grayctl.stack.target import Target
from grayctl.unrefusable import Unrefusable

COMMAND_CLASS = Unrefusable


@changing
def kill(
    *,
    direct: Annotated[
        bool, typer.Option("--direct", help="Write the KeyValueStore directly, without calling sync.")
    ] = False,
    manner: Manner,
) -> None:
    """Send everybody to stable now. Never asks and is never refused.

    Anything that does not answer within seconds is bypassed: the kill is then written directly into the KeyValueStore.
    The kill raises the epoch, so existing cookies become invalid. `grayctl resume` returns the same viewers to gray.
    Unknown parts of the command line are reported and ignored; --yes is not needed; --no-wait does not wait for the
    edge.

    Example: grayctl kill --config-env prod -m "v2 fails"
    """
    target, troubles = discover_for_kill(manner.config_env)
    if manner.dry_run:
        _show_dry_run(target, troubles, direct, manner.as_json)
        return
    why = manner.reason or ("kill --direct" if direct else "kill")
    with spinner("killing", manner.as_json) as tell:
        if direct:
            result = write_store(target, tell)
            record_direct(result, target, author=author(), reason=why)
        else:
            result = kill_release(target, author=author(), reason=why, tell=tell, see=not manner.no_wait)
    result.troubles[:0] = troubles
    require_done(result)
    # A direct kill is for outages: it does not count what waits to be merged.
    waiting = [] if result.store_written else waits(target)
    document = {"environment": target.environment, "dry_run": False, **result.as_json(), "waiting": told(waiting)}
    show(document, manner.as_json, lambda console: _print(console, result, waiting))


def _show_dry_run(target: Target, troubles: Sequence[str], direct: bool, as_json: bool) -> None:
    """What a kill would do; HEAD is only read."""
    found = Kill(troubles=list(troubles))
    head: list[Head | None] = []
    found.tried("revision", lambda: head.append(revisions_of(hurried(target)).head()))
    document = {"environment": target.environment, "dry_run": True, **found.as_json(), "waiting": {}}

    def text(console: Console) -> None:
        state = f"revision {head[0].revision} is {head[0].state}" if head and head[0] else "no revision can be read"
        way = "straight into the KeyValueStore" if direct else "by a revision and the manual sync"
        console.print(f"would kill {target.environment}, {way}; {state}; nothing was done", markup=False)
        for trouble in found.troubles:
            console.print(f"! {trouble}", style="yellow", markup=False)

    show(document, as_json, text)


def _print(console: Console, result: Kill, waiting: Sequence[Wait]) -> None:
    if result.revision:
        console.print(f"revision {result.revision.number} saved (killed, epoch {result.revision.epoch})")
    if result.resumed:
        console.print(f"! not killed: {result.resumed}. See grayctl status", style="yellow", markup=False)
        return
    if result.arrival:
        print_arrival(console, result.arrival)
    if result.store_written:
        console.print("written directly into the KeyValueStore")
    for trouble in result.troubles:
        console.print(f"! {trouble}", style="yellow", markup=False)
    console.print("everybody gets stable; other edge locations follow within about 70 s")
    if result.left:
        console.print(result.left, markup=False)
    print_waits(console, waiting)
