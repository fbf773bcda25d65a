"""Requests and responses as event objects, and what a function may not return."""

import copy
from typing import Any

import pytest

from edge.restrictions import broken
from graylocal.cloudfront.functions.events import (
    InvalidResult,
    changed_request,
    changed_response,
    request_object,
    response_object,
)
from graylocal.cloudfront.messages import Request, Response


def request() -> Request:
    headers = [
        ("host", "d.cloudfront.net"),
        ("accept", "a"),
        ("accept", "b"),
        ("cookie", 'a=1; b="x y"; a=2'),
        ("x-forwarded-proto", "http"),
    ]
    return Request("GET", "/a%20b", "q=%20&flag&q=2", headers)


def test_request_becomes_an_event_without_hidden_headers() -> None:
    seen = request_object(request())
    assert seen["headers"] == {
        "host": {"value": "d.cloudfront.net"},
        "accept": {"value": "b", "multiValue": [{"value": "a"}, {"value": "b"}]},
    }
    assert seen["cookies"]["a"] == {"value": "2", "multiValue": [{"value": "1"}, {"value": "2"}]}
    assert seen["querystring"]["flag"] == {"value": ""}
    assert seen["uri"] == "/a%20b"


def test_what_a_function_leaves_alone_goes_on_byte_for_byte() -> None:
    before = request_object(request())
    after = changed_request(before, copy.deepcopy(before), request())
    assert (after.uri, after.query) == ("/a%20b", "q=%20&flag&q=2")
    assert ("cookie", 'a=1; b="x y"; a=2') in after.headers
    assert ("x-forwarded-proto", "http") in after.headers


def test_changed_parts_are_written_anew() -> None:
    before = request_object(request())
    after = copy.deepcopy(before)
    del after["querystring"]["flag"]
    del after["cookies"]["a"]
    after["uri"] = "/v1/x"
    changed = changed_request(before, after, request())
    assert (changed.uri, changed.query) == ("/v1/x", "q=%20&q=2")
    assert [value for name, value in changed.headers if name == "cookie"] == ['b="x y"']


@pytest.mark.parametrize(
    "change",
    [{"uri": "x"}, {"uri": None}, {"method": "POST"}, {"headers": {"a": {"value": 1}}}, {"headers": {"a": "b"}}],
)
def test_invalid_requests(change: dict[str, Any]) -> None:
    before = request_object(request())
    with pytest.raises(InvalidResult):
        changed_request(before, {**before, **change}, request())


@pytest.mark.parametrize(
    ("event", "after", "expected"),
    [
        ("viewer-request", {}, "header host is read-only"),
        ("viewer-request", {"host": {"value": "other"}}, "header host is read-only"),
        ("viewer-request", {"host": {"value": "h"}, "x-edge-location": {"value": "x"}}, "not allowed"),
        ("viewer-request", {"host": {"value": "h"}, "X-Upper": {"value": "x"}}, "lower case"),
        ("viewer-request", {"host": {"value": "h"}, "x-gray-version": {"value": "v1"}}, None),
        ("viewer-response", {"host": {"value": "h"}, "set-cookie": {"value": "a=b"}}, "response.cookies"),
    ],
)
def test_header_restrictions(event: str, after: dict[str, Any], expected: str | None) -> None:
    rule = broken(event, {"host": {"value": "h"}}, after)
    assert rule is None if expected is None else expected in (rule or "")


def test_response_cookies_there_and_back() -> None:
    origin = Response(200, [("content-type", "text/html"), ("set-cookie", "a=1; Path=/; Secure")], b"body")
    seen = response_object(origin)
    assert seen["cookies"] == {"a": {"value": "1", "attributes": "Path=/; Secure"}}
    seen["cookies"]["__Host-gray"] = {"value": "z", "attributes": "Secure"}
    answer = changed_response(seen, origin)
    assert [value for name, value in answer.headers if name == "set-cookie"] == [
        "a=1; Path=/; Secure",
        "__Host-gray=z; Secure",
    ]
    assert answer.body == b"body"


def test_generated_responses() -> None:
    made = changed_response({"statusCode": 302, "headers": {"location": {"value": "/"}}}, Response(200))
    assert (made.status, made.headers, made.body) == (302, [("location", "/")], b"")
    with_body = changed_response({"statusCode": 400, "body": {"encoding": "base64", "data": "aGk="}}, Response(200))
    assert with_body.body == b"hi"
    with pytest.raises(InvalidResult):
        changed_response({"statusCode": "x"}, Response(200))
