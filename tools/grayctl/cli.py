"""The `grayctl` command: assembles the commands and turns every user error into one line and an exit code."""

import gc
import sys
from collections.abc import Sequence
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from grayctl.commands import PANELS
from grayctl.errors import EXIT_NOT_CONFIRMED, UsageError, explain
from grayctl.lazy_commands import CommandTable
from grayctl.output.screen import drop_unwritable_errors, err, show_error, usable_streams
from grayctl.unrefusable import command_first

EPILOG = (
    "Exit codes: 0 done, 1 a negative finding, 2 usage, 3 conflict with another operator, 4 release refused,"
    " 5 AWS or the stack is unreachable, 6 saved but not published, 7 not confirmed, 130 interrupted with Ctrl-C."
)


class _Commands(CommandTable):
    panels = PANELS


app = typer.Typer(
    name="grayctl",
    cls=_Commands,
    help="Release a new version of a web application to some viewers first.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _every_command() -> None:
    """Makes typer treat the app as a group of commands."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    as_json = "--json" in arguments
    others = [name for panel in PANELS.values() for name in panel if name != "kill"]
    try:
        result = app(args=command_first(arguments, "kill", others), prog_name="grayctl", standalone_mode=False)
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
        with suppress(OSError):  # the exit code reports it too
            show_error(known, as_json)
        return known.exit_code
    return result if isinstance(result, int) else 0


def _usage(error: TyperException) -> UsageError:
    """A typer error as a UsageError; its context, if set, names the command for the `--help` hint."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "grayctl"
    return UsageError(error.format_message(), f"See: {command} --help")


def main() -> None:
    """Entry point of the console script."""
    # Code and AWS's service descriptions are hundreds of thousands of objects that are never freed.
    gc.set_threshold(100_000)
    usable_streams()
    code = run(sys.argv[1:])
    drop_unwritable_errors()
    sys.exit(code)
