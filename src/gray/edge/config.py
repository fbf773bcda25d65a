"""The edge's format: only this module writes, reads, masks and kills the store's keys and the `config` value.

docs/reference/edge-config.md describes the format. gray.edge.rules writes the rules in it; src/edge/decide.js reads the
head, src/edge/conditions.js the rules. A `config` is a head
of fields between bars, and the rules (or the number of the parts that hold them) on the next line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from gray.edge.grants import EdgeKeys, release_key, seal
from gray.release.origin import Kind, Origin, Origins
from gray.release.site_files import DEFAULT_FILES, SiteFiles

__all__ = [
    "CONFIG",
    "END",
    "FENCE",
    "FIELDS",
    "Fence",
    "Stamp",
    "again",
    "config_text",
    "entries",
    "files_text",
    "identity_secret",
    "identity_source",
    "killed_config",
    "lane_entries",
    "lanes_of",
    "mask",
    "origins_text",
    "part_key",
    "part_keys",
    "pin_seals",
    "signing_key",
    "stamped",
    "unmask",
]

CONFIG, FENCE = "config", "fence"
FORMAT = 2
STATES = {"a": "active", "p": "paused", "k": "killed", "f": "finished"}
# The head's fields in their order: first what a viewer with a grant needs. src/edge/decide.js reads them by place; a
# test compares the two.
FIELDS = (
    *("state", "epoch", "sequence", "revision", "until", "identity", "lanes", "key_id", "secret"),
    *("region", "old_keys", "parts", "salt", "identity_key", "files"),
)
END = ";"
"""The last character of `config` and of the rules, and nowhere else in them: what lacks it was cut off."""

_EPOCH, _SEQUENCE, _REVISION, _UNTIL, _PARTS = map(FIELDS.index, ("epoch", "sequence", "revision", "until", "parts"))
_IDENTITY, _LANES, _KEY_ID, _SECRET, _OLD_KEYS, _SALT, _IDENTITY_KEY, _FILES = map(
    FIELDS.index, ("identity", "lanes", "key_id", "secret", "old_keys", "salt", "identity_key", "files")
)
_DIRECTORY = re.compile(r" v\d+/ ")
_KEY_PLACE, _PIN_PLACE = "{{key}}", "{{pin}}"


@dataclass(frozen=True)
class Stamp:
    """The part of a `config` value by which publications are ordered.

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
    state = STATES.get(fields[0].removeprefix(str(FORMAT)))
    if len(fields) <= len(FIELDS) or not state or len(fields[0]) != 2:
        return None
    places = (_EPOCH, _SEQUENCE, _REVISION, _UNTIL, _PARTS)
    epoch, sequence, revision, until, parts = (fields[place] for place in places)
    if state == "killed":
        until = parts = "0"
    if not all(map(_is_number, (epoch, sequence, revision, until, parts))):
        return None
    return Stamp(int(sequence), int(revision), int(epoch), state, int(until), int(parts))


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


def files_text(files: SiteFiles = DEFAULT_FILES) -> str:
    """The field `files`, as the edge searches it: a space before and after each word."""
    return "".join(f" {word}" for word in files.words) + " "


def config_text(stamp: Stamp, rules: str, **rest: str) -> str:
    """The `config` value of a release that is not killed. `rest` are the fields that are not in the stamp.

    rules: empty where parts hold them, else with END at their end.
    """
    values = {**vars(stamp), "state": f"{FORMAT}{stamp.state[0]}", **rest}
    values["lanes"] = _lanes_field(rest["lanes"], rest["files"])
    return "|".join(str(values[name]) for name in FIELDS) + f"|\n{rules or END}"


def origins_text(origins: Origins) -> str:
    """A lane's origins as src/edge/call.js reads them: the longest path prefix first."""
    placed = sorted(((prefix, origin) for origin in origins for prefix in origin.paths), key=_longest_first)
    return ":".join(f"{prefix}:{origin.address}:{_way(origin)}" for prefix, origin in placed)


def _longest_first(placed: tuple[str, Origin]) -> tuple[int, str]:
    prefix, _ = placed
    return -len(prefix), prefix


def _way(origin: Origin) -> str:
    """The letter of the origin's kind, and its path with the slash before it, if it has one."""
    letters: dict[Kind, str] = {"rest-api": "a", "http-api": "a", "function-url": "f", "url": "u"}
    return ("o" if origin.signed else letters[origin.kind]) + (f"/{origin.path}" if origin.path else "")


def lane_entries(lanes: Mapping[str, str], seals: Mapping[str, str]) -> str:
    """The lanes' pins and origins, as `lanes_of` reads them; `lanes` has the origins' text by lane."""
    return entries({name: f"{seals[name]}:{origins}" for name, origins in lanes.items()})


