"""Bringing the KeyValueStore to a target: read, judge, plan, write; from the start again when somebody else wrote."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gray.publication import CONFIG, FENCE, Observed, Target, plan, superseded
from gray.published import Fence, Stamped, stamped
from gray.store import PAGE, Store, StoreConflict, StoreMeta, StoreRejected, StoreUnavailable, Write

__all__ = ["Brought", "KilledDirectly", "Superseded", "bring", "carry_out", "observe"]

# Each lost race is another run's finished write, and only a higher sequence makes it written again.
ATTEMPTS = 30
UNANSWERED = 3


class Superseded(Exception):
    """When a newer publication is at work or done; this one has nothing left to do. `by` is its sequence, if known."""

    def __init__(self, why: str, by: int = 0) -> None:
        self.by = by
        super().__init__(why)


class KilledDirectly(Exception):
    """When the store was killed without HEAD knowing: nothing but a kill may be written over that."""

    def __init__(self, stamp: Stamped) -> None:
        self.stamp = stamp
        super().__init__(f"the store was killed directly, at revision {stamp.revision}, epoch {stamp.epoch}")


@dataclass(frozen=True)
class Brought:
    """What it took: keys put, UpdateKeys calls, and the store afterwards."""

    keys: int
    updates: int
    meta: StoreMeta


Possible = Callable[[], Mapping[str, Sequence[str | None]]]
# Is told after each call: how many are done, of how many.
Tell = Callable[[int, int], None]


def _untold(_done: int, _total: int) -> None:
    return None


def observe(store: Store) -> Observed:
    """Reads what a plan needs: all of a small store (2 calls), else `fence` and `config` alone (3 calls)."""
    meta = store.describe()
    if meta.items <= PAGE:
        entries = dict(store.entries())
        return Observed(meta.etag, Fence.parse(entries.get(FENCE)), entries.get(CONFIG), entries)
    return Observed(meta.etag, Fence.parse(store.get(FENCE)), store.get(CONFIG))


def bring(
    store: Store,
    target: Target,
    *,
    sequence: int,
    revision: int,
    possible: Possible,
    overrule: bool = False,
    resumed_since: Callable[[int], bool] = lambda at: False,
    wait: Callable[[float], None] = time.sleep,
    tell: Tell = _untold,
) -> Brought:
    """Makes the store hold `target`. Raises Superseded, KilledDirectly, or a StoreError.

    `possible` is asked after each reading of the ETag: what it says must hold for the store at that ETag.
    `resumed_since` says whether the release was resumed after that time: it was after the kill, if one is found that
    was written directly.
    """
    unanswered = 0
    for _ in range(ATTEMPTS):
        observed = observe(store)
        there = stamped(observed.config)
        if observed.fence.direct and there and not resumed_since(observed.fence.at):
            raise KilledDirectly(there)
        why = superseded(observed, sequence=sequence, revision=revision, overrule=overrule)
        if why:
            raise Superseded(why, observed.fence.sequence)
        writes = plan(target, observed, sequence=sequence, possible=possible())
        try:
            return carry_out(store, writes, observed.etag, tell)
        except StoreConflict:
            continue
        except StoreRejected:
            if store.describe().etag == observed.etag:
                raise  # not a stale ETag: the request itself is refused
        except StoreUnavailable:
            unanswered += 1
            if unanswered >= UNANSWERED:
                raise
            wait(0.2 * unanswered)
    raise StoreConflict(f"the store was written by others at each of {ATTEMPTS} attempts")


def carry_out(store: Store, writes: Sequence[Write], etag: str, tell: Tell = _untold) -> Brought:
    """The calls one after the other, each on the ETag that the one before left."""
    keys = 0
    meta = StoreMeta(etag, 0, 0)
    for done, write in enumerate(writes, 1):
        meta = store.update(write, meta.etag)
        keys += len(write.puts) + len(write.deletes)
        tell(done, len(writes))
    return Brought(keys, len(writes), meta)
