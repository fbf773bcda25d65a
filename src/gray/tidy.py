"""Removing what went out of use: parts of earlier configs and shards of lists no longer asked, ten minutes later."""

from dataclasses import replace

from gray.ledger import Ledger
from gray.means import Means
from gray.publication import FENCE, part_keys, to_remove
from gray.published import Fence
from gray.store import StoreConflict, batches
from gray.store_writer import carry_out, observe

__all__ = ["tidy"]


def tidy(means: Means) -> int:
    """Removes what is old from the store; returns how many keys. Costs nothing when there is nothing to remove.

    Writes the fence that is there already, and only when it is that of the confirmed publication: no other is at work.
    """
    ledger = means.ledger.read()
    sequences, lists = to_remove(ledger, keep=ledger.confirmed, now=means.now())
    if not ledger.complete or not (sequences or lists):
        return 0
    store = means.store()
    observed = observe(store)
    if observed.fence != Fence(ledger.confirmed):
        return 0
    wanted = {key for sequence in sequences for key in part_keys(sequence, ledger.parts[str(sequence)])}
    prefixes = tuple(f"s.{name}." for name in lists)
    entries = observed.entries
    if entries is None:  # a deletion of a key that is not there may be an error
        entries = dict(store.entries())
    keys = [key for key in entries if key in wanted or (prefixes and key.startswith(prefixes))]
    try:
        brought = carry_out(store, batches({}, keys, every={FENCE: str(observed.fence)}), observed.etag)
    except StoreConflict:
        return 0  # a publication began; the next run of the schedule tidies

    def removed(kept: Ledger) -> Ledger:
        gone = [str(sequence) for sequence in sequences]
        counted = kept.complete and bool(keys)
        return replace(
            kept,
            items=brought.meta.items if counted else kept.items,
            size=brought.meta.size if counted else kept.size,
            parts={number: parts for number, parts in kept.parts.items() if number not in gone},
            unused={number: since for number, since in kept.unused.items() if number not in gone},
            lists={n: e for n, e in kept.lists.items() if n not in lists or not e.unused_since},
        )

    means.ledger.change(removed)
    return len(keys)
