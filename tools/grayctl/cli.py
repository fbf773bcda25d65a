"""The `grayctl` command: assembles the commands and turns every user's mistake into one line and an exit code."""

import gc
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from grayctl.command_table import CommandTable, Entry
from grayctl.errors import EXIT_NOT_CONFIRMED, UsageError, explain
from grayctl.screen import drop_unwritable_errors, err, show_error, usable_streams

EPILOG = (
    "Exit codes: 0 done, 1 a negative finding, 2 usage, 3 conflict with another operator, 4 release refused,"
    " 5 AWS or the stack cannot be reached, 6 saved but not published, 7 not confirmed, 130 broken off with Ctrl-C."
)


# As `--help` shows them. What a command says of itself is in its docstring, too: a test compares them.
PANELS: Mapping[str, Sequence[Entry]] = {
    "Look": (
        Entry(
            "status",
            "looking:status",
            "Show what is wanted, what is published and what the edge answers.",
        ),
        Entry(
            "watch",
            "watching:watch",
            "Watch lanes, traffic, the revision at the edge and alarms, until Ctrl-C. With --json, a document a line.",
        ),
        Entry(
            "console",
            "consoling:console",
            "Serve status and watch as a page on this machine, until Ctrl-C; it only looks, unless told otherwise.",
        ),
        Entry(
            "lanes",
            "looking:lanes",
            "List the lanes: registered by their stacks, adopted by this one, live at the edge.",
        ),
        Entry(
            "traces",
            "looking:traces",
            "Check in X-Ray that every trace stayed in one lane; name the hop where one did not.",
        ),
    ),
    "Who gets gray": (
        Entry(
            "ramp",
            "ramping:ramp",
            "Bring this share of the viewers to the gray lane, by the rule named `ramp`; with --plan, step by step.",
        ),
        Entry(
            "preview",
            "previewing:preview",
            "Say who would move to which lane, before anything is changed; the edge function itself is asked.",
        ),
        Entry(
            "explain",
            "explaining:explain_viewer",
            "Say in which lane a viewer is, and why: the edge's own answer, by its own functions.",
        ),
        Entry(
            "plan",
            "planning:plan",
            "Show the ramp plan, what it waits for and the evidence; or pause, resume, skip a wait, remove it.",
        ),
        Entry(
            "link",
            "linking:link",
            "Make a link that puts a browser into a gray lane, or out of it.",
        ),
        Entry(
            "rule",
            "rules:rule_app",
            "The rules of the release: the first one that matches decides.",
        ),
        Entry("list", "lists:list_app", "User lists, asked by rules with --when list=NAME."),
    ),
    "The release and its state": (
        Entry(
            "apply",
            "revisions:apply",
            "Make a file the current release. What is not in the file is not in the release.",
        ),
        Entry(
            "show",
            "revisions:show_revision",
            "Show a revision: who made it, why, and the whole release.",
        ),
        Entry("history", "revisions:history", "List the newest revisions: who, when, why."),
        Entry(
            "diff",
            "revisions:diff",
            "Show what differs between two revisions. Exit code 1 when something does.",
        ),
        Entry("export", "revisions:export", "Write a release as a file that `grayctl apply` takes."),
        Entry(
            "undo",
            "states:undo",
            "Go back to an earlier release, as a new revision. Never un-kills.",
        ),
        Entry(
            "pause",
            "states:pause",
            "Pause the release: no plan steps; everybody stays where they are.",
        ),
        Entry(
            "resume",
            "states:resume",
            "Make a paused, killed or finished release active again; the same people come back to gray.",
        ),
        Entry(
            "finish",
            "states:finish",
            "End a release whose gray version has become stable: everybody to stable, once both run the same build.",
        ),
    ),
    "When the edge is not as it should be": (
        Entry("kill", "sync:kill", "Send everybody to stable, now. Never asks and is never refused."),
        Entry(
            "sync",
            "sync:sync",
            "Publish the current revision to the edge again, invalidate caches and verify.",
        ),
        Entry(
            "rebuild",
            "sync:rebuild",
            "Fill an emptied KeyValueStore again, or publish after the config table was restored to an earlier time.",
        ),
    ),
    "The environment": (
        Entry(
            "estimate",
            "estimating:estimate",
            "Estimate what a release costs a month, line by line, with each price and its source.",
        ),
        Entry("keys", "keys:keys_app", "The keys that sign cookies, links and identities."),
        Entry("data", "data:data_app", "What isolated gray lanes wrote, and the way home for it."),
        Entry("site", "site:site_app", "The static files of a lane."),
    ),
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
    # Code and AWS's descriptions of its services are objects by the hundred thousand, all of which stay.
    gc.set_threshold(100_000)
    usable_streams()
    code = run(sys.argv[1:])
    drop_unwritable_errors()
    sys.exit(code)
