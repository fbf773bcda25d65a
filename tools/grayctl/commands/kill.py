"""`grayctl kill`: send everybody to stable, now."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from grayctl.actions.author import author
from grayctl.actions.gray_data import Wait, told, waits
from grayctl.actions.kill import Kill, record_direct, require_done, write_store
from grayctl.actions.kill import kill as kill_release
from grayctl.options import AsJson, ConfigEnv, Reason
from grayctl.output.changes import print_arrival, print_waits
from grayctl.output.screen import show, spinner
from grayctl.stack.kill_target import discover_for_kill


def kill(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    direct: Annotated[
        bool, typer.Option("--direct", help="Write the KeyValueStore directly, without calling sync.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send everybody to stable now. Never asks and is never refused.

    Anything that does not answer within seconds is bypassed: the kill is then written directly into the KeyValueStore.
    The kill raises the epoch, so existing cookies become invalid. `grayctl resume` returns the same viewers to gray.

    Example: grayctl kill --config-env prod -m "orders fail in v2"
    """
    target, troubles = discover_for_kill(config_env)
    with spinner("killing", as_json) as tell:
        if direct:
            result = write_store(target, tell)
            record_direct(result, target, author=author(), reason=reason or "kill --direct")
        else:
            result = kill_release(target, author=author(), reason=reason or "kill", tell=tell)
    result.troubles[:0] = troubles
    require_done(result)
    # A direct kill is for outages: it does not count what waits to be merged.
    waiting = [] if result.store_written else waits(target)
    document = {"environment": target.environment, **result.as_json(), "waiting": told(waiting)}
    show(document, as_json, lambda console: _print(console, result, waiting))


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
