"""The kill: everybody to stable, by whichever way still works.

    HEAD, then the manual sync, which publishes it; or else straight into the store

All ways carry one cause, so together they act once, and none of them, come late, after a resume. The operator types one
command. What does not answer within seconds is gone around, and said.
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

# A healthy sync publishes a kill within two seconds, and within some more when its function starts for it.
FOLLOWED_SECONDS = 8.0
# Of the store: some fifteen seconds, and its own answers.
STORE_ATTEMPTS = 12
_LEFT = "left to do, once AWS answers: grayctl sync (HEAD, gray's API and the caches follow the store)"


@dataclass
class Kill:
    """How far a kill has come. `troubles` says of each way that did not work why not, `left` what is still to do."""

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
        """That somebody ended this kill before sync came to it; empty when nobody has."""
        record = self.arrival.publication if self.arrival else None
        return "; ".join(record.errors) if record and record.status == SKIPPED else ""

    @property
    def done(self) -> bool:
        """True when the edge's configuration says killed."""
        return self.arrival is not None or self.store_written

    @property
    def left(self) -> str:
        """What the operator has still to do; empty when nothing."""
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
        """Whether a step was done. Whatever it raises is told, and must not keep the next one from its turn."""
        try:
            step()
        except Exception as error:  # noqa: BLE001
            self.troubles.append(f"{way}: {explain(error) or f'{type(error).__name__}: {error}'}")
            return False
        return True


def kill(target: Target, *, author: str, reason: str, tell: Callable[[str], None], see: bool = True) -> Kill:
    """Write the killed revision, have the manual sync publish it, and see it at the edge.

    What HEAD cannot be told, or sync does not publish in a few seconds, is written straight into the store. The manual
    sync is asked in any case: it kills by itself, and it empties the caches. `see`: ask the edge until it follows.
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
    """Everybody is at stable by now: that the release which signs the header is unreadable must not hide it."""
    try:
        return debug_header(target)
    except Exception:  # noqa: BLE001 - the edge is then asked without, and tells less
        return None


def write_store(target: Target, tell: Callable[[str], None]) -> Kill:
    """Write the kill straight into the KeyValueStore, and nothing else."""
    result = Kill()
    _write_store(result, hurried(target), tell)
    return result


def _write_store(result: Kill, target: Target, tell: Callable[[str], None]) -> None:
    """The cause on the fence makes the next sync follow the kill instead of publishing over it."""
    tell("writing the store")
    store = Store(target.clients.key_value_store, target.output("KeyValueStoreArn"))
    killed = kill_directly(store, attempts=STORE_ATTEMPTS, cause=result.cause)
    result.store_written, result.sequence, result.epoch = True, killed.sequence, killed.epoch


def record_direct(result: Kill, target: Target, *, author: str, reason: str) -> None:
    """After a direct kill: the revision that says so. A failure is a trouble, not an error."""

    def record() -> None:
        revisions = revisions_of(hurried(target))
        result.revision = revisions.kill(author=author, reason=reason, via=VIA, epoch=result.epoch, cause=result.cause)

    result.tried("revision", record)


def require_done(result: Kill) -> None:
    """Raises UnreachableError when no way worked: the operator must know at once what is left to do."""
    if not result.done:
        asked = " The manual sync has taken the request and may still do it." if result.request else ""
        raise UnreachableError(
            "the kill is not at the edge: " + "; ".join(result.troubles),
            f"Give it again, from elsewhere or with other credentials.{asked}"
            " The lease ends gray by itself: `until` in `grayctl status`.",
        )
