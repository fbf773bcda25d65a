"""The kill: everybody to stable, by whichever way still works."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gray.kill import kill_directly
from gray.revisions import Revision, RevisionError
from gray.store import Store, StoreError
from grayctl.edge_answer import ask_edge
from grayctl.errors import GrayctlError, UnreachableError, aws_errors
from grayctl.manual import invoke_manual_sync, record_of_request
from grayctl.propagation import Arrival, await_edge, await_publication
from grayctl.releases import VIA, revisions_of
from grayctl.signing import debug_header
from grayctl.target import Target


def _expected(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """One failed way must not stop the next: these are what AWS and our own steps raise."""
    return aws_errors(RevisionError, StoreError, GrayctlError, *more)


@dataclass
class Kill:
    """How far a kill has come. `troubles` says of each way that did not work why not."""

    revision: Revision | None = None
    request: str = ""
    arrival: Arrival | None = None
    store_written: bool = False
    sequence: int = 0
    epoch: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """True when the edge's configuration says killed."""
        return self.arrival is not None or self.store_written

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return {
            "revision": self.revision.number if self.revision else None,
            "epoch": self.revision.epoch if self.revision else self.epoch or None,
            "state": "killed" if self.done else None,
            "store_written": self.store_written,
            "publication": self.arrival.as_json() if self.arrival else None,
            "troubles": self.troubles,
        }


def kill(target: Target, *, author: str, reason: str, tell: Callable[[str], None]) -> Kill:
    """Write the killed revision, have the manual sync publish it, and see it at the edge.

    The manual sync is asked in any case, also when the revision could not be written: it kills by itself.
    """
    result = Kill()
    tell("writing the killed revision")
    try:
        result.revision = revisions_of(target).kill(author=author, reason=reason, via=VIA)
    except _expected() as error:
        result.troubles.append(f"revision: {error}")
    tell("calling the manual sync")
    try:
        result.request = invoke_manual_sync(
            target.clients.functions,
            target.output("ManualSyncFunction"),
            action="kill",
            author=author,
            reason=reason,
            invalidate=True,
        )
        result.arrival = await_publication(lambda: record_of_request(target, result.request), tell=tell)
    except _expected() as error:
        result.troubles.append(f"manual sync: {error}")
    if result.arrival and target.site:
        tell("published; asking the edge")
        header = _debug_header_or_none(target)
        result.arrival = await_edge(
            result.arrival,
            lambda: ask_edge(target.site, header),
            lambda answer: answer.reason == "killed" or (not answer.reason and answer.lane in ("", "v1")),
        )
    return result


def _debug_header_or_none(target: Target) -> str | None:
    """Everybody is at stable by now: that the release which signs the header is unreadable must not hide it."""
    try:
        return debug_header(target)
    except _expected(ValueError):
        return None


def write_store(target: Target, tell: Callable[[str], None]) -> Kill:
    """Write the kill straight into the KeyValueStore, then tell HEAD of it if the table answers.

    The mark on the fence makes the next sync follow the kill instead of publishing over it, so a table that
    does not answer now loses nothing.
    """
    tell("writing the store")
    result = Kill()
    killed = kill_directly(Store(target.clients.key_value_store, target.output("KeyValueStoreArn")))
    result.store_written, result.sequence, result.epoch = True, killed.sequence, killed.epoch
    return result


def record_direct(result: Kill, target: Target, *, author: str, reason: str) -> None:
    """After a direct kill: the revision that says so. A failure is a trouble, not an error."""
    try:
        result.revision = revisions_of(target).kill(author=author, reason=reason, via=VIA, epoch=result.epoch)
    except _expected() as error:
        result.troubles.append(f"revision: {error}; the next sync writes it")


def require_done(result: Kill) -> None:
    """Raises UnreachableError when no way worked: the operator must know at once what is left to do."""
    if not result.done:
        raise UnreachableError(
            "the kill is not at the edge: " + "; ".join(result.troubles),
            "Write the store directly: grayctl kill --direct.",
        )
