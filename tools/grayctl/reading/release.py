"""The release as it stands: HEAD, a revision, the document that it holds, and the lanes that there are."""

from dataclasses import dataclass
from typing import Any

from gray.history.revision import NoSuchRevision, read_document
from gray.history.revisions import Head, Revision, Revisions
from gray.lanes.registration import read_parameters
from grayctl.document.edits import Document, has_its_form, new_document
from grayctl.errors import RefusedError, UsageError
from grayctl.stack.target import Target

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


def read_revision(revisions: Revisions, number: int | None) -> Revision:
    """One revision; the current one without a number. Raises UsageError when there is no such revision."""
    head = revisions.head()
    if head is None:
        raise UsageError("there is no release here yet", "Make the first one: grayctl ramp 1, or grayctl apply FILE.")
    wanted = head.revision if number is None else number
    if not 1 <= wanted <= head.revision:
        raise UsageError(f"there is no revision {wanted}", f"The newest is {head.revision}.")
    return revisions.get(wanted)


def facts(revision: Revision) -> dict[str, Any]:
    """What a revision is but for its release, as plain values for --json and the console."""
    return {key: value for key, value in vars(revision).items() if key not in ("document", "id", "cause")}
