"""Commands that change the release's state or go back: undo, pause, resume, finish."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from gray.history.revision import check_restate
from gray.history.revisions import Conflict, Head, Revision, Revisions
from grayctl.author import author
from grayctl.builds import differing_builds, read_builds
from grayctl.commands.carrying import Manner, ask_first, finish_change, show_dry_run
from grayctl.difference import difference
from grayctl.document import Document
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK, UsageError
from grayctl.gray_data import waits
from grayctl.options import AsJson, ConfigEnv, DryRun, NoWait, Reason, Yes
from grayctl.releases import conflict_with, document_of, read_current, revisions_of
from grayctl.screen import show, spinner
from grayctl.target import discover

Write = Callable[[Revisions, Head | None, str, str], Revision]


@dataclass(frozen=True)
class _Step:
    """One change of state: how it is written, and what it will look like."""

    name: str
    write: Write
    state: str


def undo(
    to: Annotated[int | None, typer.Option("--to", help="Revision to go back to; the one before if left out.")] = None,
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Go back to an earlier release, as a new revision. Never un-kills.

    Example: grayctl undo --to 11
    """
    manner = Manner(config_env, as_json, dry_run, yes, not no_wait, reason)

    def write(revisions: Revisions, base: Head | None, who: str, why: str) -> Revision:
        return revisions.undo(author=who, reason=why, via="grayctl", base=base, to=to)

    _carry_out(_Step("undo" if to is None else f"undo --to {to}", write, ""), manner, back_to=to)


def pause(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Pause the release: no plan steps; everybody stays where they are.

    Example: grayctl pause -m "weekend"
    """
    manner = Manner(config_env, as_json, dry_run, yes, not no_wait, reason)

    def write(revisions: Revisions, base: Head | None, who: str, why: str) -> Revision:
        return revisions.pause(author=who, reason=why, via="grayctl", base=base)

    _carry_out(_Step("pause", write, "paused"), manner)


def resume(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Make a paused, killed or finished release active again; the same people come back to gray.

    Example: grayctl resume -m "fixed in build 3f2a"
    """
    manner = Manner(config_env, as_json, dry_run, yes, not no_wait, reason)

    def write(revisions: Revisions, base: Head | None, who: str, why: str) -> Revision:
        return revisions.resume(author=who, reason=why, via="grayctl", base=base)

    _carry_out(_Step("resume", write, "active"), manner)


def finish(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> int:
    """End a release whose gray version has become stable: everybody to stable, once both run the same build.

    Exit code 1 when the builds differ; nothing is changed then.

    Example: grayctl finish --config-env prod
    """
    target = discover(config_env)
    current = read_current(revisions_of(target))
    with spinner("asking each lane for its build", as_json):
        builds = read_builds(target, current.document.get("lanes", []))
    wrong = differing_builds(builds)
    if wrong:
        document = {"environment": target.environment, "builds": builds, "differences": wrong}
        show(document, as_json, lambda console: console.print("\n".join(f"! {line}" for line in wrong), markup=False))
        return EXIT_NEGATIVE
    manner = Manner(config_env, as_json, dry_run, yes, not no_wait, reason)

    def write(revisions: Revisions, base: Head | None, who: str, why: str) -> Revision:
        return revisions.finish(author=who, reason=why, via="grayctl", base=base)

    _carry_out(_Step("finish", write, "finished"), manner, tell_waits=True)
    return EXIT_OK


def _carry_out(step: _Step, manner: Manner, back_to: int | None = None, *, tell_waits: bool = False) -> None:
    target = discover(manner.config_env)
    revisions = revisions_of(target)
    current = read_current(revisions, replaced=not step.state)
    if current.head is None:
        raise UsageError("there is no release here yet", "Make the first one: grayctl ramp 1, or grayctl apply FILE.")
    changes = difference(current.document, _expected(step, revisions, revisions.at_or_bare(current.head), back_to))
    if manner.dry_run:
        show_dry_run(target, manner, current.revision, changes)
        return
    ask_first(target, manner, changes)
    try:
        revision = step.write(revisions, current.head, author(), manner.reason or step.name)
    except Conflict as conflict:
        raise conflict_with(current, conflict.theirs) from conflict
    made = difference(current.document, document_of(revision))
    finish_change(target, manner, made, revision, waits(target) if tell_waits else None)


def _expected(step: _Step, revisions: Revisions, current: Revision, back_to: int | None) -> Document:
    """The release as it will be, for the question and for --dry-run, by the rules of the write itself.

    Raises NotPossible where the write would.
    """
    if step.state:
        check_restate(current, step.state)
        return {**document_of(current), "state": step.state}
    if back_to is not None and not 1 <= back_to <= current.number:
        raise UsageError(f"there is no revision {back_to}", f"The newest is {current.number}.")
    return document_of(revisions.undone(current, back_to))
