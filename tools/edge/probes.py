"""A few requests of each kind, to check that a function runs and returns a form that CloudFront accepts.

They do not test decisions; tests/cases do. They also run on AWS, where the store's content is unknown.
"""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["MISSING", "STOPPED", "probes"]

Event = dict[str, Any]
MISSING: Mapping[str, str] = {}
STOPPED: Mapping[str, str] = {"config": "2k|1|1|1||||||||||| js |;"}


def probes(name: str) -> Iterator[tuple[str, Event]]:
    """Events for the function of that name, each with a description."""
    if name == "response":
        yield "a page's answer", _answer({"x-gray-page": "v1|v1|aaaaaaaaaaaaaaaa.v1.1.1.-.-.-;9"})
        yield "an API's answer", _answer({"x-gray-version": "v2", "x-gray-reason": "sticky", "x-gray-explain": "v2"})
        yield "a file's answer", _answer({"x-gray-page": "v1"})
        yield "an answer of which nothing is known", _answer({})
        return
    start = "/calls/1" if name == "request_api" else "/page"
    seal = "4102444800.a.123456789012345.123456789012345"
    cookie = f"aZ09_-aZ09_-aZ09_-aZ09.v2.1.{seal}"
    yield "a first visit", _request(start)
    yield "a known viewer", _request(start, cookies={"__Host-gray": {"value": cookie}, "uid": {"value": "ü🎈"}})
    yield (
        "a pinned request",
        _request(start, headers={"x-gray-pin": {"value": f"v2.1.{seal}"}, "baggage": {"value": "a=b"}}),
    )
    yield "a file of a lane", _request("/v2/app.js")
    yield "an improper path", _request("/a/%2e%2e/b")
    yield "a link", _request("/", querystring={"gray-link": {"value": "out"}, "a": {"value": "b"}})
    many = {"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]}
    yield "several values", _request(start, cookies={"__Host-gray": many}, headers={"x-user": many})


def _request(uri: str, **fields: Mapping[str, Any]) -> Event:
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d1.cloudfront.net",
            "distributionId": "EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLE==",
        },
        "viewer": {"ip": "2001:db8::1"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": dict(fields.get("querystring", {})),
            "headers": {"host": {"value": "shop.example"}} | dict(fields.get("headers", {})),
            "cookies": dict(fields.get("cookies", {})),
        },
    }


def _answer(handed_over: Mapping[str, str]) -> Event:
    event = _request("/", headers={name: {"value": value} for name, value in handed_over.items()})
    event["context"]["eventType"] = "viewer-response"
    event["response"] = {
        "statusCode": 200,
        "statusDescription": "OK",
        "headers": {"content-type": {"value": "text/html"}, "via": {"value": "1.1 x"}},
        "cookies": {},
    }
    return event
