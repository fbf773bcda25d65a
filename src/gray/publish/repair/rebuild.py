"""Rebuilding the edge: an emptied store, or a table that was restored to an earlier time.

From the revisions: HEAD is published again, above every sequence, revision and epoch that any of the three published
places has seen. From S3: the set is put into the store as it is; the config table is not needed.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError

from gray.edge.config import CONFIG, FENCE, Fence, Stamp, stamped, unmask
from gray.history.revision import KILLED
from gray.history.revisions import Revisions
from gray.publish.control_plane import ControlPlane
from gray.publish.publisher import Publisher, PublishRequest
from gray.publish.records.current import Published
from gray.publish.records.ledger import LedgerMoved
from gray.publish.records.list_ledger import begin, forget_lists
from gray.publish.records.publication_log import PUBLISHED, REFUSED, SUPERSEDED, PublicationLog, Record
from gray.publish.store.store import StoreConflict, batches
from gray.publish.store.writer import StillKilled, Superseded, Written, carry_out, observe

__all__ = ["Seen", "rebuild", "seen"]

ATTEMPTS = 10


@dataclass(frozen=True)
class Seen:
    """The highest numbers that were ever published, by the store, the set in S3 and the parameter.

    `killed` when the highest epoch is that of a kill in the store.
    """

    sequence: int = 0
    revision: int = 0
    epoch: int = 0
    killed: bool = False


def seen(plane: ControlPlane) -> Seen:
    """Reads the three places; each may be empty."""
    observed = observe(plane.edge.store())
    saved = plane.edge.edge_config().saved()
    there = stamped(observed.config)
    found = [stamp for stamp in (there, Published.parse(plane.parameters().current)) if stamp]
    epoch = max([0, *(stamp.epoch for stamp in found)])
    return Seen(
        max([observed.fence.sequence, saved.sequence if saved else 0, *(stamp.sequence for stamp in found)]),
        max([0, *(stamp.revision for stamp in found)]),
        epoch,
        there is not None and there.state == KILLED and there.epoch == epoch,
    )


def rebuild(plane: ControlPlane, request: PublishRequest, *, source: str, version: str = "") -> Record:
    """Rebuilds the store from `revisions` or from `s3` (there from an older object version, if one is named)."""
    return _from_s3(plane, request, version) if source == "s3" else _from_revisions(plane, request)


def _from_revisions(plane: ControlPlane, request: PublishRequest) -> Record:
    top = seen(plane)
    plane.records.log.raise_sequence(top.sequence)
    head = plane.history.revisions.head()
    if head and (top.revision > head.revision or top.epoch > head.epoch):
        plane.history.revisions.renumber(
            above_revision=top.revision,
            epoch=top.epoch + 1,
            author=request.person or "rebuild",
            reason=request.reason or f"rebuild above revision {top.revision}, which the table has lost",
            via="sync",
            base=head,
            killed=top.killed,
        )
    forget_lists(plane.records.ledger)
    return Publisher(plane).publish(replace(request, force=True, repair=True))


def _from_s3(plane: ControlPlane, request: PublishRequest, version: str) -> Record:
    sequence = _sequence(plane.records.log)
    record = Record(sequence, request.trigger, id=request.id, started_at=plane.clock.millis())
    if _is_killed(plane.history.revisions):
        return Publisher(plane).publish(replace(request, force=True))  # a kill needs no set
    keys = plane.edge.edge_config().read(version)
    stamp = stamped(keys.get(CONFIG))
    if stamp is None:
        return _close(plane, record, REFUSED, errors=["there is no set in S3 to rebuild from"])
    record = replace(record, revision=stamp.revision, epoch=stamp.epoch, state=stamp.state)
    try:
        written, calls = _restore(plane, keys, stamp, chosen=bool(version))
    except StillKilled as killed:
        return _close(plane, record, REFUSED, errors=[f"{killed}; only `grayctl resume` ends a kill"])
    except (Superseded, LedgerMoved) as newer:
        return _close(plane, record, SUPERSEDED, errors=[str(newer)])
    return _close(plane, record, PUBLISHED, keys=written.keys, updates=written.updates, calls=calls)


def _restore(plane: ControlPlane, keys: Mapping[str, str], stamp: Stamp, *, chosen: bool) -> tuple[Written, int]:
    """Puts a set as it is in S3 into the store, its secrets filled in; also how many calls that took.

    The ledger is opened for it, so the next run of the schedule brings HEAD again, and nothing is removed before. Only
    a version that a person has `chosen` overwrites a newer revision.
    """
    with _table_may_be_gone():
        begin(plane.records.ledger, _sequence(plane.records.log), 0, {})
    config = unmask(keys[CONFIG], plane.edge.keys())
    others = {key: value for key, value in keys.items() if key not in (CONFIG, FENCE)}
    store = plane.edge.store()
    for _ in range(ATTEMPTS):
        observed = observe(store)
        there = stamped(observed.config)
        if there and there.state != KILLED and not chosen and _order(there) > _order(stamp):
            raise Superseded(f"publication {there.sequence} is in the store, which is newer than the set in S3")
        every = {FENCE: str(Fence(max(stamp.sequence, observed.fence.sequence)))}
        writes = [*batches(others, (), every=every), *batches({CONFIG: config}, (), every=every)]
        with suppress(StoreConflict):
            return carry_out(
                store, observed, writes, acted_on=lambda cause: _acted_on(plane.history.revisions, cause)
            ), store.calls
    raise StoreConflict("the store was written by others at every attempt")


def _order(stamp: Stamp) -> tuple[int, int]:
    return (stamp.revision, stamp.sequence)


def _is_killed(revisions: Revisions) -> bool:
    with _table_may_be_gone():
        head = revisions.head()
        return head is not None and head.killed
    return False


def _acted_on(revisions: Revisions, cause: str) -> bool:
    """Whether HEAD has acted on a direct kill. A table that does not answer has not."""
    with _table_may_be_gone():
        return revisions.acted_on(cause)
    return False


def _sequence(log: PublicationLog) -> int:
    """A number for the record; none when the table does not answer: the rebuild does not need it."""
    with _table_may_be_gone():
        return log.next_sequence()
    return 0


def _table_may_be_gone() -> suppress:
    return suppress(ClientError, BotoCoreError)


def _close(plane: ControlPlane, record: Record, status: str, **changes: object) -> Record:
    record = record.closed(status, plane.clock.millis(), **changes)
    if record.sequence:
        plane.records.log.put(record)
    return record
