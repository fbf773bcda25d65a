"""A release's rules as the edge reads them: short arrays, cheap questions first."""

import json
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from gray.edge.config import END
from gray.release.buckets import bucket_range
from gray.release.conditions import Condition, FieldMatch, Window
from gray.release.document import Release, Rule

__all__ = ["KINDS", "cap", "condition", "ip_ranges", "rules_text"]

Coded = list[Any]
# The kinds of conditions, with their cost: under `all` and `any` the cheapest is asked first, which changes no answer.
KINDS = {"t": 0, "c": 2, "h": 2, "q": 3, "p": 3, "i": 4, "!": 5, "&": 6, "|": 6, "l": 9}


def rules_text(release: Release) -> str:
    """The rules as JSON without spaces, and END."""
    rules = [_rule(release, rule) for rule in release.rules]
    text = json.dumps(rules, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace(END, f"\\u{ord(END):04x}") + END


def _rule(release: Release, rule: Rule) -> Coded:
    coded: Coded = [rule.id, rule.lane, *bucket_range(release, rule)]
    if rule.when is None:
        return coded
    coded.append(condition(rule.when, release))
    ends = cap(rule.when)
    return [*coded, ends] if ends else coded


def condition(when: Condition, release: Release) -> Coded:
    """One condition as an array, its kind first."""
    if when.every is not None:
        return ["&", *_cheap_first(when.every, release)]
    if when.some is not None:
        return ["|", *_cheap_first(when.some, release)]
    if when.no is not None:
        return ["!", condition(when.no, release)]
    if when.user_list is not None:
        entry = release.lists[when.user_list]
        return ["l", when.user_list, entry.shards, entry.salt]
    if when.cookie is not None:
        return _field("c", when.cookie.name, when.cookie)
    if when.header is not None:
        return _field("h", when.header.name.lower(), when.header)
    if when.query is not None:
        return _field("q", when.query.name, when.query)
    return _of_request(when)


def _of_request(when: Condition) -> Coded:
    if when.path is not None:
        return ["p", *when.path]
    if when.country is not None:
        return ["h", "cloudfront-viewer-country", "=", *when.country]
    if when.device is not None:
        return _any([_device(device) for device in when.device])
    if when.ip is not None:
        return ["i", *ip_ranges(when.ip)]
    window = when.time or Window()
    return ["t", _seconds(window.start), _seconds(window.end)]


def _device(device: str) -> Coded:
    """CloudFront says of some tablets that they are mobile as well, and a desktop is what is neither."""
    others = {"tablet": (), "mobile": ("tablet",), "desktop": ("tablet", "mobile")}[device]
    of_that_kind, *excluded = [["h", f"cloudfront-is-{kind}-viewer", "=", "true"] for kind in (device, *others)]
    return ["&", of_that_kind, *(["!", other] for other in excluded)] if others else of_that_kind


def _any(parts: list[Coded]) -> Coded:
    return parts[0] if len(parts) == 1 else ["|", *parts]


def _cheap_first(parts: list[Condition], release: Release) -> list[Coded]:
    return sorted((condition(part, release) for part in parts), key=lambda coded: KINDS[coded[0]])


def _field(kind: str, name: str, match: FieldMatch) -> Coded:
    if match.exists:
        return [kind, name, "?"]
    if match.prefix is not None:
        return [kind, name, "^", *match.prefix]
    return [kind, name, "=", *(match.one_of or [match.equals or ""])]


def ip_ranges(cidrs: Iterable[str]) -> list[list[str]]:
    """Ranges of addresses as the edge tests them, in three lists.

    Dotted beginnings of IPv4 addresses, for ranges that end with a byte (`192.0.2.`); prefixes of addresses in
    hexadecimal, of IPv4 and of IPv6. Where a range ends inside a digit, there is a prefix for each digit in it.
    """
    dotted, *hexadecimal = found = [list[str]() for _ in range(3)]
    for network in map(ip_network, cidrs):
        if network.version == 4 and network.prefixlen and network.prefixlen % 8 == 0:
            dotted.append("".join(f"{byte}." for byte in network.network_address.packed[: network.prefixlen // 8]))
            continue
        digits, length = network.max_prefixlen // 4, -(-network.prefixlen // 4)
        ends = (network.network_address, network.broadcast_address)
        first, last = (int(f"0{int(address):0{digits}x}"[: 1 + length], 16) for address in ends)
        prefixes = [f"{number:0{length}x}" for number in range(first, last + 1)] if length else [""]
        hexadecimal[network.version == 6].extend(prefixes)
    return found


def cap(when: Condition) -> int:
    """The unix second after which no time window of the condition can match; 0 when there is no such second.

    A grant ends then at the latest.
    """
    if when.time is not None:
        return _seconds(when.time.end)
    if when.every is not None:
        return min((ends for ends in map(cap, when.every) if ends), default=0)
    if when.some is not None:
        caps = [cap(part) for part in when.some]
        return max(caps) if all(caps) else 0
    if when.no is not None and when.no.time is not None and when.no.time.end is None:
        return _seconds(when.no.time.start)
    return 0


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
