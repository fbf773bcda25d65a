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


# Is told of how many more ids are done.
Advance = Callable[[int], object]
_PIECE = 10_000


def _unseen(_count: int) -> None:
    return None


@dataclass(frozen=True)
class ListChange:
    """A list as it will be, and how it differs from what is there. `keys` are the store's keys that change."""

    entry: Document
    content: bytes
    added: int
    removed: int
    keys: int
    bytes: int
    false_positives: float

    @property
    def only_added(self) -> bool:
        """True when nobody left the list: such a change moves nobody out and keeps the epoch."""
        return self.removed == 0


@dataclass(frozen=True)
class Ids:
    """The ids of a file, sorted, each once, and what else there is to say of the file."""

    ids: list[str]
    repeated: int
    found: Found

    def notes(self, identity: Mapping[str, Any] | None = None) -> list[str]:
        """For people; by the release's identity, where it is known."""
        again = [f"{self.repeated:,} more times an id that was there already"] if self.repeated else []
        if not identity:
            return [*self.found.notes(), *again, *self.found.carriage()]
        places = frozenset(str(one).partition(":")[0] for one in identity.get("sources", ()))
        return [*self.found.notes(), *again, *self.found.carriage(str(identity.get("kind")), places)]


def read_ids(path: Path, advance: Advance = _unseen, tell: Tell = untold) -> Ids:
    """The ids of a file; `advance` is told of how many more were read, `tell` what is waited for.

    Raises UsageError for a line that is no id.
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
    """The list with these ids. The layout of a list that is there stays: its shards would all change otherwise.

    `before_ids` are read once and not kept; `advance` is told of how many more ids were laid out, the ones before
    too. Raises RefusedError when the ids do not fit, saying how many do.
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
    """The ids of a list as it was, counted as they pass by those of the list as it will be."""

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
    """The ids of the list as the release has it; none when it has none, or its file is gone."""
    if before is None:
        return
    try:
        yield from files.ids(before["digest"])
    except FileNotFoundError:
        return


def upload_list(s3: "S3Client", bucket: str, change: ListChange) -> None:
    """Put the list's file under its digest; the release that names it can be saved afterwards."""
    s3.put_object(
        Bucket=bucket,
        Key=list_file_key(change.entry["digest"]),
        Body=change.content,
        ContentType="text/plain; charset=utf-8",
    )
