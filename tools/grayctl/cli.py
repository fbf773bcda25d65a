"""The `grayctl` command: assembles the commands and turns every user's mistake into one line and an exit code."""

import sys
from collections.abc import Sequence
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from grayctl.commands import (
    consoling,
    estimating,
    explaining,
    linking,
    looking,
    planning,
    previewing,
    ramping,
    revisions,
    states,
    sync,
    watching,
)
from grayctl.commands.data import data_app
from grayctl.commands.keys import keys_app
from grayctl.commands.lists import list_app
from grayctl.commands.rules import rule_app
from grayctl.commands.site import site_app
from grayctl.errors import EXIT_NOT_CONFIRMED, UsageError, explain
from grayctl.screen import err, show_error, usable_streams

EPILOG = (
    "Exit codes: 0 done, 1 a negative finding, 2 usage, 3 conflict with another operator, 4 release refused,"
    " 5 AWS or the stack cannot be reached, 6 saved but not published, 7 not confirmed, 130 broken off with Ctrl-C."
)

app = typer.Typer(
    name="grayctl",
    help="Release a new version of a web application to some viewers first.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_LOOK, _WHO, _STATE = "Look", "Who gets gray", "The release and its state"
_EDGE, _REST = "When the edge is not as it should be", "The environment"

app.command(rich_help_panel=_LOOK)(looking.status)
app.command(rich_help_panel=_LOOK)(watching.watch)
app.command(rich_help_panel=_LOOK)(consoling.console)
app.command(rich_help_panel=_LOOK)(looking.lanes)
app.command(rich_help_panel=_LOOK)(looking.traces)
app.command(rich_help_panel=_WHO)(ramping.ramp)
app.command(rich_help_panel=_WHO)(previewing.preview)
app.command("explain", rich_help_panel=_WHO)(explaining.explain_viewer)
app.command(rich_help_panel=_WHO)(planning.plan)
app.add_typer(rule_app, name="rule", rich_help_panel=_WHO)
app.add_typer(list_app, name="list", rich_help_panel=_WHO)
app.command(rich_help_panel=_WHO)(linking.link)
app.command(rich_help_panel=_STATE)(revisions.apply)
app.command("show", rich_help_panel=_STATE)(revisions.show_revision)
app.command(rich_help_panel=_STATE)(revisions.history)
app.command(rich_help_panel=_STATE)(revisions.diff)
app.command(rich_help_panel=_STATE)(revisions.export)
app.command(rich_help_panel=_STATE)(states.undo)
app.command(rich_help_panel=_STATE)(states.pause)
app.command(rich_help_panel=_STATE)(states.resume)
app.command(rich_help_panel=_STATE)(states.finish)
app.command(rich_help_panel=_EDGE)(sync.kill)
app.command(rich_help_panel=_EDGE)(sync.sync)
app.command(rich_help_panel=_EDGE)(sync.rebuild)
app.command(rich_help_panel=_REST)(estimating.estimate)
app.add_typer(keys_app, name="keys", rich_help_panel=_REST)
app.add_typer(data_app, name="data", rich_help_panel=_REST)
app.add_typer(site_app, name="site", rich_help_panel=_REST)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    as_json = "--json" in arguments
    try:
        result = app(args=list(arguments), prog_name="grayctl", standalone_mode=False)
    except typer.Abort:
        err().print("nothing was changed")
        return EXIT_NOT_CONFIRMED
    except TyperException as error:
        wrong = _usage(error)
        show_error(wrong, as_json)
        return wrong.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        known = explain(error)
        if known is None:
            raise
        with suppress(OSError):  # the exit code says it too
            show_error(known, as_json)
        return known.exit_code
    return result if isinstance(result, int) else 0


def _usage(error: TyperException) -> UsageError:
    """The parser's complaint in our form; the command it was about is in its context, where it has one."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "grayctl"
    return UsageError(error.format_message(), f"See: {command} --help")


def main() -> None:
    """Entry point of the console script."""
    usable_streams()
    sys.exit(run(sys.argv[1:]))
