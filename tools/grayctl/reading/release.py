"""The current release: HEAD, a revision, its document, and the registered lanes."""

from dataclasses import dataclass
from typing import Any

from gray.history.revision import NoSuchRevision, read_document
from gray.history.revisions import Head, Revision, Revisions
from gray.lanes.parameters import read_parameters
from gray.release.origin import Origins
from grayctl.document.edits import Document, has_its_form, new_document
from grayctl.errors import RefusedError, UsageError
from grayctl.stack.target import Target

WAY_OUT = "Save a valid one: grayctl apply FILE. Or go back to an earlier one: grayctl undo."


@dataclass(frozen=True)
class Current:
    """HEAD as read, the base of a change; `head` is None in an environment without a release."""

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
    """A revision's document as saved, with the state in force.

    Parsed without the model: a revision that is no longer valid must still be shown.
    Raises RefusedError if the text is not a document at all.
    """
    try:
        document = read_document(revision.document or "{}")
    except ValueError as error:
        raise RefusedError(f"revision {revision.number} holds no readable release", WAY_OUT) from error
    if not has_its_form(document):
        raise RefusedError(f"revision {revision.number} holds no release", WAY_OUT)
    return {**document, "state": revision.state}


def document_or_none(revision: Revision) -> Document | None:
    """As `document_of`, but an unreadable release is not an error."""
    try:
        return document_of(revision)
    except RefusedError:
        return None


def read_current(revisions: Revisions, *, replaced: bool = False) -> Current:
    """HEAD and its document; a new release if there is none yet, or if a kill came first.

    `replaced`: the change keeps nothing of it, so an unreadable document is empty instead of a RefusedError.
    """
    head = revisions.head()
    if head is None:
        return Current(None, new_document())
    try:
        document = document_of(revisions.at(head))
    except NoSuchRevision as gone:
        if not replaced:
            raise RefusedError(f"HEAD's revision {head.revision} is missing", WAY_OUT) from gone
        return Current(head, {})
    except RefusedError:
        if not replaced:
            raise
        return Current(head, {})
    if "salt" not in document:
        document = {**new_document(), **document}
    return Current(head, document)


def registered_lanes(target: Target) -> dict[str, Origins]:
    """The lanes registered by their stacks, with their origins: rules can lead only to these."""
    registrations = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    return {lane: registration.origins for lane, registration in registrations.items()}


def read_revision(revisions: Revisions, number: int | None) -> Revision:
    """One revision; the current one without a number. Raises UsageError if it does not exist."""
    head = revisions.head()
    if head is None:
        raise UsageError("there is no release yet", "Create the first one: grayctl ramp 1, or grayctl apply FILE.")
    wanted = head.revision if number is None else number
    if not 1 <= wanted <= head.revision:
        raise UsageError(f"revision {wanted} does not exist", f"The newest is {head.revision}.")
    return revisions.get(wanted)


def facts(revision: Revision) -> dict[str, Any]:
    """A revision without its release, as plain values for --json and the console."""
    return {key: value for key, value in vars(revision).items() if key not in ("document", "id", "cause")}
