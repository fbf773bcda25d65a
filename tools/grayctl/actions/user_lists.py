"""User lists: from a file of ids to an object in S3 and an entry of the release."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gray.history.list_files import ListFiles, list_file_key
from gray.release.user_lists import (
    ListError,
    build_shards,
    changed_shards,
    false_positive_rate,
    plan_list,
    store_bytes,
)
from grayctl.document.edits import Document, new_salt
from grayctl.document.id_file import Found, IdFile
from grayctl.document.patience import Tell, untold
from grayctl.errors import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# Called with the number of further ids done.
Advance = Callable[[int], object]
_PIECE = 10_000


def _unseen(_count: int) -> None:
    return None


@dataclass(frozen=True)
class ListChange:
    """The new list and its difference to the current one. `keys` are the store keys that change."""

    entry: Document
    content: bytes
    added: int
    removed: int
    keys: int
    bytes: int
    false_positives: float

    @property
    def only_added(self) -> bool:
        """True if no id was removed: such a change moves nobody out and keeps the epoch."""
        return self.removed == 0


@dataclass(frozen=True)
class Ids:
    """The ids of a file, sorted and unique, and what else was found in the file."""

    ids: list[str]
    repeated: int
    found: Found

    def notes(self, identity: Mapping[str, Any] | None = None) -> list[str]:
        """For people; depends on the release's identity, if that is known."""
        again = [f"duplicate ids skipped: {self.repeated:,}"] if self.repeated else []
        if not identity:
            return [*self.found.notes(), *again, *self.found.carriage()]
        places = frozenset(str(one).partition(":")[0] for one in identity.get("sources", ()))
        return [*self.found.notes(), *again, *self.found.carriage(str(identity.get("kind")), places)]


def read_ids(path: Path, advance: Advance = _unseen, tell: Tell = untold) -> Ids:
    """The ids of a file; `advance` gets the number of further ids read, `tell` what the command waits for.

    Raises UsageError for a line that is not an id.
    """
    file = IdFile(path, tell)
    count = 0

    def counted(more: int) -> None:
        nonlocal count
        count += more
        advance(more)

    ids = sorted(set(_told(file.ids(), counted)))
    return Ids(ids, count - len(ids), file.found)


def plan_change(
    name: str,
    ids: list[str],
    before: Document | None,
    before_ids: Iterable[str],
    *,
    planned: int,
    restricted: bool,
    advance: Advance = _unseen,
) -> ListChange:
    """The list with these ids. An existing list keeps its layout, or all its shards would change.

    `before_ids` are read once and not kept; `advance` gets the number of further ids processed, previous ones too.
    Raises RefusedError with the maximum if the ids do not fit.
    """
    content = "".join(f"{one}\n" for one in ids).encode()
    former = _Compared(before_ids, frozenset(ids))
    try:
        shards = before["shards"] if before else plan_list(len(ids), planned=planned, name=name).shards
        salt = before["salt"] if before else new_salt()
        values = build_shards(_told(ids, advance), salt=salt, shards=shards)
        old = build_shards(_told(former, advance), salt=salt, shards=shards) if before else [""] * shards
        keys = changed_shards(old, values, name=name)
    except ListError as error:
        raise RefusedError(f"list {name}: {error}") from error
    entry = {
        "digest": hashlib.sha256(content).hexdigest(),
        "ids": len(ids),
        "shards": shards,
        "salt": salt,
        "restricted": restricted,
    }
    return ListChange(
        entry,
        content,
        added=len(ids) - former.kept,
        removed=former.gone,
        keys=len(keys),
        bytes=store_bytes(len(ids), shards, name),
        false_positives=false_positive_rate(len(ids), shards),
    )


class _Compared:
    """The ids of the previous list, compared with the new list's while iterating."""

    def __init__(self, ids: Iterable[str], now: frozenset[str]) -> None:
        self._ids = ids
        self._now = now
        self.kept = self.gone = 0

    def __iter__(self) -> Iterator[str]:
        for one in self._ids:
            if one in self._now:
                self.kept += 1
            else:
                self.gone += 1
            yield one


def _told(ids: Iterable[str], advance: Advance) -> Iterator[str]:
    for piece in itertools.batched(ids, _PIECE, strict=False):
        yield from piece
        advance(len(piece))


def former_ids(files: ListFiles, before: Document | None) -> Iterator[str]:
    """The ids of the release's list; none if it has no such list, or the file is gone."""
    if before is None:
        return
    try:
        yield from files.ids(before["digest"])
    except FileNotFoundError:
        return


def upload_list(s3: "S3Client", bucket: str, change: ListChange) -> None:
    """Upload the list's file under its digest; afterwards the release that refers to it can be saved."""
    s3.put_object(
        Bucket=bucket,
        Key=list_file_key(change.entry["digest"]),
        Body=change.content,
        ContentType="text/plain; charset=utf-8",
    )
