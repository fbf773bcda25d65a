"""The kill at the edge: compiled from format, sequence, revision, epoch and state alone, with retries.

It validates no release, checks no lane and reads no list. The store comes first.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from gray.edge.config import CONFIG, FENCE, Fence, killed_config, stamped
from gray.history.revision import KILLED
from gray.publish.store.store import Store, StoreConflict, StoreError, StoreMeta, Write
from gray.publish.store.write_plan import Observed
from gray.publish.store.writer import Superseded, carry_out, observe

__all__ = ["Killed", "kill_directly", "write_kill"]

ATTEMPTS = 60


@dataclass(frozen=True)
class Killed:
    """The kill as it was written: its sequence and config, the UpdateKeys calls tried, and the store afterwards.

    `cause` is what HEAD has to note when it follows a kill that was written straight into the store.
    """

    sequence: int
    epoch: int
    config: str
    updates: int
    meta: StoreMeta
    cause: str = ""


def write_kill(
    store: Store,
    *,
    sequence: int,
    revision: int,
    epoch: int,
    next_sequence: Callable[[int], int],
    still_killed: Callable[[], bool],
    acknowledge: Callable[[str], bool] = lambda cause: False,
    again: Callable[[int], None] = lambda sequence: None,
    wait: Callable[[float], None] = time.sleep,
) -> Killed:
    """Writes the kill of `revision` through every conflict; `next_sequence(above)` gives a higher sequence when needed.

    A higher fence does not stop a kill: it takes a higher sequence and continues. A higher revision does only when
    `still_killed` says that HEAD has been resumed since (Superseded); else the table was restored to an earlier time,
    and the kill takes that revision's number. The cause of a direct kill stays on the fence until `acknowledge`
    says that HEAD has acted on it. `again` gets the sequence before a kill that the store
    has already is written once more.
    """
    updates = 0
    error: StoreError | None = None
    for attempt in range(ATTEMPTS):
        try:
            observed = observe(store)
            there = stamped(observed.config)
            if there and there.revision > revision:
                if not still_killed():
                    raise Superseded(f"revision {there.revision} is published, which is newer than the kill {revision}")
                revision = there.revision
            epoch = max(epoch, there.epoch if there else 0)
            if observed.fence.sequence > sequence:
                sequence = next_sequence(observed.fence.sequence)
            direct = observed.fence.direct
            if direct and acknowledge(direct):
                direct = ""
            if there and (there.revision, there.epoch, there.state) == (revision, epoch, KILLED):
                again(sequence)
            config = killed_config(sequence, revision, epoch)
            updates += 1
            written = carry_out(store, observed, _write(config, Fence(sequence, direct)))
        except StoreConflict as lost:
            error = lost
        except StoreError as failed:
            error = failed
            wait(min(0.05 * 2**attempt, 2.0))
        else:
            return Killed(sequence, epoch, config, updates, written.meta)
    raise error or StoreConflict("the kill lost every race")


def kill_directly(
    store: Store, *, wait: Callable[[float], None] = time.sleep, cause: str = "", attempts: int = ATTEMPTS
) -> Killed:
    """Kills with access to the store alone (`grayctl kill --direct`).

    Keeps the store's revision, raises the epoch, and leaves its cause (else a new one) on the fence, so that the
    next sync makes HEAD killed too instead of publishing over it.
    """
    cause = cause or f"direct:{uuid.uuid4().hex}"
    error: StoreError | None = None
    for attempt in range(attempts):
        try:
            observed = observe(store)
            sequence, revision, epoch = _beyond(observed)
            config = killed_config(sequence, revision, epoch)
            written = carry_out(store, observed, _write(config, Fence(sequence, cause)))
        except StoreError as failed:
            error = failed
            wait(min(0.05 * 2**attempt, 2.0))
        else:
            return Killed(sequence, epoch, config, attempt + 1, written.meta, cause)
    raise error or StoreConflict("the kill lost every race")


def _beyond(observed: Observed) -> tuple[int, int, int]:
    """Sequence, revision and epoch of a direct kill: one above the store's, and no higher when killed again.

    So the next sequence that the table gives is never below the fence.
    """
    there = stamped(observed.config)
    sequence = max(observed.fence.sequence, there.sequence if there else 0) + (not observed.fence.direct)
    if there is None:
        return sequence, 0, 1
    return sequence, there.revision, there.epoch + (there.state != KILLED)


def _write(config: str, fence: Fence) -> list[Write]:
    return [Write({CONFIG: config, FENCE: str(fence)})]
