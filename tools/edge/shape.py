"""Checks that CloudFront accepts a function's result; an invalid one is a 502 for every request."""

from collections.abc import Iterator, Mapping
from typing import Any

from edge.restrictions import broken

__all__ = ["shape_problems"]

_REQUEST_KEYS = {"method", "uri", "querystring", "headers", "cookies"}
_ANSWER_KEYS = {"statusCode", "statusDescription", "headers", "cookies", "body"}


def shape_problems(event: Mapping[str, Any], value: object) -> list[str]:
    """The problems of a handler's return value for this event."""
    kind = event["context"]["eventType"]
    if not isinstance(value, Mapping):
        return [f"the result is {value!r}, not a request or a response"]
    if kind == "viewer-request" and "statusCode" not in value:
        return [*_request(event["request"], value), *_headers(kind, event["request"]["headers"], value)]
    before = event["response"]["headers"] if kind == "viewer-response" else {}
    return [*_answer(value), *_headers("viewer-response", before, value)]


def _request(before: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
    if set(value) != _REQUEST_KEYS:
        yield f"a request has {', '.join(sorted(_REQUEST_KEYS))}, not {', '.join(sorted(value))}"
        return
    if not isinstance(value["uri"], str) or not value["uri"].startswith("/"):
        yield f"the uri {value['uri']!r} does not start with a slash"
    if value["method"] != before["method"]:
        yield "the method is read-only"
    for place in ("querystring", "cookies"):
        if value[place] != before[place]:
            yield f"{place} of the request changed: our functions must not change it"


def _answer(value: Mapping[str, Any]) -> Iterator[str]:
    status = value.get("statusCode")
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        yield f"the status {status!r} is invalid"
    if not isinstance(value.get("statusDescription", ""), str):
        yield "the status has no description"
    if set(value) - _ANSWER_KEYS:
        yield f"an answer has no {', '.join(sorted(set(value) - _ANSWER_KEYS))}"
    for name, cookie in value.get("cookies", {}).items():
        if not isinstance(cookie, Mapping) or not isinstance(cookie.get("value"), str):
            yield f"the cookie {name} has no value"
        elif any(letter in cookie["value"] + cookie.get("attributes", "") for letter in "\r\n"):
            yield f"the cookie {name} has a line break"


def _headers(kind: str, before: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
    headers = value.get("headers", {})
    if problem := broken(kind, before, headers):
        yield problem
    for name, field in headers.items():
        if isinstance(field, Mapping) and any(letter in str(field.get("value")) for letter in "\r\n"):
            yield f"the header {name} has a line break"
