"""The ledger of lists and parts: announced before the store is written, confirmed after."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from gray.publish.records.ledger import Ledger, LedgerMoved, LedgerTable, ListShards
from gray.publish.store.store import StoreMeta

__all__ = [
    "NOTHING",
    "ListUse",
    "Outcome",
    "begin",
    "confirm",
    "content_hash",
    "doubtful",
    "forget_lists",
    "set_hash",
    "withdraw_lists",
]

# Stands among a list's digests for a store that may lack any of its shards.
NOTHING = ""


@dataclass(frozen=True)
class ListUse:
    """A list that a publication needs in the store."""

    digest: str
    shards: int
    salt: str


def begin(
    table: LedgerTable, sequence: int, parts: int, lists: Mapping[str, ListUse], *, switched_at: int = 0
) -> Ledger:
    """Announces what `sequence` is about to write. Raises LedgerMoved when a higher one has announced itself.

    `switched_at` is now, when it is a kill that is about to switch the lanes' APIs.
    """

    def announce(ledger: Ledger) -> Ledger:
        if ledger.intent > sequence:
            raise LedgerMoved(f"publication {ledger.intent} has begun, which is newer than {sequence}")
        used = {name: _with(ledger.lists.get(name), use) for name, use in lists.items()}
        return replace(
            ledger,
            intent=sequence,
            switched_at=max(ledger.switched_at, switched_at),
            lists={**ledger.lists, **used},
            parts={**ledger.parts, **({str(sequence): parts} if parts else {})},
        )

    return table.change(announce)


def _with(known: ListShards | None, use: ListUse) -> ListShards:
    if known is None or (known.shards, known.salt) != (use.shards, use.salt):
        return ListShards(use.shards, use.salt, (NOTHING, use.digest))
    digests = known.digests if use.digest in known.digests else (*known.digests, use.digest)
    return replace(known, digests=digests, unused_since=0)


@dataclass(frozen=True)
class Outcome:
    """What a publication left behind it: the store's counts, the parameter's text, and the hashes to compare with."""

    meta: StoreMeta
    published: str
    config_hash: str
    saved_hash: str


def content_hash(text: str) -> str:
    """A hash to see a change by."""
    return sha256(text.encode()).hexdigest()[:32]


def set_hash(keys: Mapping[str, str]) -> str:
    """The hash of a whole set of keys and values, in any order."""
    return content_hash(json.dumps(dict(keys), sort_keys=True))


def confirm(
    table: LedgerTable, sequence: int, lists: Mapping[str, ListUse] | None, outcome: Outcome, *, now: int
) -> Ledger:
    """Settles what `sequence` has written: its lists are as they should be, everything before is out of use.

    A kill touches no list (`None`): they are needed again after a resume.
    """

    def settle(ledger: Ledger) -> Ledger:
        if ledger.intent > sequence:
            return ledger  # a newer one is running, and settles this when it ends
        unused = {number: ledger.unused.get(number, now) for number in ledger.parts if number != str(sequence)}
        settled = replace(
            ledger,
            confirmed=sequence,
            unused=unused,
            items=outcome.meta.items,
            size=outcome.meta.size,
            published=outcome.published,
            config_hash=outcome.config_hash,
            saved_hash=outcome.saved_hash,
        )
        if lists is None:
            return settled
        kept = {name: replace(ledger.lists[name], digests=(use.digest,), unused_since=0) for name, use in lists.items()}
        left = {
            name: entry if entry.unused_since else replace(entry, unused_since=now)
            for name, entry in ledger.lists.items()
            if name not in lists
        }
        return replace(settled, lists=left | kept)

    return table.change(settle)


def withdraw_lists(table: LedgerTable, sequence: int, names: Collection[str]) -> Collection[str]:
    """Marks unused lists as possibly incomplete, before their shards are removed from the store.

    Returns those that may be removed: a list that a publication after `sequence` has taken up again stays, and one
    that takes it up from now on writes all of its shards.
    """

    def removable(ledger: Ledger) -> list[str]:
        if not ledger.complete or ledger.confirmed != sequence:
            return []
        return [name for name in names if name in ledger.lists and ledger.lists[name].unused_since]

    def withdraw(ledger: Ledger) -> Ledger:
        gone = {name: replace(ledger.lists[name], digests=(NOTHING,)) for name in removable(ledger)}
        return replace(ledger, lists={**ledger.lists, **gone})

    return removable(table.change(withdraw))


def forget_lists(table: LedgerTable) -> Ledger:
    """Marks the shards of every list as unknown: for a store that lost keys."""

    def forget(ledger: Ledger) -> Ledger:
        return replace(
            ledger,
            lists={name: replace(entry, digests=(NOTHING, *entry.digests)) for name, entry in ledger.lists.items()},
        )

    return table.change(forget)


def doubtful(ledger: Ledger, name: str) -> Sequence[str]:
    """The digests whose shards may be in the store; NOTHING when any may be missing."""
    entry = ledger.lists.get(name)
    return entry.digests if entry else (NOTHING,)
