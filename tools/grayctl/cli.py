"""The `grayctl` command: assembles the commands and turns every user error into one line and an exit code."""

import gc
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from grayctl.command_table import CommandTable
from grayctl.errors import EXIT_NOT_CONFIRMED, UsageError, explain
from grayctl.output.screen import drop_unwritable_errors, err, show_error, usable_streams

EPILOG = (
    "Exit codes: 0 done, 1 a negative finding, 2 usage, 3 conflict with another operator, 4 release refused,"
    " 5 AWS or the stack is unreachable, 6 saved but not published, 7 not confirmed, 130 interrupted with Ctrl-C."
)


# As `--help` shows them. Each text repeats the command's docstring; a test compares them.
PANELS: Mapping[str, Mapping[str, str]] = {
    "Inspect": {
        "status": "Show the saved revision, the published one and what the edge answers.",
        "watch": "Watch lanes, traffic, alarms and the edge until Ctrl-C; with --json, one document per line.",
        "console": "Serve status and watch as a local web page until Ctrl-C; read-only without --allow-actions.",
        "lanes": "List the lanes and whether each is registered, adopted and live at the edge.",
        "traces": "Check in X-Ray that every trace stayed in one lane; show the hop where one did not.",
    },
    "Who gets gray": {
        "ramp": "Send this share of viewers to the gray lane (rule `ramp`); with --plan, step by step.",
        "preview": "Show which viewers a change would move, as decided by the edge function itself.",
        "explain": "Show which lane a viewer is in and why, by running the edge's own functions.",
        "plan": "Show the ramp plan, what it waits for and the evidence; or pause, resume, remove it or skip a wait.",
        "link": "Create a link that puts a browser into a gray lane, or takes it out.",
        "rule": "Manage the rules of the release; the first one that matches decides.",
        "list": "Manage user lists, which rules use with --when list=NAME.",
    },
    "The release and its state": {
        "apply": "Replace the current release with a file. Anything not in the file is removed.",
        "show": "Show a revision: its author, reason and whole release.",
        "history": "List the newest revisions: author, time and reason.",
        "diff": "Show the differences between two revisions. Exit code 1 if there are any.",
        "export": "Write a release to a file that `grayctl apply` accepts.",
        "undo": "Save an earlier release as a new revision. Does not undo a kill.",
        "pause": "Pause the release: the plan takes no steps, viewers stay in their lanes.",
        "resume": "Reactivate a paused, killed or finished release; the same viewers return to gray.",
        "finish": "Finish a release: send everybody to stable, if stable and gray run the same build.",
    },
    "When something is wrong": {
        "kill": "Send everybody to stable now. Never asks and is never refused.",
        "sync": "Publish the current revision to the edge again, invalidate caches and verify.",
        "rebuild": "Refill an empty KeyValueStore, or publish after a point-in-time restore of the config table.",
    },
    "The environment": {
        "estimate": "Estimate the monthly cost of a release, line by line, with each price and its source.",
        "keys": "Manage the keys that sign cookies, links and identities.",
        "data": "Show what isolated gray lanes wrote, and merge it into stable.",
        "site": "Upload the static files of a lane.",
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
    """Makes typer treat the app as a group of commands."""


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
        with suppress(OSError):  # the exit code reports it too
            show_error(known, as_json)
        return known.exit_code
    return result if isinstance(result, int) else 0


def _usage(error: TyperException) -> UsageError:
    """The parser's error as one of ours; its context, if any, names the command."""
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
