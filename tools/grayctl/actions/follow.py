"""Following a saved revision until it is published and until the edge answers by it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gray.publish.records.publication_log import FAILED, REFUSED, Record
from grayctl.errors import PublicationError
from grayctl.reading import publications
from grayctl.reading.edge_answer import EdgeAnswer

# The stream calls sync within a second; the scheduled run comes every five minutes if the stream fails.
PATIENCE = 90.0


@dataclass(frozen=True)
class Arrival:
    """How a publication ended, seen from the terminal that asked for it. Seconds count from the save."""

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
    """Wait until the record `read` finds is `over`.

    Raises PublicationError when it failed, or was not over within `patience` seconds.
    """
    record, passed = None, 0.0
    for seconds, found in publications.follow(read, patience=patience, over=over, clock=clock, wait=wait):
        record, passed = found, seconds
        tell("waiting for sync" if record is None else _how_far(record))
    if record is None:
        raise PublicationError(
            f"saved, but no sync has taken it up within {passed:.0f} s",
            "The scheduled sync tries again every 5 minutes; `grayctl sync` asks for it now.",
        )
    if record.status in (FAILED, REFUSED):
        why = "; ".join(record.errors) or "no reason recorded"
        raise PublicationError(
            f"saved, but publication {record.sequence} {record.status}: {why}",
            "What was published before stays. See docs/runbooks/ and `grayctl status`.",
        )
    if not publications.ended(record):
        raise PublicationError(
            f"publication {record.sequence} is still running after {passed:.0f} s", "Look again: grayctl status."
        )
    if not over(record):
        raise PublicationError(
            f"publication {record.sequence} is at the edge, but not invalidated and verified within {passed:.0f} s",
            "Look into the log of the manual sync function; `grayctl sync` tries again.",
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
    """Ask the edge until it has `reached` what was published; the answer stays in the result either way.

    One location answers: the nearest. A change of the KeyValueStore takes up to about 70 s to be everywhere.
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
