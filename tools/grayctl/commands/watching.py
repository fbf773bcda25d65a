"""`grayctl watch`: the environment, live."""

import json
import sys
import time
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.live import Live as Refreshed
from rich.text import Text

from grayctl.errors import EXIT_OK, GrayctlError
from grayctl.live import Live, read_live
from grayctl.live_screen import Screen
from grayctl.options import AsJson, ConfigEnv
from grayctl.periods import parse_period
from grayctl.screen import out, spinner
from grayctl.signing import debug_header
from grayctl.target import Target, discover

_LONGEST = 3600


def watch(
    every: Annotated[str, typer.Option("--every", help="How often to look: 2s, 30s, 5min.")] = "5s",
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> int:
    """Watch lanes, traffic, the revision at the edge and alarms, until Ctrl-C. With --json, a document a line.

    Example: grayctl watch --config-env prod --every 10s
    """
    seconds = parse_period(every, longest=_LONGEST)
    target = discover(config_env)
    with spinner("reading", as_json):
        look = _look(target)
    try:
        if as_json:
            _print_lines(target, look, seconds, once)
        elif once or not out().is_terminal:
            _print_each(target, look, seconds, once)
        else:
            _refresh(target, look, seconds)
    except KeyboardInterrupt:
        pass
    return EXIT_OK


def _look(target: Target) -> Live:
    return read_live(target, debug_header(target))


def _print_lines(target: Target, look: Live, seconds: int, once: bool) -> None:
    while True:
        sys.stdout.write(json.dumps(look.as_json(), ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
        if once:
            return
        time.sleep(seconds)
        look = _look(target)


def _print_each(target: Target, look: Live, seconds: int, once: bool) -> None:
    while True:
        out().print(Screen(look), soft_wrap=False)
        if once:
            return
        time.sleep(seconds)
        out().print()
        look = _look(target)


def _refresh(target: Target, look: Live, seconds: int) -> None:
    """The screen stays when a look fails: what was seen last is worth more than an error, which is told below it."""
    with Refreshed(Screen(look), console=out(), auto_refresh=False, screen=True) as screen:
        while True:
            time.sleep(seconds)
            try:
                look = _look(target)
                screen.update(Screen(look), refresh=True)
            except (ClientError, BotoCoreError, GrayctlError) as error:
                screen.console.print(Text(f"! {error}", style="yellow"))
