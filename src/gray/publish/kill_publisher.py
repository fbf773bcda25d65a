"""Publishing the kill that HEAD names: the store first, then everything behind it."""

from collections.abc import Callable
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from gray.edge.config import CONFIG, FENCE, Fence, Stamp
from gray.history.revision import AlreadyDone, Head, Revision, RevisionError
from gray.history.revisions import Revisions
from gray.publish.control_plane import ControlPlane
from gray.publish.kill import Killed, write_kill
from gray.publish.lane_watch import FoundLanes, switch_apis
from gray.publish.records.current import Published
from gray.publish.records.ledger import LedgerMoved, LedgerTable
from gray.publish.records.list_ledger import Outcome, begin, confirm, content_hash, set_hash
from gray.publish.records.publication_log import PUBLISHED, SUPERSEDED, PublicationLog, Record
from gray.publish.store.writer import StillKilled, Superseded
from gray.publish.write import announce

__all__ = ["follow_kill", "publish_kill"]


def publish_kill(plane: ControlPlane, head: Head, record: Record) -> Record:
    """Only the store's refusal, at every attempt, is an error of the kill.

    What fails after the store was written is on the record, and raised in the end, so that the run is repeated.
    """
    record = replace(record, revision=head.revision, epoch=head.epoch, state=head.state)
    store, revisions = plane.edge.store(), plane.history.revisions
    try:
        killed = write_kill(
            store,
            sequence=record.sequence,
            revision=head.revision,
            epoch=head.epoch,
            next_sequence=lambda fence: _sequence_above(plane.records.log, fence),
            still_killed=lambda: _is_killed(revisions),
            acknowledge=lambda cause: _acknowledge(revisions, cause),
            again=lambda sequence: _begin_again(plane.records.ledger, sequence),
            wait=plane.clock.wait,
        )
    except Superseded as newer:
        record = record.closed(SUPERSEDED, plane.clock.millis(), errors=[str(newer)])
        plane.records.log.put(record)
        return record
    record = replace(record, sequence=killed.sequence, keys=2, updates=killed.updates, calls=store.calls)
    failures = _afterwards(plane, head, record, killed)
    record = record.closed(PUBLISHED, plane.clock.millis(), errors=[str(failure) for failure in failures])
    plane.records.log.put(record)
    if failures:
        raise ExceptionGroup("the store is killed, but not everything behind it is up to date", failures)
    return record


def _afterwards(plane: ControlPlane, head: Head, record: Record, killed: Killed) -> list[Exception]:
    """The parameter, the ledger, the lanes' APIs, the set in S3, the event; each is tried, even when another fails.

    The ledger comes before the APIs: with its note the schedule can correct them, wherever this run is interrupted.
    """
    now = int(plane.clock.now())
    current = Published(record.sequence, head.revision, head.epoch, head.state, "", 0, now)
    stamp = Stamp(record.sequence, head.revision, head.epoch, head.state)
    saved = {CONFIG: killed.config, FENCE: str(Fence(record.sequence))}

    def tell() -> None:
        nonlocal current
        current = plane.edge.current().write(current, keep_files=True)

    def switch() -> None:
        switch_apis(plane.lanes, FoundLanes(plane.parameters().registrations, plane.lanes.table.all()), own=False)

    def settle() -> None:
        outcome = Outcome(killed.meta, current.text(), content_hash(killed.config), set_hash(saved))
        confirm(plane.records.ledger, record.sequence, None, outcome, now=now)

    steps: list[Callable[[], object]] = [
        tell,
        lambda: begin(plane.records.ledger, record.sequence, 0, {}, switched_at=now),
        switch,
        lambda: plane.edge.edge_config().write(saved, stamp, ""),
        lambda: announce(plane.notices, record),
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


def follow_kill(plane: ControlPlane, killed: StillKilled, record: Record) -> Record:
    """The store holds a kill that a publication met: HEAD follows it, unless it has done so before.

    A kill that HEAD has acted on, in an epoch that it has left, was resumed: then the publication was of something
    older, and is superseded.
    """
    revisions = plane.history.revisions
    if not _known(revisions, killed):
        return publish_kill(plane, _followed(revisions, killed).head, record)
    record = record.closed(SUPERSEDED, plane.clock.millis(), errors=[f"{killed}, and the release was resumed since"])
    plane.records.log.put(record)
    return record


def _followed(revisions: Revisions, killed: StillKilled) -> Revision:
    def follow(cause: str) -> Revision:
        return revisions.kill(author="direct", reason=str(killed), via="sync", cause=cause, epoch=killed.epoch)

    try:
        return follow(killed.direct)
    except AlreadyDone:  # and yet it is in an epoch that HEAD has not left: it was written once more
        return follow("")


def _known(revisions: Revisions, killed: StillKilled) -> bool:
    head = revisions.head()
    if head is None or head.killed:
        return False
    if killed.direct and not revisions.acted_on(killed.direct):
        return False
    return head.epoch > killed.epoch


def _acknowledge(revisions: Revisions, cause: str) -> bool:
    """Makes HEAD's kill the answer to the direct one. False when that is not certain: then its cause stays."""
    try:
        revisions.kill(author="direct", reason="killed directly", via="sync", cause=cause)
    except AlreadyDone:
        return True
    except (RevisionError, ClientError, BotoCoreError):
        return False  # the kill continues without it; the next publication tries again
    return True


def _begin_again(ledger: LedgerTable, sequence: int) -> None:
    """A kill that is in the store already can wait: the ledger records the second write before it happens."""
    try:
        begin(ledger, sequence, 0, {})
    except LedgerMoved as newer:
        raise Superseded(str(newer)) from newer
    except (ClientError, BotoCoreError):
        return  # the kill continues without it


def _is_killed(revisions: Revisions) -> bool:
    head = revisions.head()
    return head is not None and head.killed


def _sequence_above(log: PublicationLog, fence: int) -> int:
    sequence = log.next_sequence()
    if sequence <= fence:  # the table was restored to an earlier time
        log.raise_sequence(fence)
        sequence = log.next_sequence()
    return sequence
