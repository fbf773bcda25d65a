"""What a publication has to write, as plain values; nothing here calls AWS.

Order and safety, in the words used here:

- a publication takes its *sequence* first and reads HEAD after, so the highest sequence has the newest HEAD;
- every write to the store also puts *fence* = its sequence, on the ETag it was planned on: a run that finds a higher
  fence, or a newer revision, is *superseded* and stops; a run that finds a later kill stops too, whatever its
  numbers (the kill guard, gray.publish.store.writer);
- lists and parts go first, `config` last, so a location that sees `config` has had the rest at least as long;
- a location that still misses a part sees that by its number, and answers stable.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gray.edge.config import CONFIG, FENCE, Fence, stamped
from gray.publish.store.store import KEYS_PER_CALL, Write, batches

__all__ = [
    "Observed",
    "Target",
    "plan",
    "superseded",
]


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

    `reached` says whether HEAD ever had the higher revision that was found.
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
