"""The `grayctl` command: assembles the commands and turns every user's mistake into one line and an exit code."""

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from grayctl.commands import estimating, linking, looking, planning, previewing, ramping, revisions, states, sync
from grayctl.commands.data import data_app
from grayctl.commands.keys import keys_app
from grayctl.commands.lists import list_app
from grayctl.commands.rules import rule_app
from grayctl.commands.site import site_app
from grayctl.errors import EXIT_NOT_CONFIRMED, UsageError, explain
from grayctl.screen import err, show_error

EPILOG = (
    "Exit codes: 0 done, 1 a negative finding, 2 usage, 3 conflict with another operator, 4 release refused,"
    " 5 AWS or the stack cannot be reached, 6 saved but not published, 7 not confirmed."
)

app = typer.Typer(
    name="grayctl",
    help="Release a new version of a web application to some viewers first.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(looking.status)
app.command()(looking.lanes)
app.command()(looking.traces)
app.command()(ramping.ramp)
app.command()(previewing.preview)
app.command()(planning.plan)
app.add_typer(rule_app, name="rule")
app.add_typer(list_app, name="list")
app.command()(linking.link)
app.command()(revisions.apply)
app.command("show")(revisions.show_revision)
app.command()(revisions.history)
app.command()(revisions.diff)
app.command()(revisions.export)
app.command()(states.undo)
app.command()(states.pause)
app.command()(states.resume)
app.command()(states.finish)
app.command()(sync.kill)
app.command()(sync.sync)
app.command()(sync.rebuild)
app.command()(estimating.estimate)
app.add_typer(keys_app, name="keys")
app.add_typer(data_app, name="data")
app.add_typer(site_app, name="site")


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
    sys.exit(run(sys.argv[1:]))
