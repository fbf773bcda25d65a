"""A revision and HEAD as plain values, their form in the config table, and what can go wrong with them.

Errors, all under `RevisionError`:

    RevisionError
    |- Conflict            HEAD moved since `base` was read; `.theirs` is what it moved to
    |- NoSuchRevision      a number that was never written
    |- NotPossible         an operation that HEAD's state does not allow (resume of an active release)
    `- AlreadyDone         the cause of this change (one alarm's state change) was acted on before
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from gray.dynamodb_values import Plain, readable_of_item, to_item, to_value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gray.release.document import Release

__all__ = [
    "ACTIVE",
    "FINISHED",
    "KILLED",
    "PAUSED",
    "AlreadyDone",
    "Conflict",
    "Head",
    "NoSuchRevision",
    "NotPossible",
    "Revision",
    "RevisionError",
    "cause_item",
    "check_restate",
    "head_of",
    "item_of",
    "read_document",
    "revision_of",
    "text_of",
    "transaction",
]

# The names of gray.release.document.State, here as plain text: a kill must not need pydantic.
ACTIVE, PAUSED, KILLED, FINISHED = "active", "paused", "killed", "finished"
_STATES = (ACTIVE, PAUSED, KILLED, FINISHED)
# The edge's engine counts exactly up to here.
_TOO_BIG = 2**53
_HEAD = ("revision", "epoch", "state")


@dataclass(frozen=True)
class Head:
    """What HEAD says: the current revision's number, its epoch and state, and who killed it, if it is killed.

    `broken` says what is wrong with its item, where something is; the newest revision then stands in for that. `item`
    is the item as it was read (empty: there is none), for the condition under which it may be replaced.
    """

    revision: int
    epoch: int
    state: str
    killed_by: str = ""
    broken: tuple[str, ...] = ()
    item: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def killed(self) -> bool:
        return self.state == KILLED


@dataclass(frozen=True)
class Revision:
    """One saved state of a release. `document` is the release as JSON text, exactly as it was saved."""

    number: int
    epoch: int
    state: str
    document: str
    author: str
    reason: str
    via: str
    created_at: int
    parent: int = 0
    id: str = ""
    cause: str = ""

    @property
    def head(self) -> Head:
        return Head(self.number, self.epoch, self.state, self.author if self.state == KILLED else "")

    def release(self) -> "Release":
        """The document as a model, its state the revision's. Raises pydantic's ValidationError (a ValueError)."""
        from gray.release.document import Release

        values = read_document(self.document)
        if isinstance(values, dict):
            values["state"] = self.state
        return Release.model_validate(values)


class RevisionError(Exception):
    """When a revision could not be read or written."""


class Conflict(RevisionError):
    """When HEAD moved since it was read. Nothing was written."""

    def __init__(self, theirs: Revision | None) -> None:
        self.theirs = theirs
        seen = f"revision {theirs.number} by {theirs.author}: {theirs.reason}" if theirs else "no revision at all"
        super().__init__(f"HEAD has moved; it is now {seen}")


class NoSuchRevision(RevisionError):
    """When a revision number was never written."""


class NotPossible(RevisionError):
    """When HEAD's state does not allow the operation."""


class AlreadyDone(RevisionError):
    """When the cause of a change has been acted on before."""


def check_restate(current: Revision, state: str) -> None:
    """Whether a release can change to `state`: active (resume), paused or finished. Raises NotPossible."""
    if state == ACTIVE:
        if current.state == ACTIVE:
            raise NotPossible("the release is active already; there is nothing to resume")
        if not current.document:
            raise NotPossible("there is no release to resume; save one first: it stays killed until then")
    elif state == PAUSED:
        if current.state != ACTIVE:
            raise NotPossible(f"only an active release can be paused; this one is {current.state}")
    elif current.state not in (ACTIVE, PAUSED):
        raise NotPossible(f"only an active or paused release can be finished; this one is {current.state}")


