"""The `grayctl` command: assembles the commands and turns every user's mistake into one line and an exit code."""

import gc
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from grayctl.command_table import CommandTable
from grayctl.errors import EXIT_NOT_CONFIRMED, UsageError, explain
from grayctl.output.screen import drop_unwritable_errors, err, show_error, usable_streams
from grayctl.unrefusable import command_first

EPILOG = (
    "Exit codes: 0 done, 1 a negative finding, 2 usage, 3 conflict with another operator, 4 release refused,"
    " 5 AWS or the stack cannot be reached, 6 saved but not published, 7 not confirmed, 130 interrupted with Ctrl-C."
)


# As `--help` shows them. What a command says of itself is in its docstring, too: a test compares them.
PANELS: Mapping[str, Mapping[str, str]] = {
    "Inspect": {
        "status": "Show what is wanted, what is published and what the edge answers.",
        "watch": "Watch lanes, traffic, alarms and the edge's revision until Ctrl-C; with --json, a document per line.",
        "console": "Serve status and watch as a local web page until Ctrl-C; read-only unless actions are allowed.",
        "lanes": "List the lanes: registered by their stacks, adopted by this one, live at the edge.",
        "traces": "Check in X-Ray that every trace stayed in one lane; name the hop where one did not.",
    },
    "Who gets gray": {
        "ramp": "Send this share of viewers to the gray lane, by the rule named `ramp`; with --plan, step by step.",
        "preview": "Show who would move to which lane before anything changes, as the edge function itself decides.",
        "explain": "Show which lane a viewer is in and why, by running the edge's own functions.",
        "plan": "Show the ramp plan, what it waits for and the evidence; or pause, resume, skip a wait, remove it.",
        "link": "Make a link that puts a browser into a gray lane, or out of it.",
        "rule": "The rules of the release: the first one that matches decides.",
        "list": "User lists, asked by rules with --when list=NAME.",
    },
    "The release and its state": {
        "apply": "Make a file the current release. What is not in the file is not in the release.",
        "show": "Show a revision: who made it, why, and the whole release.",
        "history": "List the newest revisions: who, when, why.",
        "diff": "Show what differs between two revisions. Exit code 1 when something does.",
        "export": "Write a release as a file that `grayctl apply` takes.",
        "undo": "Go back to an earlier release, as a new revision. Does not undo a kill.",
        "pause": "Pause the release: no plan steps; everybody stays where they are.",
        "resume": "Make a paused, killed or finished release active again; the same people come back to gray.",
        "finish": "Finish a release once gray has become stable: everybody to stable, if both run the same build.",
    },
    "When something is wrong": {
        "kill": "Send everybody to stable now. Never asks and is never refused.",
        "sync": "Publish the current revision to the edge again, invalidate caches and verify.",
        "rebuild": "Fill an emptied KeyValueStore, or publish after the config table was restored to an earlier time.",
    },
    "The environment": {
        "estimate": "Estimate what a release costs a month, line by line, with each price and its source.",
        "keys": "The keys that sign cookies, links and identities.",
        "data": "What isolated gray lanes wrote, and how to merge it into stable.",
        "site": "The static files of a lane.",
    },
}


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
    """typer makes a group of several commands only when it knows of them, or has this."""


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
    # Code and AWS's descriptions of its services are objects by the hundred thousand, all of which stay.
    gc.set_threshold(100_000)
    usable_streams()
    code = run(sys.argv[1:])
    drop_unwritable_errors()
    sys.exit(code)
