"""Rebuilding the edge: an emptied store, or a table that was restored to an earlier time.

From the revisions: HEAD is published again, above every sequence, revision and epoch that any of the three published
places has seen. From S3: the set is put into the store as it is; the config table is not needed.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from gray.edge_config import unmask
from gray.means import Means
from gray.publication import CONFIG, FENCE
from gray.published import Current, Fence, Stamped, stamped
from gray.publisher import Ask, Publisher
from gray.records import PUBLISHED, REFUSED, Record
from gray.shard_ledger import forget_lists
from gray.store import StoreConflict, batches
from gray.store_writer import Brought, Superseded, carry_out, observe

if TYPE_CHECKING:
    from gray.grants import EdgeKeys

__all__ = ["Seen", "rebuild", "restore", "seen"]

ATTEMPTS = 10


@dataclass(frozen=True)
class Seen:
    """The highest numbers that were ever published, by the store, the set in S3 and the parameter."""

    sequence: int = 0
    revision: int = 0
    epoch: int = 0


def seen(means: Means) -> Seen:
    """Reads the three places; each may be empty."""
    observed = observe(means.store())
    saved = means.edge_config().saved()
    stamps = [stamped(observed.config), Current.parse(means.parameters().current)]
    found = [Seen(stamp.sequence, stamp.revision, stamp.epoch) for stamp in stamps if stamp]
    return Seen(
        max([observed.fence.sequence, saved.sequence if saved else 0, *(one.sequence for one in found)]),
        max([0, *(one.revision for one in found)]),
        max([0, *(one.epoch for one in found)]),
    )


def rebuild(means: Means, ask: Ask, *, source: str, version: str = "") -> Record:
    """Rebuilds the store from `revisions` or from `s3` (there from an older object version, if one is named)."""
    return _from_s3(means, ask, version) if source == "s3" else _from_revisions(means, ask)


def _from_revisions(means: Means, ask: Ask) -> Record:
    top = seen(means)
    means.records.raise_sequence(top.sequence)
    head = means.revisions.head()
    if head and (top.revision > head.revision or top.epoch > head.epoch):
        means.revisions.renumber(
            above_revision=top.revision,
            epoch=top.epoch + 1,
            author=ask.person or "rebuild",
            reason=ask.reason or f"rebuild above revision {top.revision}, which the table has lost",
            via="sync",
            base=head,
        )
    forget_lists(means.ledger)
    return Publisher(means).publish(replace(ask, force=True, overrule=True))


def _from_s3(means: Means, ask: Ask, version: str) -> Record:
    record = Record(_sequence(means), ask.trigger, id=ask.id, started_at=_millis(means))
    keys = means.edge_config().read(version)
    stamp = stamped(keys.get(CONFIG))
    if stamp is None:
        return _close(means, record, REFUSED, errors=["there is no set in S3 to rebuild from"])
    record = replace(record, revision=stamp.revision, epoch=stamp.epoch, state=stamp.state)
    brought, calls = restore(means, keys, stamp)
    return _close(means, record, PUBLISHED, keys=brought.keys, updates=brought.updates, calls=calls)


def restore(
    means: Means, keys: Mapping[str, str], stamp: Stamped, *, still: Callable[[], bool] = lambda: True
) -> tuple[Brought, int]:
    """Puts a set as it is in S3 into the store, its secrets filled in; also how many calls that took.

    `still` is asked after each reading of the ETag whether this is wanted. Raises Superseded when it is not.
    """
    edge_keys = means.keys()
    config = unmask(keys[CONFIG], dict(edge_keys.keys), _as_in_config(edge_keys))
    others = {key: value for key, value in keys.items() if key not in (CONFIG, FENCE)}
    store = means.store()
    for _ in range(ATTEMPTS):
        observed = observe(store)
        if not still():
            raise Superseded("a publication has begun since")
        every = {FENCE: str(Fence(max(stamp.sequence, observed.fence.sequence)))}
        writes = [*batches(others, (), every=every), *batches({CONFIG: config}, (), every=every)]
        with suppress(StoreConflict):
            return carry_out(store, writes, observed.etag), store.calls
    raise StoreConflict("the store was written by others at every attempt")


def _sequence(means: Means) -> int:
    """A number for the record; none when the table does not answer: the rebuild does not need it."""
    try:
        return means.records.next_sequence()
    except (ClientError, BotoCoreError):
        return 0


def _close(means: Means, record: Record, status: str, **changes: object) -> Record:
    record = record.closed(status, _millis(means), **changes)
    if record.sequence:
        means.records.put(record)
    return record


def _millis(means: Means) -> int:
    return int(means.now() * 1000)


def _as_in_config(keys: "EdgeKeys") -> str:
    """The identity secret as `config` has it (JavaScript's encodeURIComponent)."""
    return quote(keys.identity, safe="!~*'()")
