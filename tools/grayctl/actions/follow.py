"""Following a saved revision until it is published and the edge uses it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gray.publish.records.publication_log import FAILED, REFUSED, Record
from grayctl.errors import PublicationError
from grayctl.reading import publications
from grayctl.reading.edge_answer import EdgeAnswer

# The stream calls sync within a second; the scheduled run, every five minutes, covers a failed stream.
PATIENCE = 90.0


@dataclass(frozen=True)
class Arrival:
    """Result of a publication, as seen by the terminal that requested it. Seconds count from the save."""

    publication: Record
    published_seconds: float
    edge: EdgeAnswer | None = None
    edge_seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return {
            "sequence": self.publication.sequence,
            "status": self.publication.status,
            "trigger": self.publication.trigger,
            "keys": self.publication.keys,
            "calls": self.publication.calls,
            "published_seconds": round(self.published_seconds, 3),
            "edge_seconds": None if self.edge_seconds is None else round(self.edge_seconds, 3),
            "edge_lane": self.edge.lane if self.edge else None,
            "edge_revision": self.edge.revision if self.edge else None,
        }


def await_publication(
    read: Callable[[], Record | None],
    *,
    tell: Callable[[str], None],
    over: Callable[[Record], bool] = publications.ended,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Arrival:
    """Wait until the record returned by `read` is `over`.

    Raises PublicationError if it failed, or was not over within `patience` seconds.
    """
    record, passed = None, 0.0
    for seconds, found in publications.follow(read, patience=patience, over=over, clock=clock, wait=wait):
        record, passed = found, seconds
        tell("waiting for sync" if record is None else _how_far(record))
    if record is None:
        raise PublicationError(
            f"saved, but no sync started within {passed:.0f} s",
            "The scheduled sync retries every 5 minutes; run `grayctl sync` to retry now.",
        )
    if record.status in (FAILED, REFUSED):
        why = "; ".join(record.errors) or "no reason recorded"
        raise PublicationError(
            f"saved, but publication {record.sequence} {record.status}: {why}",
            "The previous publication stays in force. See docs/runbooks/ and `grayctl status`.",
        )
    if not publications.ended(record):
        raise PublicationError(
            f"publication {record.sequence} is still running after {passed:.0f} s", "Check again: grayctl status."
        )
    if not over(record):
        raise PublicationError(
            f"publication {record.sequence} is at the edge, but not invalidated and verified within {passed:.0f} s",
            "Check the log of the manual sync function; `grayctl sync` retries.",
        )
    return Arrival(record, passed)


def _how_far(record: Record) -> str:
    progress = f", {record.progress}" if record.progress else ""
    return f"publication {record.sequence}: {record.status}{progress}"


def await_edge(
    arrival: Arrival,
    ask: Callable[[], EdgeAnswer],
    reached: Callable[[EdgeAnswer], bool],
    *,
    patience: float = 75.0,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Arrival:
    """Poll the edge until it has `reached` the publication; the result always holds the last answer.

    Only the nearest location answers. A KeyValueStore change takes up to about 70 s to reach all locations.
    """
    started = clock()
    while True:
        answer = ask()
        passed = clock() - started
        if reached(answer):
            return Arrival(arrival.publication, arrival.published_seconds, answer, arrival.published_seconds + passed)
        if passed >= patience or not answer.reachable:
            return Arrival(arrival.publication, arrival.published_seconds, answer)
        wait(0.1 if passed < 2 else 1.0)
