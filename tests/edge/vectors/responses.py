"""What the viewer-response function does: cookie, version, caching, explanation, and the word to load again."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.world import KNOWN, Book, Document, grant, pin

ATTRIBUTES = "Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax"


def books() -> Iterator[tuple[str, Book]]:
    """One file."""
    book = Book(
        "The answer, made of what the viewer-request function handed over in headers.", {"none": {"values": {}}}
    )
    cookie = f"{grant()};2592000"
    api = {"x-gray-version": "v2", "x-gray-reason": "sticky", "x-gray-revision": "96"}
    page, data = {"cache-control": "private, no-cache"}, {"cache-control": "private, no-store"}
    timing = {"server-timing": f'gray;desc="{pin()}"'}
    rows: list[tuple[str, Any, Any, Document]] = [
        (
            "a document with a cookie",
            handed("v2", pin(), cookie),
            {},
            {"headers": {**page, **timing, "x-gray-version": "v2"}, "set_cookie": grant(), "absent": ["x-gray"]},
        ),
        ("a document without", handed("v2", pin(), "-"), {}, {"headers": page, "set_cookie": None}),
        ("a document in stable", handed("v1", "v1", "-"), {}, {"headers": {"server-timing": 'gray;desc="v1"'}}),
        (
            "a document's own caching is overruled",
            handed("v2", pin()),
            {"cache-control": "max-age=99"},
            {"headers": page},
        ),
        (
            "an origin's own timings stay",
            handed("v2", pin()),
            {"server-timing": "db;dur=5"},
            {"headers": {"server-timing": f'db;dur=5, gray;desc="{pin()}"'}},
        ),
        ("an API answer", api, {}, {"headers": {**data, "x-gray-version": "v2"}, "set_cookie": None, "reload": False}),
        (
            "an API answer that names its lane",
            api,
            {"x-gray-version": "v2"},
            {"headers": {"x-gray-version": "v2"}, "reload": False, "absent": ["server-timing"]},
        ),
        (
            "an API that serves as another lane",
            api,
            {"x-gray-version": "v1"},
            {"headers": {"x-gray-version": "v1"}, "reload": "1"},
        ),
        ("a page whose lane is lost", {**api, "x-gray-reload": "v2"}, {}, {"headers": data, "reload": "1"}),
        (
            "an asset keeps its caching",
            {"x-gray-page": "v2"},
            {"cache-control": "max-age=99"},
            {
                "headers": {"cache-control": "max-age=99", "x-gray-version": "v2"},
                "set_cookie": None,
                "reload": False,
                "absent": ["server-timing"],
            },
        ),
        (
            "an asset's foreign version is overruled",
            {"x-gray-page": "v2"},
            {"x-gray-version": "v9"},
            {"headers": {"x-gray-version": "v2"}},
        ),
        (
            "a shared file has no lane",
            {"x-gray-page": "|", "x-gray-reason": "x", "x-gray-version": "v3"},
            {"cache-control": "max-age=99"},
            {"headers": {"cache-control": "max-age=99"}, "absent": ["x-gray-version", "server-timing", "x-gray"]},
        ),
        (
            "a viewer's headers are not believed",
            {"x-gray-page": "v2", "x-gray-reason": "x", "x-gray-reload": "v3", "x-gray-explain": "x"},
            {},
            {"headers": {"x-gray-version": "v2"}, "reload": False, "absent": ["x-gray", "cache-control"]},
        ),
        ("explained", handed("v2", pin(), "-", "v2; rule=all"), {}, {"headers": {"x-gray": "v2; rule=all"}}),
        ("explained API", {**api, "x-gray-explain": "v2; rule=🎈"}, {}, {"headers": {"x-gray": "v2; rule=🎈"}}),
        (
            "nothing handed over",
            {},
            {"cache-control": "x"},
            {"headers": {"cache-control": "x"}, "absent": ["x-gray-version", "x-gray"], "set_cookie": None},
        ),
        (
            "the opt-out's cookie",
            handed("v1", "v1", f"{KNOWN}.out.12.9.-.-.-;2592000"),
            {},
            {"set_cookie": f"{KNOWN}.out.12.9.-.-.-"},
        ),
    ]
    for name, request, response, expect in rows:
        for status in (200, 204, 206, 304):
            told = dict(expect)
            if told.get("set_cookie"):
                told["attributes"] = ATTRIBUTES
            book.add(
                f"{name}, {status}",
                "response",
                "none",
                {"headers": request, "response": response, "status": status},
                passed=status,
                **told,
            )
            book.add(
                f"{name}, {status}, no cookies yet",
                "response",
                "none",
                {"headers": request, "response": response, "status": status, "bare": True},
                passed=status,
                **told,
            )
    yield "response", book


def handed(lane: str, page: str, cookie: str = "-", explained: str = "") -> dict[str, str]:
    """What the static function hands over for a document."""
    return {"x-gray-page": "|".join([lane, page, cookie, *([explained] if explained else [])])}
