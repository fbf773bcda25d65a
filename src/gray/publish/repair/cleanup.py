"""Removing what is no longer used: parts of earlier configs and shards of lists no longer asked, ten minutes later."""

from collections.abc import Collection
from dataclasses import replace

from gray.edge.config import FENCE, Fence, part_keys
from gray.publish.control_plane import ControlPlane
from gray.publish.records.ledger import Ledger
from gray.publish.records.list_ledger import content_hash, withdraw_lists
from gray.publish.store.store import StoreConflict, batches
from gray.publish.store.write_plan import Observed
from gray.publish.store.writer import carry_out, observe

__all__ = ["clean_up"]

# The generation before stays this long: a location may lag by a minute, and we allow ten times that.
GRACE_SECONDS = 600


def clean_up(plane: ControlPlane) -> int:
    """Removes what is old from the store; returns how many keys. Costs nothing when there is nothing to remove.

    Writes the fence that is there already, and only where the store is as the confirmed publication left it: then no
    other run is at work, and no restored config needs what would be removed.
    """
    ledger = plane.records.ledger.read()
    sequences, lists = to_remove(ledger, keep=ledger.confirmed, now=plane.clock.now())
    if not ledger.complete or not (sequences or lists):
        return 0
    store = plane.edge.store()
    observed = observe(store)
    if not _as_confirmed(observed, ledger):
        return 0
    # Noted before the first key goes, so it also holds when this run is interrupted.
    lists = list(withdraw_lists(plane.records.ledger, ledger.confirmed, lists)) if lists else []
    entries = observed.entries
    if entries is None:  # a deletion of a key that is not there may be an error
        entries = dict(store.entries())
    keys = _removable(entries, ledger, sequences, lists)
    try:
        written = carry_out(store, observed, batches({}, keys, every={FENCE: str(observed.fence)}))
    except StoreConflict:
        return 0  # a publication began; the next scheduled run cleans up

    def removed(kept: Ledger) -> Ledger:
        gone = [str(sequence) for sequence in sequences]
        counted = kept.complete and kept.confirmed == ledger.confirmed and bool(keys)
        return replace(
            kept,
            items=written.meta.items if counted else kept.items,
            size=written.meta.size if counted else kept.size,
            parts={number: parts for number, parts in kept.parts.items() if number not in gone},
            unused={number: since for number, since in kept.unused.items() if number not in gone},
            lists={n: e for n, e in kept.lists.items() if n not in lists or not e.unused_since},
        )

    plane.records.ledger.change(removed)
    return len(keys)


def _as_confirmed(observed: Observed, ledger: Ledger) -> bool:
    if observed.fence != Fence(ledger.confirmed) or observed.config is None:
        return False
    return content_hash(observed.config) == ledger.config_hash


def _removable(
    entries: Collection[str], ledger: Ledger, sequences: Collection[int], lists: Collection[str]
) -> list[str]:
    parts = {key for sequence in sequences for key in part_keys(sequence, ledger.parts[str(sequence)])}
    prefixes = tuple(f"s.{name}." for name in lists)
    return [key for key in entries if key in parts or (prefixes and key.startswith(prefixes))]


def to_remove(ledger: Ledger, *, keep: int, now: float) -> tuple[list[int], list[str]]:
    """Sequences whose parts, and lists whose shards, have been out of use long enough; never those of `keep`."""
    old = [
        int(sequence)
        for sequence, since in ledger.unused.items()
        if since + GRACE_SECONDS <= now and int(sequence) != keep
    ]
    lists = [
        name
        for name, shards in ledger.lists.items()
        if shards.unused_since and shards.unused_since + GRACE_SECONDS <= now
    ]
    return sorted(old), sorted(lists)
