"""The edge's format: only this module writes, reads, masks and kills the store's keys and the `config` value.

docs/reference/edge-config.md describes the format. gray.edge.rules writes the rules in it; src/edge/decide.js reads the
head, src/edge/conditions.js the rules. A `config` is a head
of fields between bars, and the rules (or the number of the parts that hold them) on the next line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from gray.edge.grants import EdgeKeys
from gray.release.lane_api import LaneApi

__all__ = [
    "CONFIG",
    "FENCE",
    "FIELDS",
    "Fence",
    "Stamp",
    "again",
    "config_text",
    "entries",
    "identity_secret",
    "killed_config",
    "lane_entries",
    "lanes_of",
    "mask",
    "part_key",
    "part_keys",
    "stamped",
    "unmask",
]

CONFIG, FENCE = "config", "fence"
FORMAT = 1
STATES = {"a": "active", "p": "paused", "k": "killed", "f": "finished"}
# The head's fields in their order. src/edge/decide.js reads them by place; a test compares the two.
FIELDS = (
    *("format", "sequence", "revision", "epoch", "state", "until", "parts"),
    *("salt", "identity", "keys", "identity_key", "lanes", "region"),
)
_SEQUENCE, _KEYS, _IDENTITY_KEY, _LANES = map(FIELDS.index, ("sequence", "keys", "identity_key", "lanes"))
_PLACEHOLDER = re.compile(r"([a-z0-9]+):\{\{key:\1\}\}")


@dataclass(frozen=True)
class Stamp:
    """The part of a `config` value that orders publications.

    `until` is when its lease ends (unix seconds), `parts` how many keys hold its rules; none: they are in `config`.
    """

    sequence: int
    revision: int
    epoch: int
    state: str = "active"
    until: int = 0
    parts: int = 0


def stamped(config: str | None) -> Stamp | None:
    """The stamp of a `config` value; None when it is missing or not one that we wrote."""
    fields = (config or "").split("\n", 1)[0].split("|")
    if len(fields) < 5 or not _is_number(fields[0]) or fields[4] not in STATES:
        return None
    numbers = [*fields[1:4], *(fields[5:7] or ["0", "0"])]
    if not all(map(_is_number, numbers)):
        return None
    sequence, revision, epoch, *more = (int(number) for number in numbers)
    until, parts = [*more, 0, 0][:2]
    return Stamp(sequence, revision, epoch, STATES[fields[4]], until, parts)


@dataclass(frozen=True)
class Fence:
    """The store's `fence`: the highest sequence that has written to it.

    `direct` is the cause of a kill that was written straight into the store, and that HEAD may not know of yet.
    """

    sequence: int
    direct: str = ""

    @classmethod
    def parse(cls, value: str | None) -> "Fence":
        """From the value. Anything else counts as no fence: garbage must not stop a publication."""
        number, *more = (value or "").split(" ")
        if not _is_number(number):
            return cls(0)
        if not more or more[0] != "direct":
            return cls(int(number))
        return cls(int(number), unquote("".join(more[1:2])) or "unnamed")

    def __str__(self) -> str:
        return f"{self.sequence} direct {quote(self.direct)}" if self.direct else str(self.sequence)


def _is_number(text: str) -> bool:
    # Python reads at most 4,300 digits, and our numbers have at most a dozen.
    return text.isdecimal() and text.isascii() and len(text) < 16


def part_key(sequence: int, number: int) -> str:
    """The key of part `number` (from 1) of the config of `sequence`."""
    return f"c.{sequence}.{number}"


def part_keys(sequence: int, parts: int) -> list[str]:
    """The keys of all parts of the config of `sequence`."""
    return [part_key(sequence, number) for number in range(1, parts + 1)]


def entries(values: Mapping[str, str]) -> str:
    """`,a:one,b:two,`: a comma before and after each entry, so that one search finds it; empty without any."""
    return "".join(f",{name}:{value}" for name, value in values.items()) + ("," if values else "")


def identity_secret(keys: EdgeKeys) -> str:
    """The secret that identities are signed with, as the edge reads it (decodeURIComponent)."""
    return quote(keys.identity, safe="")


def config_text(stamp: Stamp, rules: str, **rest: str) -> str:
    """The `config` value of a release that is not killed. `rest` are the fields that are not in the stamp."""
    values = {"format": FORMAT, **vars(stamp), "state": stamp.state[0], **rest}
    return "|".join(str(values[name]) for name in FIELDS) + f"|\n{rules}"


def lane_entries(lanes: Mapping[str, LaneApi]) -> str:
    """The lanes' APIs, as `lanes_of` reads them."""
    return entries({name: f"{lane.api_id}:{lane.stage}" for name, lane in lanes.items()})


def killed_config(sequence: int, revision: int, epoch: int) -> str:
    """The `config` value that sends everybody to stable (the edge needs no further field of it)."""
    return f"{FORMAT}|{sequence}|{revision}|{epoch}|k"


def mask(config: str) -> str:
    """The config with placeholders for its secrets."""
    head, newline, rules = config.partition("\n")
    fields = head.split("|")
    if len(fields) > _IDENTITY_KEY:
        ids = [pair.partition(":")[0] for pair in fields[_KEYS].split(",") if pair]
        fields[_KEYS] = entries({name: f"{{{{key:{name}}}}}" for name in ids})
        fields[_IDENTITY_KEY] = "{{identity}}" if fields[_IDENTITY_KEY] else ""
    return "|".join(fields) + newline + rules


def lanes_of(config: str) -> dict[str, LaneApi]:
    """The gray lanes that a config sends viewers to."""
    fields = config.partition("\n")[0].split("|")
    found: dict[str, LaneApi] = {}
    for entry in fields[_LANES].split(",") if len(fields) > _LANES else ():
        name, _, address = entry.partition(":")
        api_id, _, stage = address.partition(":")
        if stage:
            found[name] = LaneApi(api_id, stage)
    return found


def again(config: str, sequence: int, lanes: Mapping[str, LaneApi]) -> str:
    """The same config as publication `sequence`, with these lanes: the edge answers stable for one that is missing."""
    head, newline, rules = config.partition("\n")
    fields = head.split("|")
    fields[_SEQUENCE] = str(sequence)
    if len(fields) > _LANES:
        fields[_LANES] = lane_entries(lanes)
    return "|".join(fields) + newline + rules


def unmask(config: str, keys: EdgeKeys) -> str:
    """The config with its secrets; a key that is no longer in use is left out."""
    head, newline, rules = config.partition("\n")
    fields = head.split("|")
    if len(fields) > _IDENTITY_KEY:
        secrets = dict(keys.keys)
        ids = _PLACEHOLDER.findall(fields[_KEYS])
        fields[_KEYS] = entries({name: secrets[name] for name in ids if name in secrets})
        fields[_IDENTITY_KEY] = identity_secret(keys) if fields[_IDENTITY_KEY] else ""
    return "|".join(fields) + newline + rules
