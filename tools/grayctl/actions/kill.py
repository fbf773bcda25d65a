"""The kill: send everybody to stable, by any path that still works.

    HEAD, then the manual sync, which publishes it; if that fails, directly into the store

All paths carry one cause, so together they act once, and a late one has no effect after a resume. The operator runs
one command. Anything that does not answer within seconds is bypassed and reported.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gray.history.revisions import Revision
from gray.publish.kill import kill_directly
from gray.publish.records.publication_log import SKIPPED
from gray.publish.store.store import Store
from grayctl.actions.author import VIA
from grayctl.actions.follow import Arrival, await_edge, await_publication
from grayctl.actions.manual_sync import invoke_manual_sync
from grayctl.errors import UnreachableError, explain
from grayctl.reading.edge_answer import ask_edge
from grayctl.reading.publications import record_of_request
from grayctl.reading.release import revisions_of
from grayctl.reading.signing import debug_header
from grayctl.stack.kill_target import hurried
from grayctl.stack.target import Target

# A healthy sync publishes a kill within two seconds, plus a few on a cold start.
FOLLOWED_SECONDS = 8.0
# Budget for the store: about fifteen seconds, plus its response times.
STORE_ATTEMPTS = 12
_LEFT = "once AWS answers, run: grayctl sync (updates HEAD, gray's API and the caches from the store)"


@dataclass
class Kill:
    """Progress of a kill. `troubles` tells why each failed path failed, `left` what remains to do."""

    revision: Revision | None = None
    request: str = ""
    arrival: Arrival | None = None
    store_written: bool = False
    sequence: int = 0
    epoch: int = 0
    troubles: list[str] = field(default_factory=list)
    cause: str = field(default_factory=lambda: f"request:{uuid.uuid4()}")

    @property
    def resumed(self) -> str:
        """Set if somebody ended this kill before sync processed it; else empty."""
        record = self.arrival.publication if self.arrival else None
        return "; ".join(record.errors) if record and record.status == SKIPPED else ""

    @property
    def done(self) -> bool:
        """True if the edge's configuration is killed."""
        return self.arrival is not None or self.store_written

    @property
    def left(self) -> str:
        """What the operator still has to do; empty if nothing."""
        return _LEFT if self.store_written and self.troubles else ""

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return {
            "revision": self.revision.number if self.revision else None,
            "epoch": self.revision.epoch if self.revision else self.epoch or None,
            "state": "killed" if self.done and not self.resumed else None,
            "resumed": self.resumed,
            "store_written": self.store_written,
            "publication": self.arrival.as_json() if self.arrival else None,
            "troubles": self.troubles,
            "left": self.left,
        }

    def tried(self, way: str, step: Callable[[], object]) -> bool:
        """Whether a step succeeded. Any error is recorded and never stops the next step."""
        try:
            step()
        except Exception as error:  # noqa: BLE001
            self.troubles.append(f"{way}: {explain(error) or f'{type(error).__name__}: {error}'}")
            return False
        return True


def kill(target: Target, *, author: str, reason: str, tell: Callable[[str], None], see: bool = True) -> Kill:
    """Write the killed revision, have the manual sync publish it, and see it at the edge.

    If HEAD cannot be written, or sync does not publish in a few seconds, write directly into the store. The manual sync
    is called in any case: it can kill on its own, and it invalidates the caches. `see`: poll the edge until it follows.
    """
    target = hurried(target)
    result = Kill()
    tell("writing the killed revision")
    if not result.tried("revision", lambda: _write_revision(result, target, author, reason)):
        result.tried("store", lambda: _write_store(result, target, tell))
    tell("calling the manual sync")
    invoked = result.tried("manual sync", lambda: _invoke(result, target, author, reason))
    if invoked and not result.store_written:
        result.tried("manual sync", lambda: _follow(result, target, tell))
    if not result.done:
        result.tried("store", lambda: _write_store(result, target, tell))
    if result.arrival and target.site and see:
        tell("published; asking the edge")
        result.tried("edge", lambda: _see(result, target))
    return result


def _write_revision(result: Kill, target: Target, author: str, reason: str) -> None:
    result.revision = revisions_of(target).kill(author=author, reason=reason, via=VIA, cause=result.cause)


def _invoke(result: Kill, target: Target, author: str, reason: str) -> None:
    result.request = invoke_manual_sync(
        target, "kill", author=author, reason=reason, invalidate=True, cause=result.cause
    )


def _follow(result: Kill, target: Target, tell: Callable[[str], None]) -> None:
    result.arrival = await_publication(
        lambda: record_of_request(target, result.request), tell=tell, patience=FOLLOWED_SECONDS
    )


def _see(result: Kill, target: Target) -> None:
    if result.arrival is None or result.resumed:
        return
    header = debug_header_or_none(target)
    result.arrival = await_edge(
        result.arrival,
        lambda: ask_edge(target.site, header),
        lambda answer: answer.reason == "killed" or (not answer.reason and answer.lane in ("", "v1")),
    )


def debug_header_or_none(target: Target) -> str | None:
    """The kill is done by now: an unreadable release, needed to sign the header, must not hide that."""
    try:
        return debug_header(target)
    except Exception:  # noqa: BLE001 - the edge then answers without details
        return None


def write_store(target: Target, tell: Callable[[str], None]) -> Kill:
    """Write the kill directly into the KeyValueStore, and nothing else."""
    result = Kill()
    _write_store(result, hurried(target), tell)
    return result


def _write_store(result: Kill, target: Target, tell: Callable[[str], None]) -> None:
    """The cause on the fence makes the next sync apply the kill instead of overwriting it."""
    tell("writing the store")
    store = Store(target.clients.key_value_store, target.output("KeyValueStoreArn"))
    killed = kill_directly(store, attempts=STORE_ATTEMPTS, cause=result.cause)
    result.store_written, result.sequence, result.epoch = True, killed.sequence, killed.epoch


def record_direct(result: Kill, target: Target, *, author: str, reason: str) -> None:
    """After a direct kill, save the killed revision. A failure is recorded, not raised."""

    def record() -> None:
        revisions = revisions_of(hurried(target))
        result.revision = revisions.kill(author=author, reason=reason, via=VIA, epoch=result.epoch, cause=result.cause)

    result.tried("revision", record)


def require_done(result: Kill) -> None:
    """Raises UnreachableError if every path failed: the operator must know at once what to do."""
    if not result.done:
        asked = " The manual sync accepted the request and may still execute it." if result.request else ""
        raise UnreachableError(
            "the kill is not at the edge: " + "; ".join(result.troubles),
            f"Run it again, from another network or with other credentials.{asked}"
            " Gray ends anyway when the lease expires: `until` in `grayctl status`.",
        )
