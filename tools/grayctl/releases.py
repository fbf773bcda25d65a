"""Reading the current release, checking the next one, and saving it on the base it was made from."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.history.revision import KILLED, NoSuchRevision, read_document
from gray.history.revisions import Conflict, Head, Revision, Revisions
from gray.lanes.registration import read_parameters
from gray.release.validation.problem import Problem
from grayctl.difference import Change, difference
from grayctl.document import Document, has_its_form, new_document, with_state
from grayctl.errors import ConflictError, RefusedError, UsageError
from grayctl.target import Target

if TYPE_CHECKING:
    from gray.release.document import Release

VIA = "grayctl"
WAY_OUT = "Save a good one: grayctl apply FILE. Or go back to an earlier one: grayctl undo."


@dataclass(frozen=True)
class Current:
    """The head as read, the base of a change; `head` is None in an environment without any release."""

    head: Head | None
    document: Document

    @property
    def revision(self) -> int:
        """Number of the revision; 0 before the first."""
        return self.head.revision if self.head else 0


@dataclass(frozen=True)
class Proposal:
    """A change that passed validation and is not saved yet."""

    current: Current
    document: Document
    release: "Release"
    changes: list[Change]


def revisions_of(target: Target) -> Revisions:
    """The revisions of a stack's config table."""
    return Revisions(target.clients.dynamodb, target.config_table)


def document_of(revision: Revision) -> Document:
    """What a revision says, as it was saved, with the state that is in force.

    Taken from the text and not through the model: a revision that is no longer valid must still be shown.
    Raises RefusedError when the text is not a document at all.
    """
    try:
        document = read_document(revision.document or "{}")
    except ValueError as error:
        raise RefusedError(f"revision {revision.number} holds no readable release", WAY_OUT) from error
    if not has_its_form(document):
        raise RefusedError(f"revision {revision.number} holds no release", WAY_OUT)
    return {**document, "state": revision.state}


def document_or_none(revision: Revision) -> Document | None:
    """As `document_of`, for where an unreadable release is no reason to stop."""
    try:
        return document_of(revision)
    except RefusedError:
        return None


def read_current(revisions: Revisions, *, replaced: bool = False) -> Current:
    """Head and its document; a fresh release when there is none yet, or when a kill came before any.

    `replaced` is for a change that keeps nothing of it: what cannot be read is then empty. Else RefusedError is raised.
    """
    head = revisions.head()
    if head is None:
        return Current(None, new_document())
    try:
        document = document_of(revisions.at(head))
    except NoSuchRevision as gone:
        if not replaced:
            raise RefusedError(f"revision {head.revision}, which HEAD names, is gone", WAY_OUT) from gone
        return Current(head, {})
    except RefusedError:
        if not replaced:
            raise
        return Current(head, {})
    if "salt" not in document:
        document = {**new_document(), **document}
    return Current(head, document)


def registered_lanes(target: Target) -> frozenset[str]:
    """The lanes whose stacks have registered them: a rule can lead to no other."""
    return frozenset(read_parameters(target.clients.ssm, target.parameter_prefix).registrations)


def propose(
    current: Current, edit: Callable[[Document], Document], *, lanes: Collection[str] | None = None
) -> Proposal:
    """Apply an edit and check the result as a whole. `lanes` are those that exist; None: not checked.

    A killed release stays killed whatever the edit says, as it will when it is saved.
    Raises RefusedError with every problem at once.
    """
    # The model brings pydantic, which only a release that is to be saved needs.
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
    """Save on the base that was read. Raises ConflictError with what the other operator changed."""
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


def read_revision(revisions: Revisions, number: int | None) -> Revision:
    """One revision; the current one without a number. Raises UsageError when there is no such revision."""
    head = revisions.head()
    if head is None:
        raise UsageError("there is no release here yet", "Make the first one: grayctl ramp 1, or grayctl apply FILE.")
    wanted = head.revision if number is None else number
    if not 1 <= wanted <= head.revision:
        raise UsageError(f"there is no revision {wanted}", f"The newest is {head.revision}.")
    return revisions.get(wanted)


def conflict_with(current: Current, theirs: Revision | None) -> ConflictError:
    """The error that shows an operator what another one did meanwhile."""
    if theirs is None:
        return ConflictError("the release was removed while you changed it", "Look with: grayctl history.")
    changes = difference(current.document, document_or_none(theirs) or {})
    return ConflictError(
        f"revision {theirs.number} by {theirs.author} was saved after you read revision {current.revision}",
        "Look at it (grayctl show) and give your command again; it then builds on theirs.",
        [Problem(change.where, str(change)) for change in changes],
    )
