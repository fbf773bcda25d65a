"""`grayctl watch`: live view of an environment."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.live import Live as Refreshed
from rich.text import Text

from grayctl.errors import EXIT_OK, GrayctlError, explain
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.live_screen import Screen
from grayctl.output.screen import error_document, out, show_error, spinner, write_json
from grayctl.periods import parse_period
from grayctl.reading.live import Live, read_live
from grayctl.reading.signing import debug_header
from grayctl.stack.target import Target, discover

_LONGEST = 3600


def watch(
    every: Annotated[str, typer.Option("--every", help="Refresh interval: 2s, 30s, 5min.")] = "5s",
    once: Annotated[bool, typer.Option("--once", help="Print once and exit.")] = False,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """Watch lanes, traffic, alarms and the edge until Ctrl-C; with --json, one document per line.

    Example: grayctl watch --config-env prod --every 10s
    """
    seconds = parse_period(every, longest=_LONGEST)
    target = discover(config_env)
    with spinner("reading", as_json):
        first = _look(target)
    seen = looks(first, lambda: _look(target), lambda: time.sleep(seconds), once)
    try:
        if as_json:
            _print_lines(seen)
        elif once or not out().is_terminal:
            _print_each(seen)
        else:
            _refresh(first, seen)
    except KeyboardInterrupt:
        pass
    return EXIT_OK


def _look(target: Target) -> Live:
    return read_live(target, debug_header(target))


def looks(first: Live, look: Callable[[], Live], wait: Callable[[], None], once: bool) -> Iterator[Live | GrayctlError]:
    """The first reading, then one after each wait. A failed reading is yielded as an error; watching continues."""
    yield first
    while not once:
        wait()
        try:
            seen: Live | GrayctlError = look()
        except (ClientError, BotoCoreError, GrayctlError) as error:
            known = explain(error)
            if known is None:
                raise
            seen = known
        yield seen


def _print_lines(seen: Iterable[Live | GrayctlError]) -> None:
    for look in seen:
        document = look.as_json() if isinstance(look, Live) else error_document(look)
        write_json(document, indent=None)


def _print_each(seen: Iterable[Live | GrayctlError]) -> None:
    for number, look in enumerate(seen):
        if number:
            out().print()
        if isinstance(look, Live):
            out().print(Screen(look), soft_wrap=False)
        else:
            show_error(look, False)


def _refresh(first: Live, seen: Iterable[Live | GrayctlError]) -> None:
    """Refresh the screen. If a reading fails, the last one stays and the error is printed below it."""
    with Refreshed(Screen(first), console=out(), auto_refresh=False, screen=True) as screen:
        for look in seen:
            if isinstance(look, Live):
                screen.update(Screen(look), refresh=True)
            else:
                screen.console.print(Text(f"! {look}", style="yellow"))
