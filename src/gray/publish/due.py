"""Whether a publication is due, judged by what costs nothing to read."""

from collections.abc import Mapping
from typing import Literal

from gray.edge.config import origins_text
from gray.history.revision import ACTIVE, KILLED, PAUSED, Head
from gray.publish.records.current import Published
from gray.publish.records.ledger import Ledger
from gray.release.origin import Origins

__all__ = ["Due", "due", "lapsed"]

Due = Literal["first", "revision", "unfinished", "lanes", "files", "lease", ""]


def due(
    head: Head, current: Published | None, ledger: Ledger, lanes: Mapping[str, Origins], files: str, now: float
) -> Due:
    """Why HEAD has to be published now, from what costs nothing to read; empty when it has not.

    `lanes` are the gray lanes that viewers could be sent to now, `files` is what the sites are to the edge now.
    """
    if current is None:
        return "first"
    if (head.revision, head.epoch, head.state) != (current.revision, current.epoch, current.state):
        return "revision"
    if not ledger.complete:
        return "unfinished"
    if head.state != KILLED and current.files != files:
        return "files"
    if head.state not in (ACTIVE, PAUSED):
        return ""
    if dict(current.lanes) != {name: origins_text(lanes[name]) for name in current.wants if name in lanes}:
        return "lanes"
    if not lapsed(current, now) and now >= current.until - current.lease / 2:
        return "lease"
    return ""


def lapsed(current: Published | None, now: float) -> bool:
    """Whether the publication's lease is over, so the edge sends everybody to stable."""
    return current is not None and current.state not in (KILLED, "finished") and 0 < current.until <= now
