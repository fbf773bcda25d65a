"""Writing a target to the KeyValueStore: read, judge, plan, write; again from the start when another run wrote.

Every write of the store goes through `carry_out`, and there the kill guard stands (docs/decisions/0202): no config
that is not killed is written over a killed one, unless its epoch is above that one's and HEAD has acted on the kill.
The store is judged at the ETag that the write carries, so nothing comes in between, and nothing overrules it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gray.edge.config import CONFIG, FENCE, Fence, Stamp, stamped
from gray.history.revision import KILLED
from gray.publish.store.store import PAGE, Store, StoreConflict, StoreMeta, StoreRejected, StoreUnavailable, Write
from gray.publish.store.write_plan import Observed, Target, plan, superseded

__all__ = ["StillKilled", "Superseded", "Written", "carry_out", "observe", "write_target"]

# Each lost race is another run's finished write, and only a higher sequence makes it written again.
ATTEMPTS = 30
# Attempts that may end without an answer; each is several of botocore's, which take half a minute.
UNANSWERED = 3


class Superseded(Exception):
    """When a newer publication is running or done; this one has nothing left to do. `by` is its sequence, if known."""

    def __init__(self, why: str, by: int = 0) -> None:
        self.by = by
        super().__init__(why)


class StillKilled(Exception):
    """When the store holds a kill: nothing but a kill, or what came after it, may be written over that.

    `stamp` is what the store says (None where its config cannot be read), `direct` is the cause of a direct kill.
    """

    def __init__(self, stamp: Stamp | None, direct: str) -> None:
        self.stamp, self.direct = stamp, direct
        where = f", at revision {stamp.revision}, epoch {stamp.epoch}" if stamp else ""
        super().__init__(f"the store was killed{' directly' if direct else ''}{where}")

    @property
    def epoch(self) -> int:
        """The epoch of the kill, as far as the store says; 0 where it does not."""
        return self.stamp.epoch if self.stamp else 0


@dataclass(frozen=True)
class Written:
    """What a write took: keys put, UpdateKeys calls, and the store afterwards."""

    keys: int
    updates: int
    meta: StoreMeta


Possible = Callable[[], Mapping[str, Sequence[str | None]]]
# Called after each call to the store: how many are done, of how many.
Tell = Callable[[int, int], None]
# Whether HEAD has acted on that cause of a direct kill.
ActedOn = Callable[[str], bool]


def _untold(_done: int, _total: int) -> None:
    return None


def _not_acted_on(_direct: str) -> bool:
    return False


def observe(store: Store) -> Observed:
    """Reads what a plan needs: all of a small store (2 calls), else `fence` and `config` alone (3 calls)."""
    meta = store.describe()
    if meta.items <= PAGE:
        entries = dict(store.entries())
        return Observed(meta.etag, Fence.parse(entries.get(FENCE)), entries.get(CONFIG), entries)
    return Observed(meta.etag, Fence.parse(store.get(FENCE)), store.get(CONFIG))


def write_target(
    store: Store,
    target: Target,
    *,
    sequence: int,
    possible: Possible,
    acted_on: ActedOn = _not_acted_on,
    reached: Callable[[int], bool] = lambda revision: True,
    wait: Callable[[float], None] = time.sleep,
    tell: Tell = _untold,
) -> Written:
    """Makes the store hold `target`. Raises Superseded, StillKilled, or a StoreError.

    `possible` is called after each reading of the ETag, and must hold for the store at that ETag. `reached` says
    whether HEAD ever had a higher revision that is in the store; a revision that nobody saved stops nothing.
    """
    unanswered = 0
    for _ in range(ATTEMPTS):
        observed = observe(store)
        _keep_killed(target.config, observed, acted_on)
        why = superseded(target, observed, sequence=sequence, reached=reached)
        if why:
            raise Superseded(why, observed.fence.sequence)
        writes = plan(target, observed, sequence=sequence, possible=possible())
        try:
            return carry_out(store, observed, writes, acted_on=acted_on, tell=tell)
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


def carry_out(
    store: Store,
    observed: Observed,
    writes: Sequence[Write],
    *,
    acted_on: ActedOn = _not_acted_on,
    tell: Tell = _untold,
) -> Written:
    """The calls one after the other on what was observed, each on the ETag that the one before left.

    Raises StillKilled, before the first call, where they would take a kill away.
    """
    for write in writes:
        if CONFIG in write.puts:
            _keep_killed(write.puts[CONFIG], observed, acted_on)
    keys = 0
    meta = StoreMeta(observed.etag, 0, 0)
    for done, write in enumerate(writes, 1):
        meta = store.update(write, meta.etag)
        keys += len(write.puts) + len(write.deletes)
        tell(done, len(writes))
    return Written(keys, len(writes), meta)


def _keep_killed(config: str, observed: Observed, acted_on: ActedOn) -> None:
    """The kill guard. Raises StillKilled."""
    mine, there, direct = stamped(config), stamped(observed.config), observed.fence.direct
    if mine and mine.state == KILLED:
        return
    if direct and not acted_on(direct):
        raise StillKilled(there, direct)
    if there and there.state == KILLED and not (mine and mine.epoch > there.epoch):
        raise StillKilled(there, direct)
