"""Publishing the kill that HEAD names: the store first, and everything behind it after."""

from collections.abc import Callable
from dataclasses import replace

from gray.kill import Killed, write_kill
from gray.lane_watch import Lanes, switch_apis
from gray.ledger import LedgerMoved
from gray.means import Means
from gray.publication import CONFIG, FENCE
from gray.published import Current, Fence, Stamped
from gray.records import PUBLISHED, SUPERSEDED, Record
from gray.revision import Head
from gray.shard_ledger import Outcome, begin, confirm, content_hash, set_hash
from gray.store_writer import Superseded

__all__ = ["announce", "publish_kill"]


def publish_kill(means: Means, head: Head, record: Record) -> Record:
    """Only the store's refusal, at every attempt, is an error of the kill.

    What fails after the store was written is on the record, and raised in the end, so that the run is repeated.
    """
    record = replace(record, revision=head.revision, epoch=head.epoch, state=head.state)
    store = means.store()
    try:
        killed = write_kill(
            store,
            sequence=record.sequence,
            revision=head.revision,
            epoch=head.epoch,
            next_sequence=lambda fence: _sequence_above(means, fence),
            still_killed=lambda: _is_killed(means),
            wait=means.wait,
        )
    except Superseded as newer:
        record = record.closed(SUPERSEDED, _millis(means), errors=[str(newer)])
        means.records.put(record)
        return record
    record = replace(record, sequence=killed.sequence, keys=2, updates=killed.updates, calls=store.calls)
    failures = _afterwards(means, head, record, killed)
    record = record.closed(PUBLISHED, _millis(means), errors=[str(failure) for failure in failures])
    means.records.put(record)
    if failures:
        raise ExceptionGroup("the store is killed, but not everything behind it is up to date", failures)
    return record


def announce(means: Means, record: Record) -> None:
    """Sends the publication event."""
    means.announce(
        {
            "environment": means.environment,
            "sequence": record.sequence,
            "revision": record.revision,
            "epoch": record.epoch,
            "state": record.state,
            "trigger": record.trigger,
        }
    )


def _afterwards(means: Means, head: Head, record: Record, killed: Killed) -> list[Exception]:
    """The parameter, the lanes' APIs, the set in S3, the event; each has its turn, whatever the others do."""
    now = int(means.now())
    current = Current(record.sequence, head.revision, head.epoch, head.state, "", 0, now)
    stamp = Stamped(record.sequence, head.revision, head.epoch, head.state)
    saved = {CONFIG: killed.config, FENCE: str(Fence(record.sequence))}

    def switch() -> None:
        switch_apis(means, Lanes(means.parameters().registrations, means.lanes.all()), own=False)

    def save() -> None:
        begin(means.ledger, record.sequence, 0, {})
        means.edge_config().write(saved, stamp, "")

    def settle() -> None:
        outcome = Outcome(killed.meta, current.text(), content_hash(killed.config), set_hash(saved))
        confirm(means.ledger, record.sequence, None, outcome, now=now)

    steps: list[Callable[[], object]] = [
        lambda: means.current().write(current),
        switch,
        save,
        lambda: announce(means, record),
    ]
    failures: list[Exception] = []
    for step in steps:
        try:
            step()
        except LedgerMoved:
            return failures  # a newer publication has begun, which has read this kill
        except Exception as failure:  # noqa: BLE001 - the kill stands
            failures.append(failure)
    if not failures:  # else the ledger stays open, and the next run does it all again
        try:
            settle()
        except Exception as failure:  # noqa: BLE001
            failures.append(failure)
    return failures


def _is_killed(means: Means) -> bool:
    head = means.revisions.head()
    return head is not None and head.killed


def _sequence_above(means: Means, fence: int) -> int:
    sequence = means.records.next_sequence()
    if sequence <= fence:  # the table was restored to an earlier time
        means.records.raise_sequence(fence)
        sequence = means.records.next_sequence()
    return sequence


def _millis(means: Means) -> int:
    return int(means.now() * 1000)
