"""What the viewer-response function does: cookie, version, caching, explanation, and the word to load again."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.world import KNOWN, Book, Document, grant

ATTRIBUTES = "Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax"


def books() -> Iterator[tuple[str, Book]]:
    """One file."""
    book = Book(
        "The answer, made of what the viewer-request function handed over in headers.", {"none": {"values": {}}}
    )
    document = {"x-gray-version": "v2", "x-gray-cookie": f"{grant()};2592000"}
    api = {"x-gray-version": "v2", "x-gray-reason": "sticky", "x-gray-revision": "96"}
    asset = {"x-gray-version": "v2"}
    page, data = {"cache-control": "private, no-cache"}, {"cache-control": "private, no-store"}
    rows: list[tuple[str, Any, Any, Document]] = [
        (
            "a document with a cookie",
            document,
            {},
            {"headers": {**page, "x-gray-version": "v2"}, "set_cookie": grant()},
        ),
        ("a document without", {**document, "x-gray-cookie": "-"}, {}, {"headers": page, "set_cookie": None}),
        ("a document's own caching is overruled", document, {"cache-control": "max-age=99"}, {"headers": page}),
        ("an API answer", api, {}, {"headers": {**data, "x-gray-version": "v2"}, "set_cookie": None, "reload": False}),
        (
            "an API answer that names its lane",
            api,
            {"x-gray-version": "v2"},
            {"headers": {"x-gray-version": "v2"}, "reload": False},
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
            asset,
            {"cache-control": "max-age=99"},
            {"headers": {"cache-control": "max-age=99", "x-gray-version": "v2"}, "set_cookie": None, "reload": False},
        ),
        (
            "an asset's foreign version is overruled",
            asset,
            {"x-gray-version": "v9"},
            {"headers": {"x-gray-version": "v2"}},
        ),
        ("explained", {**document, "x-gray-explain": "v2; rule=all"}, {}, {"headers": {"x-gray": "v2; rule=all"}}),
        ("explained API", {**api, "x-gray-explain": "v2; rule=🎈"}, {}, {"headers": {"x-gray": "v2; rule=🎈"}}),
        (
            "nothing handed over",
            {},
            {"cache-control": "x"},
            {"headers": {"cache-control": "x"}, "absent": ["x-gray-version", "x-gray"], "set_cookie": None},
        ),
        (
            "the opt-out's cookie",
            {**document, "x-gray-cookie": f"{KNOWN}.out.12.9.-.-;2592000"},
            {},
            {"set_cookie": f"{KNOWN}.out.12.9.-.-"},
        ),
        ("two values count for the first", {"x-gray-version": ["v2", "v3"]}, {}, {"headers": {"x-gray-version": "v2"}}),
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
