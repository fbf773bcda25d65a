"""What an edge function may not do to headers (developer guide, "Restrictions on edge functions")."""

import re
from collections.abc import Mapping
from typing import Any

_DISALLOWED = (
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "trailer",
    "upgrade",
    "x-accel-buffering",
    "x-accel-charset",
    "x-accel-limit-rate",
    "x-accel-redirect",
    "x-amzn-auth",
    "x-amzn-cf-billing",
    "x-amzn-cf-id",
    "x-amzn-cf-xff",
    "x-amzn-errortype",
    "x-amzn-fle-profile",
    "x-amzn-header-count",
    "x-amzn-header-order",
    "x-amzn-lambda-integration-tag",
    "x-amzn-requestid",
    "x-cache",
    "x-forwarded-proto",
    "x-real-ip",
)
# One pattern, because ESLint uses it too (tools/edge/lint.py).
HIDDEN = re.compile(rf"^({'|'.join(_DISALLOWED)}|x-amz-cf-.*|x-edge-.*)$")
READ_ONLY = {
    "viewer-request": frozenset({"cdn-loop", "content-length", "host", "transfer-encoding", "via"}),
    "viewer-response": frozenset({"warning", "via"}),
}


def hidden(name: str) -> bool:
    """Whether functions neither see nor may add the header of this (lower case) name."""
    return HIDDEN.match(name) is not None


def broken(event_type: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """The rule that a function's headers violate, in words, or None. Both are `headers` objects of an event."""
    for name, entry in after.items():
        if name != name.lower():
            return f"header name {name} is not in lower case"
        if hidden(name):
            return f"header {name} is not allowed"
        if name == "set-cookie" and event_type == "viewer-response":
            return "set-cookie belongs in response.cookies"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("value", ""), str):
            return f"header {name} has no value"
    for name in READ_ONLY[event_type]:
        if before.get(name) != after.get(name):
            return f"header {name} is read-only"
    return None