def head_of(item: Mapping[str, Any], newest: Sequence[Revision]) -> Head | None:
    """HEAD from its item as DynamoDB returns it, however damaged; None when nothing was ever saved.

    What the item does not say the newest revisions do (`newest` first): one transaction writes a revision and HEAD, so
    they agree. A state that neither says stays what it is: that is no release to publish, and a kill replaces it.
    """
    values = readable_of_item(item)
    if not item and not newest:
        return None
    revision, epoch = _number(values.get("revision"), 1), _number(values.get("epoch"), 1)
    state = values.get("state")
    numbers = {"revision": revision, "epoch": epoch}
    broken = [f"HEAD has no {name} that can be read" for name, number in numbers.items() if not number]
    if state not in _STATES:
        broken.append("HEAD has no state that can be read")
    if not broken:
        return Head(revision, epoch, str(state), _text(values.get("killed_by")), item=item)
    number = revision or max((one.number for one in newest), default=0)
    named = next((one for one in newest if one.number == number), None)
    if state not in _STATES and named:
        state = named.state
    return Head(
        revision=number,
        epoch=epoch or max((one.epoch for one in newest), default=0),
        state=_text(state),
        killed_by=_text(values.get("killed_by")) or (named.author if named and state == KILLED else ""),
        broken=tuple(broken) if item else ("HEAD is gone",),
        item=item,
    )


def _number(value: Plain | None, least: int) -> int:
    """The number, or 0 when it is not one that we could have written."""
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value < _TOO_BIG else 0


def _text(value: Plain | None) -> str:
    return value if isinstance(value, str) else ""


def read_document(text: str) -> Any:
    """The values of a document's text. Raises ValueError when it is not JSON or nests too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("the document nests too deep") from None


def text_of(release: "Release") -> str:
    """The document as it is stored: JSON with sorted keys, so that equal releases are equal texts."""
    return json.dumps(
        release.model_dump(mode="json", exclude_none=True, by_alias=True), sort_keys=True, ensure_ascii=False
    )


def transaction(table: str, revision: Revision, base: Head | None) -> "list[TransactWriteItemTypeDef]":
    """The one write of a revision: its item, HEAD moved from `base` to it, and its cause, if it has one, used up.

    The reasons of a cancelled transaction are read in this order: revision, HEAD, cause.
    """
    head: dict[str, Plain] = {"pk": "head", "sk": 0, **_head_values(revision)}
    move: dict[str, object] = {"TableName": table, "Item": to_item(head)}
    move |= _still(base)
    writes: list[object] = [{"Put": _new(table, item_of(revision))}, {"Put": move}]
    if revision.cause:
        writes.append({"Put": _new(table, cause_item(revision.cause, revision.number))})
    return cast("list[TransactWriteItemTypeDef]", writes)


def cause_item(cause: str, revision: int) -> dict[str, Plain]:
    """The item that says which killed revision acted on a cause."""
    return {"pk": f"cause:{cause}", "sk": 0, "revision": revision}


def _still(base: Head | None) -> dict[str, object]:
    """The condition that HEAD is as it was read.

    Revision and epoch of a sound one say that; a broken one is compared in all that makes it what it is.
    """
    if base is None or base.item == {}:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    if not base.broken or base.item is None:
        values = {":base": to_value(base.revision), ":epoch": to_value(base.epoch)}
        return {"ConditionExpression": "revision = :base AND epoch = :epoch", "ExpressionAttributeValues": values}
    there = {name: base.item[name] for name in _HEAD if name in base.item}
    clauses = [f"#{name} = :{name}" if name in there else f"attribute_not_exists(#{name})" for name in _HEAD]
    condition: dict[str, object] = {
        "ConditionExpression": " AND ".join(clauses),
        "ExpressionAttributeNames": {f"#{name}": name for name in _HEAD},
    }
    values = {f":{name}": value for name, value in there.items()}
    return {**condition, "ExpressionAttributeValues": values} if values else condition


def _head_values(revision: Revision) -> dict[str, Plain]:
    values: dict[str, Plain] = {"revision": revision.number, "epoch": revision.epoch, "state": revision.state}
    return {**values, "killed_by": revision.author} if revision.state == KILLED else values


def _new(table: str, item: Mapping[str, Plain]) -> dict[str, object]:
    return {"TableName": table, "Item": to_item(item), "ConditionExpression": "attribute_not_exists(pk)"}


def item_of(revision: Revision) -> dict[str, Plain]:
    """The plain values of a revision's item."""
    values = dict(vars(revision))
    return {"pk": "revision", "sk": values.pop("number"), "release": values.pop("document"), **values}


def revision_of(item: Mapping[str, Any]) -> Revision:
    """The revision from its item as DynamoDB returns it; missing values, or values of another type, are empty."""
    values = readable_of_item(item)
    return Revision(
        number=_number(values.get("sk"), 1),
        epoch=_number(values.get("epoch"), 0),
        document=_text(values.get("release")),
        created_at=_number(values.get("created_at"), 0),
        parent=_number(values.get("parent"), 0),
        **{name: _text(values.get(name)) for name in ("state", "author", "reason", "via", "id", "cause")},
    )
