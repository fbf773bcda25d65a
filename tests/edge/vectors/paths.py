"""Paths: documents, assets, own files, and what is refused."""

from collections.abc import Iterator

from tests.edge.vectors.world import (
    Book,
    Document,
    grant,
    release,
    sent,
    store,
)

EVERYBODY = release([{"id": "all", "lane": "v2", "percent": 100}], lanes=["v2", "v3"])
NOBODY = release([{"id": "never", "lane": "v2", "percent": 0}], lanes=["v2", "v3"])
GRANTED = {"cookies": {"__Host-gray": grant()}}


def books() -> Iterator[tuple[str, Book]]:
    """A file a topic."""
    yield "path-documents", _documents()
    yield "path-improper", _improper()


def _documents() -> Book:
    book = Book(
        "Files: a document is a lane's index.html or the .html; an asset keeps its name.", {"nobody": store(NOBODY)}
    )
    documents = {
        "/": "/index.html",
        "/orders": "/index.html",
        "/orders/": "/index.html",
        "/orders/5": "/index.html",
        "/a.b/c": "/index.html",
        "/index.html": "/index.html",
        "/help/faq.html": "/help/faq.html",
        "/A.HTML": "/A.HTML",
        "/caf%C3%A9": "/index.html",
        "/caf%C3%A9.html": "/caf%C3%A9.html",
        "/v1": "/index.html",
        "/v2": "/index.html",
        "/v2/": "/index.html",
        "/v2/x": "/index.html",
        "/v2/help.html": "/help.html",
        "/v3/a/b.html": "/a/b.html",
        "/v99/": "/index.html",
        "/v2x": "/index.html",
        "/version": "/index.html",
        "/a%2Fb": "/index.html",
        "/a.js/b": "/index.html",
        "/🎈": "/index.html",
        "/x.": "/index.html",
        "/v2.html": "/v2.html",
        "/users/john.doe": "/index.html",
        "/users/ada@example.com": "/index.html",
        "/x.unknown": "/index.html",
        "/a.b.c": "/index.html",
    }
    for uri, rest in documents.items():
        for lane, request in {"v1": {}, "v2": GRANTED}.items():
            book.add(
                f"document {uri} in {lane}",
                "static",
                "nobody",
                {"uri": uri, **request},
                lane=lane,
                uri=f"/{lane}{rest}",
            )
            book.add(
                f"document {uri} in {lane}, HEAD",
                "static",
                "nobody",
                {"uri": uri, "method": "HEAD", **request},
                lane=lane,
                uri=f"/{lane}{rest}",
            )
    assets = [
        "/app.js",
        "/a/b/c.css",
        "/.well-known/apple-app-site-association",
        "/.well-known/x",
        "/caf%C3%A9.png",
        "/a%20b.svg",
        "/A.JS",
        "/.well-known/x.txt",
        "/a.b.css",
        "/vx/a.js",
        "/v2.js",
        "/a%2Fb.js",
        "/🎈.webp",
    ]
    for uri in assets:
        for lane, request in {"v1": {}, "v2": GRANTED}.items():
            book.add(
                f"asset {uri} in {lane}",
                "static",
                "nobody",
                {"uri": uri, **request},
                lane=lane,
                uri=f"/{lane}{uri}",
                cookie=None,
            )
    for uri in (
        "/v1/app.js",
        "/v2/a/b.css",
        "/v3/x.PNG",
        "/v99/y.woff2",
        "/v2/%61pp.js",
        "/v2/a%20b.json",
        "/v2/x.exe",
        "/v2/a.js.bak",
        "/v2/prices.csv",
    ):
        for request in ({}, GRANTED):
            book.add(
                f"own file {uri} {bool(request)}",
                "static",
                "nobody",
                {"uri": uri, **request},
                lane=uri.split("/")[1],
                uri=uri,
                cookie=None,
            )
    for method in ("POST", "OPTIONS", "PUT"):
        book.add(
            f"{method} is no document",
            "static",
            "nobody",
            {"uri": "/", "method": method},
            lane="v1",
            uri="/v1/index.html",
            cookie=None,
        )
    return book


def _improper() -> Book:
    book = Book(
        "Paths that two readers could take differently: an API gets them as they are, a document is the app.",
        {"nobody": store(NOBODY)},
    )
    paths = [
        "//",
        "//evil.example/",
        "/a//b",
        "/a%2F%2Fb",
        "/a%2f/b",
        "/.",
        "/..",
        "/./a",
        "/a/./b",
        "/a/../b",
        "/a/..",
        "/%2e%2e/a",
        "/%2E%2E/a",
        "/a/%2e/b",
        "/..%2fa",
        "/..%5ca",
        "/a\\b",
        "/a%5Cb",
        "/a%5cb",
        "/a%00b",
        "/%00",
        "/a%0d%0ab",
        "/a%0Ab",
        "/a%7fb",
        "/a%1fb",
        "/%",
        "/%2",
        "/%zz",
        "/a%",
        "/%c3%28",
        "/%ff",
        "/%ed%a0%80",
        "/%252e%252e/a",
        "/a%252fb",
        "/a%255cb",
        "/a%2500b",
        "/%2576%32/../x",
        "/v2%2Fapp.js",
        "/%76%32/app.js",
        "/%762/app.js",
        "/v%32/app.js",
        "/v2/../v3/app.js",
        "/v2//app.js",
        "/v2/%2e%2e/v1/app.js",
        "/a\x00b",
        "/a\nb",
        "/a\x7fb",
        "/a/.",
        "/v2/.",
    ]
    granted = {"cookies": {"__Host-gray": grant()}}
    for uri in paths:
        book.add(f"document {uri!r}", "static", "nobody", {"uri": uri, **granted}, lane="v2", uri="/v2/index.html")
        book.add(f"API {uri!r}", "api", "nobody", {"uri": uri, **granted}, lane="v2", reason="sticky", uri=uri)
        query = {"gray-link": "out"}
        follow: Document = {"uri": uri, "query": query, **granted}
        # A redirect to the path would leave the site.
        book.add(f"a link at {uri!r}", "static", "nobody", follow, lane="v2", uri="/v2/index.html", location=None)
    proper = [
        "/a%25b",
        "/a..b",
        "/..a",
        "/a...",
        "/a%2eb/c",
        "/a+b",
        "/a%3Fb",
        "/a%23b",
        "/a;b",
        "/a:b",
        "/%20",
        "/%E2%80%AE",
        "/a%c2%80b",
    ]
    for uri in proper:
        book.api(f"proper {uri!r}", "nobody", uri=uri, expect=sent("v1", "default", uri=uri))
    return book
