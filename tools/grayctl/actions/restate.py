"""Changes of the release's state: pause, resume, finish, and going back to an earlier revision."""

from dataclasses import dataclass

from gray.history.revision import ACTIVE, FINISHED, PAUSED, check_restate
from gray.history.revisions import Conflict, Revision, Revisions
from grayctl.actions.author import VIA, author
from grayctl.actions.propose import conflict_with
from grayctl.document.difference import Change, difference
from grayctl.document.edits import Document
from grayctl.errors import UsageError
from grayctl.reading.release import Current, document_of, read_current


@dataclass(frozen=True)
class Restatement:
    """`state` is the new state; empty for an undo, which goes back to `back_to`, or by one revision."""

    name: str
    state: str = ""
    back_to: int | None = None


PAUSE = Restatement("pause", PAUSED)
RESUME = Restatement("resume", ACTIVE)
FINISH = Restatement("finish", FINISHED)


def undo_to(revision: int | None) -> Restatement:
    """Back to this revision; by default to the previous one."""
    return Restatement("undo" if revision is None else f"undo --to {revision}", back_to=revision)


def planned(step: Restatement, revisions: Revisions) -> tuple[Current, list[Change]]:
    """The current release and the change. Raises UsageError without a release, NotPossible if the write would."""
    current = read_current(revisions, replaced=not step.state)
    if current.head is None:
        raise UsageError("there is no release yet", "Create the first one: grayctl ramp 1, or grayctl apply FILE.")
    expected = _expected(step, revisions, revisions.at_or_bare(current.head))
    return current, difference(current.document, expected)


def write_state(step: Restatement, revisions: Revisions, current: Current, reason: str) -> Revision:
    """Save it on the revision read. Raises ConflictError with another operator's change."""
    why = reason or step.name
    writes = {PAUSED: revisions.pause, ACTIVE: revisions.resume, FINISHED: revisions.finish}
    try:
        if step.state:
            return writes[step.state](author=author(), reason=why, via=VIA, base=current.head)
        return revisions.undo(author=author(), reason=why, via=VIA, base=current.head, to=step.back_to)
    except Conflict as conflict:
        raise conflict_with(current, conflict.theirs) from conflict


def _expected(step: Restatement, revisions: Revisions, current: Revision) -> Document:
    """The resulting release, for confirmation and --dry-run, computed as the write itself does."""
    if step.state:
        check_restate(current, step.state)
        return {**document_of(current), "state": step.state}
    if step.back_to is not None and not 1 <= step.back_to <= current.number:
        raise UsageError(f"revision {step.back_to} does not exist", f"The newest is {current.number}.")
    return document_of(revisions.undone(current, step.back_to))
