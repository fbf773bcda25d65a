"""What a publication has to write, as plain values; nothing here calls AWS.

Order and safety, in the words used here:

- a publication takes its *sequence* first and reads HEAD after, so the highest sequence has the newest HEAD;
- every write to the store also puts *fence* = its sequence, on the ETag it was planned on: who finds a higher fence,
  or a newer revision, is *superseded* and stops; who finds a kill that it does not come after stops too, whatever its
  numbers (the kill guard, gray.store_writer);
- lists and parts go first, `config` last, so a location that sees `config` has had the rest at least as long;
- a location that still misses a part sees that by its number, and answers stable.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gray.ledger import Ledger
from gray.published import Current, Fence, LiveLane, stamped
from gray.revision import ACTIVE, KILLED, PAUSED, Head
from gray.store import KEYS_PER_CALL, Write, batches

__all__ = [
    "CONFIG",
    "FENCE",
    "GRACE_SECONDS",
    "Due",
    "Observed",
    "Target",
    "due",
    "lapsed",
    "part_key",
    "part_keys",
    "plan",
    "superseded",
    "to_remove",
]

CONFIG, FENCE = "config", "fence"
# The generation before stays this long: a location may lag by a minute, and we allow ten times that.
GRACE_SECONDS = 600

Due = Literal["first", "revision", "unfinished", "lanes", "lease", ""]


def part_key(sequence: int, number: int) -> str:
    """The key of part `number` (from 1) of the config of `sequence`."""
    return f"c.{sequence}.{number}"


def part_keys(sequence: int, parts: int) -> list[str]:
    """The keys of all parts of the config of `sequence`."""
    return [part_key(sequence, number) for number in range(1, parts + 1)]


@dataclass(frozen=True)
class Target:
    """What the store has to hold: `config`, the parts it needs, the shards of the lists it asks."""

    config: str
    parts: Mapping[str, str] = field(default_factory=dict)
    shards: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, str]:
        """Everything but the fence, in the order of writing."""
        return {**self.shards, **self.parts, CONFIG: self.config}


@dataclass(frozen=True)
class Observed:
    """What was read of the store at one ETag. `entries` is all of it, where that was worth reading."""

    etag: str
    fence: Fence
    config: str | None
    entries: Mapping[str, str] | None = None


def superseded(target: Target, observed: Observed, *, sequence: int, reached: Callable[[int], bool]) -> str:
    """Why a publication may not write to the store as observed; empty when it may.

    `reached` is asked of a higher revision that is there: whether HEAD ever was at it, now that it has been seen.
    """
    if observed.fence.sequence > sequence:
        return f"publication {observed.fence.sequence} is newer than {sequence}"
    mine, there = stamped(target.config), stamped(observed.config)
    if mine and there and there.revision > mine.revision and reached(there.revision):
        return f"revision {there.revision} is published, which is newer than {mine.revision}"
    return ""


def plan(
    target: Target, observed: Observed, *, sequence: int, possible: Mapping[str, Sequence[str | None]]
) -> list[Write]:
    """The calls that bring the store from what was observed to the target.

    `possible` has, for a shard, the values it may have in a store that was not read whole; a shard that is not in it
    may have any. One call when only `config` changes, and where it takes along shards that were there already: those
    change in place, so a location that sees `config` first sees them as they were. What is new, parts and the shards
    of a new list, goes in the calls before.
    """
    every = {FENCE: str(Fence(sequence))}
    shards = {key: value for key, value in target.shards.items() if not _surely(key, value, observed, possible)}
    new = {key: value for key, value in shards.items() if not _is_there(key, observed, possible)}
    changed = {key: value for key, value in shards.items() if key not in new}
    first = {**target.parts, **new}
    # As many of the changed ones as there is room for beside what has to go first.
    room = -len(first) % (KEYS_PER_CALL - len(every))
    before = dict(list(changed.items())[:room])
    after = {key: value for key, value in changed.items() if key not in before}
    return [*batches({**first, **before}, (), every=every), *batches({**after, CONFIG: target.config}, (), every=every)]


def _is_there(key: str, observed: Observed, possible: Mapping[str, Sequence[str | None]]) -> bool:
    if observed.entries is not None:
        return key in observed.entries
    return key in possible and None not in possible[key]


def _surely(key: str, value: str, observed: Observed, possible: Mapping[str, Sequence[str | None]]) -> bool:
    if observed.entries is not None:
        return observed.entries.get(key) == value
    return key in possible and all(other == value for other in possible[key])


def due(head: Head, current: Current | None, ledger: Ledger, lanes: Mapping[str, LiveLane], now: float) -> Due:
    """Why HEAD has to be published now, from what costs nothing to read; empty when it has not.

    `lanes` are the gray lanes that viewers could be sent to now.
    """
    if current is None:
        return "first"
    if (head.revision, head.epoch, head.state) != (current.revision, current.epoch, current.state):
        return "revision"
    if not ledger.complete:
        return "unfinished"
    if head.state not in (ACTIVE, PAUSED):
        return ""
    if dict(current.lanes) != {name: lanes[name] for name in current.wants if name in lanes}:
        return "lanes"
    if not lapsed(current, now) and now >= current.until - current.lease / 2:
        return "lease"
    return ""


def lapsed(current: Current | None, now: float) -> bool:
    """Whether what is published has outlived its lease: the edge sends everybody to stable by itself."""
    return current is not None and current.state not in (KILLED, "finished") and 0 < current.until <= now


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
