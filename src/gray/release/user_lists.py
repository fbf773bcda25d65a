"""User lists as shards of the key value store.

An id becomes a shard number and a fingerprint of 24 bits, both from SHA-256 of `list salt:id`; a shard is its
fingerprints, sorted, four characters each, after the digit of the format. One read answers a lookup; an id that is
in the list is always found; one that is not is found by chance once in about 86,000 lookups.

Everything streams: 1,000,000 ids are held as numbers, not as texts.
"""

import base64
import hashlib
import math
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gray.release.validation.release_problems import ReleaseProblem

__all__ = [
    "ID_BYTES",
    "RESERVE",
    "SHARD_BYTES",
    "STORE_BYTES",
    "ListError",
    "ListPlan",
    "build_shards",
    "canonical",
    "changed_shards",
    "false_positive_rate",
    "fits",
    "place",
    "plan_list",
    "shard_key",
    "store_bytes",
]

SHARD_BYTES = 1000  # our own limit below the store's 1,024 bytes a value (DG:cloudfront-limits)
STORE_BYTES = 5 * 1024 * 1024  # DG:cloudfront-limits
ID_BYTES = 256
RESERVE = 100_000  # of the store, for config, parts, fence and the generation before
_MARKS = (SHARD_BYTES - 1) // 4  # fingerprints that a shard can hold: 249
_FULL = 185  # planned on average, so that chance fills none of thousands of shards beyond _MARKS
_GROWTH = 1.2
_FORMAT = "2"
_LONGEST_NAME = "x" * 32  # gray.release.document lets a list's name be so long
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Taken off at both ends; spreadsheets write the last two.
_AROUND = " \t\r\n\u00a0\u3000"
# Of no category of its own, and yet nothing to see: joiners, fillers, an empty pattern of Braille.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\uffa0\ufffd]")


class ListError(ValueError):
    """When ids do not make a list: its problem names the line, or how many fit, and the remedy."""


@dataclass(frozen=True)
class ListPlan:
    """How a new list is laid out; fixed for its life."""

    shards: int
    capacity: int


def canonical(text: str) -> str:
    """An id as lists keep it: in NFC, without spaces around it. Raises ListError if it is not a valid id.

    Invisible characters are refused: the list and the request could differ in them, and nobody would see it.
    """
    identity = text.strip(_AROUND)
    if not identity.isascii():
        identity = unicodedata.normalize("NFC", identity)
    if not identity.isprintable() or _BLANK.search(identity):
        for letter in identity:
            _refuse_unseen(letter)
    size = len(identity.encode())
    if size > ID_BYTES:
        raise ListError(ReleaseProblem.ID_LONG(size=size, limit=ID_BYTES))
    return identity


def _refuse_unseen(letter: str) -> None:
    kind = unicodedata.category(letter)
    if kind == "Cs" or letter == "\ufffd":
        raise ListError(ReleaseProblem.ID_NOT_UNICODE())
    if kind == "Cc":
        raise ListError(ReleaseProblem.ID_CONTROL(code=f"{ord(letter):04X}"))
    if kind in ("Cf", "Zl", "Zp") or (kind == "Zs" and letter != " ") or _BLANK.match(letter):
        name = unicodedata.name(letter, "unnamed")
        raise ListError(ReleaseProblem.ID_INVISIBLE(code=f"{ord(letter):04X}", name=name))


def plan_list(ids: int, *, planned: int = 0, name: str = _LONGEST_NAME) -> ListPlan:
    """The layout for a list of `ids` ids that may grow to `planned` (by a fifth when not said). Raises ListError."""
    capacity = max(planned, math.ceil(ids * _GROWTH), 1)
    most = fits(name=name)
    if most < ids:
        raise ListError(ReleaseProblem.LISTS_FULL(ids=ids, most=most))
    return ListPlan(shards=max(1, math.ceil(min(capacity, most) / _FULL)), capacity=capacity)


def fits(*, name: str = _LONGEST_NAME) -> int:
    """How many ids fit into the store, in a list of that name: each shard's key has the name in it."""
    shard = len(shard_key(name, 36**3 - 1)) + 1
    return int((STORE_BYTES - RESERVE - shard) / (4 + shard / _FULL))


def store_bytes(ids: int, shards: int, name: str) -> int:
    """Bytes of a list in the store: keys and values."""
    return ids * 4 + shards * (1 + len(shard_key(name, shards)))


def false_positive_rate(ids: int, shards: int) -> float:
    """How often an id that is not in the list is taken for one that is."""
    return 1 - math.exp(-(ids / shards) / 2**24)


def place(identity: str, *, salt: str, shards: int) -> tuple[int, int]:
    """Shard number and fingerprint of an id; src/edge/decide.js does the same."""
    digest = hashlib.sha256(f"{salt}:{identity}".encode()).digest()
    return int.from_bytes(digest[:4]) % shards, int.from_bytes(digest[4:7])


def build_shards(ids: Iterable[str], *, salt: str, shards: int) -> list[str]:
    """The values of the shards, by number. Raises ListError when one would be over its limit.

    An id that comes twice counts once.
    """
    marks = _sorted_marks(ids, salt, shards)
    values: list[str] = []
    edges = [bisect_left(marks, number << 24) for number in range(shards + 1)]
    for start, end in pairwise(edges):
        if end - start > _MARKS:
            raise ListError(ReleaseProblem.LIST_OUTGROWN(ids=len(marks), shards=shards, limit=_MARKS))
        values.append(_FORMAT + "".join(map(_mark_text, marks[start:end])))
    return values


def changed_shards(before: Sequence[str], after: Sequence[str], *, name: str) -> Mapping[str, str]:
    """The keys to put so that a store with `before` has `after`; both by the same salt and number of shards."""
    if len(before) != len(after):
        raise ListError(ReleaseProblem.SHARDS_FIXED())
    return {shard_key(name, n): new for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new}


def shard_key(name: str, number: int) -> str:
    """The key of a list's shard; the number in base 36."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return f"s.{name}.{digits}"


def _sorted_marks(ids: Iterable[str], salt: str, shards: int) -> "array[int]":
    """Shard number and fingerprint as one number each, in order, each once."""
    found: array[int] = array("Q")
    start = hashlib.sha256(f"{salt}:".encode())
    for identity in ids:
        digest = start.copy()
        digest.update(identity.encode())
        word = int.from_bytes(digest.digest()[:7])
        found.append(((word >> 24) % shards) << 24 | (word & 0xFFFFFF))
    ordered = array("Q", sorted(found))
    unique: array[int] = array("Q")
    last = -1
    for value in ordered:
        if value != last:
            unique.append(value)
            last = value
    return unique


def _mark_text(mark: int) -> str:
    return base64.urlsafe_b64encode((mark & 0xFFFFFF).to_bytes(3)).decode()
