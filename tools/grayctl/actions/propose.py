"""A change of the release: based on the revision read, validated as a whole, saved on that revision or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.history.revision import KILLED
from gray.history.revisions import Conflict, Revision, Revisions
from gray.release.origin import Origins
from gray.release.validation.problem import Problem
from grayctl.actions.author import VIA
from grayctl.document import edits
from grayctl.document.difference import Change, difference
from grayctl.document.edits import Document, with_state
from grayctl.errors import ConflictError, RefusedError
from grayctl.reading.release import Current, document_or_none, read_current, registered_lanes, revisions_of
from grayctl.stack.target import Target

if TYPE_CHECKING:
    from gray.release.document import Release


@dataclass(frozen=True)
class Edit:
    """One change of the release. `summary` is the default reason.

    `ids_only_added` tells for each changed user list whether no id was removed. `replaces`: the edit keeps nothing of
    the previous release, which may be unreadable.
    """

    apply: Callable[[Document], Document]
    summary: str
    ids_only_added: Mapping[str, bool] | None = None
    replaces: bool = False


def ramp_to(percent: float, lane: str | None = None) -> Edit:
    """Set the `ramp` rule to this share of viewers. Raises UsageError for an invalid percentage."""
    share = edits.checked_percent(percent)
    return Edit(lambda before: edits.ramp(before, share, lane), f"ramp {share:g} %")


@dataclass(frozen=True)
class Proposal:
    """A validated change that is not saved yet."""

    current: Current
    document: Document
    release: "Release"
    changes: list[Change]

    def notes(self) -> list[str]:
        """What is valid and yet hardly meant."""
        identity = self.release.identity
        changed = any(change.where.split(".")[0] in ("identity", "") for change in self.changes)
        if identity is None or not changed or any(source.startswith("cookie:") for source in identity.sources):
            return []
        return [
            f"browsers send no {', '.join(identity.sources)} with a page: pages are decided by the anonymous id in the"
            " cookie, and a list never matches them; their API calls follow the page. Name a cookie that documents get,"
            " if there is one"
        ]


def propose_edit(target: Target, edit: Edit) -> Proposal:
    """Apply the edit to HEAD, validated against the registered lanes. Raises RefusedError."""
    current = read_current(revisions_of(target), replaced=edit.replaces)
    return propose(current, edit.apply, lanes=registered_lanes(target))


def propose(
    current: Current, edit: Callable[[Document], Document], *, lanes: Mapping[str, Origins] | None = None
) -> Proposal:
    """Apply an edit and validate the result as a whole. `lanes` are the origins of the existing lanes; None: not known.

    A killed release stays killed whatever the edit does, as it will when saved.
    Raises RefusedError with every problem at once.
    """
    # The model imports pydantic, needed only to save a release.
    from gray.edge.check import InvalidRelease, read_release

    edited = edit(current.document)
    if current.head and current.head.killed:
        edited = with_state(edited, KILLED)
    try:
        release = read_release(edited, lanes=lanes)
    except InvalidRelease as error:
        raise RefusedError("the release is not valid; nothing was saved", findings=error.problems) from error
    document: Document = release.model_dump(mode="json", exclude_none=True, by_alias=True)
    return Proposal(current, document, release, difference(current.document, document))


def save(
    revisions: Revisions,
    proposal: Proposal,
    *,
    author: str,
    reason: str,
    ids_only_added: Mapping[str, bool] | None = None,
) -> Revision:
    """Save on the revision read. Raises ConflictError with the other operator's change."""
    try:
        return revisions.save(
            proposal.release,
            author=author,
            reason=reason,
            via=VIA,
            base=proposal.current.head,
            ids_only_added=ids_only_added,
        )
    except Conflict as conflict:
        raise conflict_with(proposal.current, conflict.theirs) from conflict


def conflict_with(current: Current, theirs: Revision | None) -> ConflictError:
    """The error that shows what another operator changed in the meantime."""
    if theirs is None:
        return ConflictError("the release was removed while you changed it", "See: grayctl history")
    changes = difference(current.document, document_or_none(theirs) or {})
    return ConflictError(
        f"revision {theirs.number} by {theirs.author} was saved after you read revision {current.revision}",
        "Look at it (grayctl show) and run your command again; it then builds on theirs.",
        [Problem(change.where, str(change)) for change in changes],
    )
