"""W3C baggage (https://www.w3.org/TR/baggage/): the members of others are kept as they came, ours are added.

Our members: `gray.version`, `gray.reason`, `gray.revision`, `gray.to`. Their values need no escapes.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from lane.context import LaneContext, lane_context

# The specification asks everybody to pass on at least this much. More may be dropped anywhere, so we drop it first.
MOST_BYTES = 8192
MOST_MEMBERS = 64

_OURS = {"gray.version": "lane", "gray.reason": "reason", "gray.revision": "revision", "gray.to": "to"}


def parse(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Our members by their field of LaneContext, and those of others, as far as they can be sent on.

    Of a member of ours given twice, none counts.
    """
    ours: dict[str, str] = {}
    others = []
    twice = set()
    for member in text.split(","):
        member = member.strip(" \t")
        key, found, value = member.partition("=")
        field = _OURS.get(key.strip(" \t"))
        if field is None:
            if found and _is_sendable(member):
                others.append(member)
        elif field in ours:
            twice.add(field)
        else:
            ours[field] = value.partition(";")[0].strip(" \t")
    return {field: value for field, value in ours.items() if field not in twice}, tuple(others)


def is_baggage(text: str) -> bool:
    """Whether all of it is what the specification calls baggage, so that nothing is lost when it is sent on."""
    key = r"[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*="
    members = [member for member in text.split(",") if member.strip(" \t")]
    return all(_is_sendable(member) and re.match(key, member) for member in members)


def _is_sendable(member: str) -> bool:
    """Whether a header may hold it. Others would make the clients that send it on fail, by what a viewer wrote."""
    return member.isascii() and member.replace("\t", " ").isprintable()


def context_of(text: str) -> LaneContext | None:
    """The lane context in a baggage header; None when it has no valid lane."""
    ours, others = parse(text)
    return lane_context(ours.get("lane"), ours.get("reason", ""), ours.get("revision", ""), ours.get("to", ""), others)


def extended(found: LaneContext, members: Iterable[str]) -> LaneContext:
    """The lane context with those of these members that it has not yet."""
    return replace(found, members=(*found.members, *(member for member in members if member not in found.members)))


def render(found: LaneContext, *, most_bytes: int = MOST_BYTES) -> str:
    """The header for this lane context: ours first, then as many of the others' members as fit."""
    members = [f"{key}={value}" for key, field in _OURS.items() if (value := getattr(found, field))]
    size = len(",".join(members))
    for member in found.members[: MOST_MEMBERS - len(members)]:
        size += 1 + len(member.encode())
        if size > most_bytes:
            break
        members.append(member)
    return ",".join(members)
