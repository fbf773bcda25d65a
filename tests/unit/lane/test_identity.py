"""The identity that a login signs is the one that the built edge function finds in the cookie."""

from http.cookies import SimpleCookie

import pytest
from tests.edge.vectors.world import IDENTITY_KEY, told
from tests.support.edge.outcome import differences
from tests.support.edge.replay import Vector, code_of, vectors
from tests.support.lane.play import cases

from edge.engine import EdgeFunction
from lane.identity import identity_cookie

SIGNED = [case["given"]["value"] for case in cases("identity") if "expect" in case]


@pytest.fixture(scope="module")
def asked() -> Vector:
    """A document, where the release's identity is signed and in the cookie `sid`."""
    return next(one for one in vectors() if one.file == "identity-signed" and one.function == "static")


@pytest.mark.parametrize("value", SIGNED, ids=lambda value: ascii(value[:20]))
def test_the_edge_knows_who_logged_in(asked: Vector, value: str) -> None:
    line = identity_cookie("sid", value, IDENTITY_KEY, 60)
    cookies = {"sid": {"value": line.partition(";")[0].removeprefix("sid=")}}
    event = {**asked.event, "request": asked.event["request"] | {"cookies": cookies}}

    result = EdgeFunction(code_of("static"), asked.kvs.get).run(event, now=asked.now)

    assert differences(told("v1", "default", value), event, result) == []


def test_a_browser_takes_the_line_as_it_is_meant() -> None:
    (cookie,) = SimpleCookie(identity_cookie("__Host-sid", "zoë; Domain=evil.example", "k", 60)).values()

    attributes = {name: value for name, value in cookie.items() if value}
    assert attributes == {"max-age": "60", "path": "/", "secure": True, "httponly": True, "samesite": "Lax"}
