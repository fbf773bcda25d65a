"""A revision and HEAD as plain values, their form in the config table, and what can go wrong with them.

Errors, all under `RevisionError`:

    RevisionError
    |- Conflict            HEAD moved since `base` was read; `.theirs` is what it moved to
    |- NoSuchRevision      a number that was never written
    |- NotPossible         an operation that HEAD's state does not allow (resume of an active release)
    `- AlreadyDone         the cause of this change (one alarm's state change) was acted on before
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from gray.items import Plain, to_item, to_value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gray.model import Release

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
    "revision_of",
    "text_of",
    "transaction",
]

# The names of gray.model.State, here as plain text: a kill must not need pydantic.
ACTIVE, PAUSED, KILLED, FINISHED = "active", "paused", "killed", "finished"


@dataclass(frozen=True)
class Head:
    """What HEAD says: the current revision's number, its epoch and state, and who killed it, if it is killed."""

    revision: int
    epoch: int
    state: str
    killed_by: str = ""

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
        from gray.model import Release

        values = json.loads(self.document)
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
    """Whether a release can be brought to `state`, which is active (resume), paused or finished. Raises NotPossible."""
    if state == ACTIVE:
        if current.state == ACTIVE:
            raise NotPossible("the release is active already; there is nothing to resume")
        if not current.document:
            raise NotPossible("there is no release to resume: save one first, it stays killed until then")
    elif state == PAUSED:
        if current.state != ACTIVE:
            raise NotPossible(f"only an active release can be paused; this one is {current.state}")
    elif current.state not in (ACTIVE, PAUSED):
        raise NotPossible(f"only an active or paused release can be finished; this one is {current.state}")


def head_of(values: Mapping[str, Plain]) -> Head:
    """HEAD from its item's plain values."""
    return Head(
        revision=cast(int, values["revision"]),
        epoch=cast(int, values["epoch"]),
        state=cast(str, values["state"]),
        killed_by=cast(str, values.get("killed_by") or ""),
    )


def text_of(release: "Release") -> str:
    """The document as it is stored: JSON with sorted keys, so that equal releases are equal texts."""
    return json.dumps(
        release.model_dump(mode="json", exclude_none=True, by_alias=True), sort_keys=True, ensure_ascii=False
    )


def transaction(table: str, revision: Revision, base: Head | None) -> "list[TransactWriteItemTypeDef]":
    """The one write of a revision: its item, HEAD moved from `base` to it, and its cause, if it has one, used up.

    The order is relied on by whoever reads why a transaction was cancelled: revision, HEAD, cause.
    """
    head: dict[str, Plain] = {"pk": "head", "sk": 0, **_head_values(revision)}
    move: dict[str, object] = {"TableName": table, "Item": to_item(head)}
    if base is None:
        move["ConditionExpression"] = "attribute_not_exists(pk)"
    else:
        move["ConditionExpression"] = "revision = :base AND epoch = :epoch"
        move["ExpressionAttributeValues"] = {":base": to_value(base.revision), ":epoch": to_value(base.epoch)}
    writes: list[object] = [{"Put": _new(table, item_of(revision))}, {"Put": move}]
    if revision.cause:
        writes.append({"Put": _new(table, cause_item(revision.cause, revision.number))})
    return cast("list[TransactWriteItemTypeDef]", writes)


def cause_item(cause: str, revision: int) -> dict[str, Plain]:
    """The plain values of the note that a cause was acted on, by which killed revision."""
    return {"pk": f"cause:{cause}", "sk": 0, "revision": revision}


def _head_values(revision: Revision) -> dict[str, Plain]:
    values: dict[str, Plain] = {"revision": revision.number, "epoch": revision.epoch, "state": revision.state}
    return {**values, "killed_by": revision.author} if revision.state == KILLED else values


def _new(table: str, item: Mapping[str, Plain]) -> dict[str, object]:
    return {"TableName": table, "Item": to_item(item), "ConditionExpression": "attribute_not_exists(pk)"}


def item_of(revision: Revision) -> dict[str, Plain]:
    """The plain values of a revision's item."""
    values = dict(vars(revision))
    return {"pk": "revision", "sk": values.pop("number"), "release": values.pop("document"), **values}


def revision_of(values: Mapping[str, Plain]) -> Revision:
    """The revision from its item's plain values; what is missing (an item written by hand) is empty."""
    known = {name: values[name] for name in Revision.__dataclass_fields__ if name in values}
    bare = Revision(cast(int, values["sk"]), 0, "", "", "", "", "", 0)
    return replace(bare, **known, document=cast(str, values.get("release") or ""))  # type: ignore[arg-type]
