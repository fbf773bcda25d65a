"""The console's data as plain values, cached, so that many open tabs cause no more reads."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from gray.analysis.trace_store import check_window
from grayctl.document.conditions import condition_text
from grayctl.reading.live import read_live
from grayctl.reading.publications import records_of
from grayctl.reading.release import document_or_none, facts, revisions_of
from grayctl.reading.signing import debug_header
from grayctl.stack.target import Target

LIVE_SECONDS = 2.0
TRACES_SECONDS = 20.0
TRACES_WINDOW = 900
_REVISIONS, _PUBLICATIONS, _MIXED = 15, 10, 20


class Kept:
    """A value that is read again when older than `seconds`. One thread reads, the others wait for it."""

    def __init__(
        self, read: Callable[[], dict[str, Any]], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._lock = threading.Lock()
        self._value: dict[str, Any] = {}
        self._read_at: float | None = None

    def get(self) -> dict[str, Any]:
        """The value, at most `seconds` old. Raises what the read raises."""
        with self._lock:
            if self._read_at is None or self._clock() - self._read_at >= self._seconds:
                self._value = self._read()
                self._read_at = self._clock()
            return self._value

    def forget(self) -> None:
        """Read again next time."""
        with self._lock:
            self._read_at = None


def live(target: Target) -> dict[str, Any]:
    """As `grayctl watch --json`, and each rule's condition in words."""
    seen = read_live(target, debug_header(target))
    return seen.as_json() | {"conditions": [condition_text(rule.get("when")) for rule in seen.status.rules]}


def history(target: Target) -> dict[str, Any]:
    """The newest revisions and publications."""
    revisions = revisions_of(target).history(_REVISIONS)
    return {
        "revisions": [
            facts(one) | {"rules": len((document_or_none(one) or {}).get("rules") or [])} for one in revisions
        ],
        "publications": [asdict(record) for record in records_of(target).recent(_PUBLICATIONS)],
    }


def traces(target: Target) -> dict[str, Any]:
    """The traces of the last 15 minutes, and those that did not stay in one lane."""
    now = datetime.now(UTC)
    start = datetime.fromtimestamp(now.timestamp() - TRACES_WINDOW, UTC)
    found = check_window(target.clients.xray, target.environment, start, now)
    return {
        "window_seconds": TRACES_WINDOW,
        "checked": found.checked,
        "sampled": True,
        "mixed_count": len(found.mixed),
        "consistent_share": found.consistent_share,
        "mixed": [
            {
                "id": one.trace_id,
                "started": int(one.started),
                "lanes": one.lanes,
                "hops": [str(hop) for hop in one.hops],
            }
            for one in found.mixed[-_MIXED:]
        ],
    }
