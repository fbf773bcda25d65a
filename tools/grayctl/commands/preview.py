"""`grayctl preview`: which viewers would move."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grayctl.actions.propose import propose
from grayctl.completion import complete_lane, complete_list
from grayctl.document import edits
from grayctl.document.file import read_document
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import bar, note, show
from grayctl.preview import access_logs, viewers
from grayctl.preview.asking import Preview, Question, ask, list_ids
from grayctl.preview.screen import print_moves
from grayctl.reading.release import Current, read_current, revisions_of
from grayctl.stack.target import Target, discover

_MADE_UP = 100_000


def preview(
    file: Annotated[Path | None, typer.Argument(help="A whole release, as for `grayctl apply`.")] = None,
    ramp: Annotated[float | None, typer.Option("--ramp", help="Instead of a file: this ramp, in percent.")] = None,
    lane: Annotated[
        str | None,
        typer.Option("--lane", help="With --ramp: the lane, as for `grayctl ramp`.", autocompletion=complete_lane),
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option(
            "--ids",
            help="Viewers: a file of ids as for `grayctl list put`, or a table with columns id, country, device, …",
        ),
    ] = None,
    user_list: Annotated[
        str | None, typer.Option("--list", help="Viewers: a user list of the release.", autocompletion=complete_list)
    ] = None,
    logs: Annotated[
        Path | None, typer.Option("--logs", help="Viewers: CloudFront standard logs, a file or a folder, .gz too.")
    ] = None,
    made_up: Annotated[
        int, typer.Option("--made-up", min=1, help="Viewers: this many random ids, if no others are given.")
    ] = _MADE_UP,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Show which viewers a change would move, as decided by the edge function itself.

    Example: grayctl preview --ramp 40 --logs access-logs/
    """
    if (file is None) == (ramp is None):
        raise UsageError("give a release file or --ramp", "See: grayctl preview --help")
    if sum(source is not None for source in (ids, user_list, logs)) > 1:
        raise UsageError("give one of --ids, --list and --logs", "See: grayctl preview --help")
    wanted = read_document(file, note) if file else None
    # Report a bad file before calling AWS.
    asked = viewers.from_file(ids, note) if ids else viewers.made_up(made_up)
    reading = access_logs.Reading() if logs else None
    if logs:
        access_logs.log_files(logs)
    target = discover(config_env)
    current = read_current(revisions_of(target))
    after = propose(current, lambda before: edits.ramp(before, ramp or 0, lane) if wanted is None else wanted).release
    if user_list is not None:
        asked = _from_list(target, current, user_list)
    if logs and reading:
        asked = access_logs.from_logs(logs, after.identity, reading, target.api_paths)
    with bar("asking the edge function", asked.total, as_json) as advance:
        found = ask(target, Question(current, after, asked, reading), advance)
    about = {
        "environment": target.environment,
        "revision": current.revision,
        "change": str(file) if file else f"ramp {ramp:g} %",
        "source": asked.source,
    }
    show({**about, **found.as_json()}, as_json, lambda console: _print(console, about, found))


def _from_list(target: Target, current: Current, name: str) -> viewers.Viewers:
    lists = current.document.get("lists", {})
    if name not in lists:
        raise UsageError(f"the release has no list {name!r}", f"It has: {', '.join(lists) or 'none'}.")
    return viewers.from_ids(list_ids(target, lists[name]["digest"]), f"list {name}", lists[name]["ids"])


def _print(console: Console, about: dict[str, object], found: Preview) -> None:
    console.print(f"from revision {about['revision']} to {about['change']}, for {about['source']}:", markup=False)
    console.print(f"{found.moves.moving:,} of {found.moves.viewers:,} would move  [dim]{found.seconds:.1f} s[/dim]")
    print_moves(console, found.moves, found.notes)
