"""One module per command: `grayctl NAME` is the function NAME of the module NAME, or its `app` for a group of commands.

Each parses, calls the module that does the work, and prints. A command's module is imported when it is given.
"""

from collections.abc import Mapping

# As `--help` shows them. Each text repeats the command's docstring; a test compares them.
PANELS: Mapping[str, Mapping[str, str]] = {
    "Your application": {
        "init": "Write graylane.toml for your application, from its template, and say what `grayctl doctor` finds.",
        "doctor": "Say what stands in the way of your application: reads template and built files, asks no account.",
        "attach": "Print what to add to a distribution that exists already, so that Graylane decides in front of it.",
        "platform": "Deploy and destroy the platform of your own application.",
        "lane": "Show, register, deploy and remove the lanes of an environment.",
    },
    "Inspect": {
        "status": "Show the saved revision, the published one and what the edge answers.",
        "watch": "Watch lanes, traffic, alarms and the edge until Ctrl-C; with --json, one document per line.",
        "console": "Serve status and watch as a local web page until Ctrl-C; read-only without --allow-actions.",
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
        "site": "Upload the static files of a lane, and delete old ones.",
    },
}
