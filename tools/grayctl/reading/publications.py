"""The publication records of a stack: finding the one of a change, and following it until it ends."""

import time
from collections.abc import Callable, Iterator, Sequence

from gray.publish.records.publication_log import PUBLISHED, RUNNING, SKIPPED, PublicationLog, Record
from grayctl.stack.target import Target


def of_revision(records: Sequence[Record], revision: int) -> Record | None:
    """The record that published this revision, or a later one; else the newest that tried to.

    `records` are newest first. A later revision counts: it contains the change, or replaced it.
    """
    reached = [record for record in records if record.revision >= revision]
    done = [record for record in reached if record.status in (PUBLISHED, SKIPPED)]
    return done[-1] if done else reached[0] if reached else None


def records_of(target: Target) -> PublicationLog:
    """The publication records of a stack."""
    return PublicationLog(target.clients.dynamodb, target.config_table)


def record_of_request(target: Target, request: str) -> Record | None:
    """The publication record of a manual request, once it exists."""
    return records_of(target).by_id(request)


def record_of_revision(target: Target, revision: int) -> Record | None:
    """The publication record of a revision, once it exists."""
    return of_revision(records_of(target).recent(), revision)


def ended(record: Record) -> bool:
    """True once the publication is final."""
    return record.status != RUNNING


def verified(record: Record) -> bool:
    """True once a publication with an invalidation has also been verified, or failed before that."""
    return ended(record) and (record.status != PUBLISHED or bool(record.verified))


def follow(
    read: Callable[[], Record | None],
    *,
    patience: float,
    over: Callable[[Record], bool] = ended,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[float, Record | None]]:
    """Yield (seconds since the start, record or None) until the record is `over` or `patience` seconds have passed."""
    started = clock()
    while True:
        record = read()
        passed = clock() - started
        yield passed, record
        if (record is not None and over(record)) or passed >= patience:
            return
        # A publication takes from a fraction of a second to a few seconds: poll often first, then less.
        wait(0.15 if passed < 3 else 0.5 if passed < 15 else 2.0)