def _lanes_field(entries: str, files: str) -> str:
    """A slash first where a lane's site has directories: the edge's short way for documents is not for these."""
    return f"/{entries}" if _DIRECTORY.search(files) else entries


def pin_seals(lanes: Iterable[str], *, epoch: int, until: int, key: tuple[str, str]) -> dict[str, str]:
    """The seals of the pages' pins, by lane. `key` is the id and the release's key."""
    name, secret = key
    return {lane: seal(secret, "p2", f"{lane}.{epoch}.{until}.{name}") for lane in lanes}


def killed_config(sequence: int, revision: int, epoch: int, files: SiteFiles = DEFAULT_FILES) -> str:
    """The `config` value that sends everybody to stable; of numbers alone, so that nothing can refuse it.

    Other `files` than the default are for asking an edge function where a site's paths lead.
    """
    values = {
        "state": f"{FORMAT}k",
        "epoch": epoch,
        "sequence": sequence,
        "revision": revision,
        "files": files_text(files),
    }
    return "|".join(str(values.get(name, "")) for name in FIELDS) + f"|{END}"


def mask(config: str) -> str:
    """The config with placeholders for its secrets, and for what they sign."""
    fields, tail = _split(config)
    if signing_key(config):
        fields[_SECRET] = _KEY_PLACE
        lanes = lanes_of(config)
        fields[_LANES] = _lanes_field(lane_entries(lanes, dict.fromkeys(lanes, _PIN_PLACE)), fields[_FILES])
        ids = [pair.partition(":")[0] for pair in fields[_OLD_KEYS].split(",") if pair]
        fields[_OLD_KEYS] = entries(dict.fromkeys(ids, _KEY_PLACE))
        fields[_IDENTITY_KEY] = "{{identity}}" if fields[_IDENTITY_KEY] else ""
    return "|".join(fields) + tail


def lanes_of(config: str) -> dict[str, str]:
    """The gray lanes that a config sends viewers to, with the text of their origins."""
    fields, _ = _split(config)
    found = [entry.split(":", 2) for entry in fields[_LANES].split(",")] if len(fields) > _LANES else []
    return {name: origins for name, _, origins in (entry for entry in found if len(entry) == 3) if ":" in origins}


def signing_key(config: str) -> tuple[str, str] | None:
    """The id of the key that signs, and the release's key; None in a config that signs nothing."""
    fields, _ = _split(config)
    return (fields[_KEY_ID], fields[_SECRET]) if len(fields) > _SECRET and fields[_SECRET] else None


def identity_source(config: str) -> tuple[str, str, str, str] | None:
    """How viewers are identified: kind (`p`, `s`, `j:<claim>`), the first source's place (`c` or `h`) and name, secret.

    None when they are not.
    """
    fields, _ = _split(config)
    if len(fields) <= _IDENTITY_KEY or not fields[_IDENTITY]:
        return None
    kind, place, name, *_ = fields[_IDENTITY].split(",")
    return kind, place, name, unquote(fields[_IDENTITY_KEY])


def again(config: str, sequence: int, lanes: Mapping[str, str]) -> str:
    """The same config as publication `sequence`, with these lanes: the edge answers stable for one that is missing.

    The config may be masked.
    """
    fields, tail = _split(config)
    fields[_SEQUENCE] = str(sequence)
    if len(fields) > _LANES:
        seals = dict(pair.split(":", 2)[:2] for pair in fields[_LANES].split(",") if ":" in pair)
        left = lane_entries(lanes, {name: seals.get(name, "") for name in lanes})
        fields[_LANES] = _lanes_field(left, fields[_FILES])
    return "|".join(fields) + tail


def unmask(config: str, keys: EdgeKeys) -> str:
    """The config with its secrets; a key that is no longer in use is left out."""
    fields, tail = _split(config)
    if signing_key(config):
        derived = {name: release_key(secret, fields[_SALT]) for name, secret in keys.keys}
        ids = [fields[_KEY_ID], *(pair.partition(":")[0] for pair in fields[_OLD_KEYS].split(",") if pair)]
        newest, *old = [name for name in ids if name in derived] or [keys.newest[0]]
        fields[_KEY_ID], fields[_SECRET] = newest, derived[newest]
        fields[_OLD_KEYS] = entries({name: derived[name] for name in old})
        fields[_IDENTITY_KEY] = identity_secret(keys) if fields[_IDENTITY_KEY] else ""
        lanes = lanes_of(config)
        key = (newest, derived[newest])
        seals = pin_seals(lanes, epoch=int(fields[_EPOCH]), until=int(fields[_UNTIL]), key=key)
        fields[_LANES] = _lanes_field(lane_entries(lanes, seals), fields[_FILES])
    return "|".join(fields) + tail


def _split(config: str) -> tuple[list[str], str]:
    """The head's fields, and the rest with the newline before it."""
    head, newline, rules = config.partition("\n")
    return head.split("|"), newline + rules
