"""Carrying out a publication that is ready: ledger -> S3 -> store -> parameter -> event -> ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gray.edge.config import CONFIG, FENCE, Fence, Stamp, mask, stamped
from gray.history.revisions import Revisions
from gray.publish.control_plane import ControlPlane, Notices
from gray.publish.records.current import Published
from gray.publish.records.list_ledger import ListUse, Outcome, begin, confirm, content_hash, set_hash
from gray.publish.records.publication_log import PUBLISHED, PublicationLog, Record
from gray.publish.store.write_plan import Target
from gray.publish.store.writer import Possible, Superseded, write_target

__all__ = ["Ready", "announce", "write_publication"]

# Store calls between two progress reports: at some ten calls a second, one report a second.
TOLD_EVERY = 10


@dataclass(frozen=True)
class Ready:
    """A publication as it is to be written. `lists` are the lists it asks; None leaves what is known of them.

    `digest` identifies the content, so a later run sees that it is published; `possible` says what the store's shards
    may be.
    """

    target: Target
    current: Published
    digest: str
    possible: Possible
    lists: Mapping[str, ListUse] | None = None


def write_publication(plane: ControlPlane, record: Record, ready: Ready, *, repair: bool) -> Record:
    """Writes it everywhere. Raises Superseded, StillKilled, LedgerMoved, or what AWS raises.

    `repair` also overwrites a revision in the store that HEAD never had: somebody put it there by hand.
    """
    target, lists = ready.target, ready.lists
    begin(plane.records.ledger, record.sequence, len(target.parts), lists or {})
    saved = {**target.keys, CONFIG: mask(target.config), FENCE: str(Fence(record.sequence))}
    if not plane.edge.edge_config().write(saved, _stamp(target), ready.digest):
        there = plane.edge.edge_config().saved()
        raise Superseded("a newer publication is in S3 already", there.sequence if there else 0)
    store = plane.edge.store()
    written = write_target(
        store,
        target,
        sequence=record.sequence,
        possible=ready.possible,
        acted_on=plane.history.revisions.acted_on,
        reached=lambda revision: not repair or _head_was_at(plane.history.revisions, revision),
        wait=plane.clock.wait,
        tell=lambda done, total: _tell(plane.records.log, record, done, total),
    )
    plane.edge.current().write(ready.current)
    announce(plane.notices, record)
    outcome = Outcome(written.meta, ready.current.text(), content_hash(target.config), set_hash(saved))
    confirm(plane.records.ledger, record.sequence, lists, outcome, now=int(plane.clock.now()))
    finished = plane.clock.millis()
    return record.closed(PUBLISHED, finished, keys=written.keys, updates=written.updates, calls=store.calls)


def announce(notices: Notices, record: Record) -> None:
    """Sends the publication event."""
    notices.announce(
        {
            "environment": notices.environment,
            "sequence": record.sequence,
            "revision": record.revision,
            "epoch": record.epoch,
            "state": record.state,
            "trigger": record.trigger,
        }
    )


def _stamp(target: Target) -> Stamp:
    stamp = stamped(target.config)
    if stamp is None:
        raise ValueError("a config that was compiled has no stamp")
    return stamp


def _head_was_at(revisions: Revisions, revision: int) -> bool:
    head = revisions.head()
    return head is not None and head.revision >= revision


def _tell(log: PublicationLog, record: Record, done: int, total: int) -> None:
    """Reports the progress of a long publication (a big list takes over a hundred calls)."""
    if done % TOLD_EVERY == 0 and done < total:
        log.put(replace(record, progress=f"{done} of {total} calls"))
