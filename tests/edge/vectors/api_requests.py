"""Pins, headers that only the edge may send, and permissions to be told why."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.user_lists import origin
from tests.edge.vectors.world import (
    EPOCH,
    KNOWN,
    MONTH,
    NOW,
    REVISION,
    WEEK,
    Book,
    Document,
    debug,
    grant,
    link,
    new_id,
    release,
    sent,
    store,
    told,
)

EVERYBODY = release([{"id": "all", "lane": "v2", "percent": 100}], lanes=["v2", "v3"])
NOBODY = release([{"id": "never", "lane": "v2", "percent": 0}], lanes=["v2", "v3"])
GRANTED = {"cookies": {"__Host-gray": grant()}}


def books() -> Iterator[tuple[str, Book]]:
    """A file a topic."""
    yield "pin", _pins()
    yield "headers", _headers()
    yield "debug", _debug()


def _pins() -> Book:
    book = Book(
        "`x-gray-pin`: a page's API requests stay in its lane, if stable or granted; else it is told to load again."
    )
    book.stores = {"nobody": store(NOBODY), "everybody": store(EVERYBODY)}
    killed = {"values": {"config": f"1|417|{REVISION}|{EPOCH}|k"}}
    book.stores["killed"] = killed
    gray, other, stable = {"__Host-gray": grant()}, {"__Host-gray": grant("v3")}, {"__Host-gray": grant("v1")}
    forged, over = {"__Host-gray": grant(key="c")}, {"__Host-gray": grant(epoch=EPOCH - 1)}
    out = {"__Host-gray": grant("out", expiry=NOW + WEEK)}
    none: dict[str, Any] = {"__Host-gray": None}
    rows: list[tuple[str, str, Any, dict[str, Any], Document]] = [
        ("to stable, granted gray", "everybody", "v1", gray, sent("v1", "pin", reload=False)),
        ("to stable, nobody", "everybody", "v1", none, sent("v1", "pin", reload=False)),
        ("to its grant", "nobody", "v2", gray, sent("v2", "pin", reload=False, origin=origin("v2"))),
        ("to another lane than granted", "nobody", "v3", gray, sent("v1", "pin-lost", reload="v3")),
        ("the other way", "nobody", "v2", other, sent("v1", "pin-lost", reload="v2")),
        ("to gray from stable", "everybody", "v2", stable, sent("v1", "sticky", reload="v2")),
        ("forged, rules say stable", "nobody", "v2", forged, sent("v1", "default", reload="v2")),
        ("forged, rules say the same", "everybody", "v2", forged, sent("v2", "all", reload=False)),
        ("forged, rules say another", "everybody", "v3", forged, sent("v1", "pin-lost", reload="v3")),
        ("of an epoch before", "nobody", "v2", over, sent("v1", "default", reload="v2")),
        ("out", "everybody", "v2", out, sent("v1", "out", reload="v2")),
        ("out, to stable", "everybody", "v1", out, sent("v1", "out", reload=False)),
        ("killed", "killed", "v2", gray, sent("v1", "killed", reload="v2")),
        ("killed, to stable", "killed", "v1", gray, sent("v1", "killed", reload=False)),
        ("a word", "nobody", "blue", gray, sent("v2", "sticky", reload=False)),
        ("empty", "nobody", "", gray, sent("v2", "sticky", reload=False)),
        ("a capital", "nobody", "V2", gray, sent("v2", "sticky", reload=False)),
        ("v0", "nobody", "v0", gray, sent("v2", "sticky", reload=False)),
        ("v100", "nobody", "v100", gray, sent("v2", "sticky", reload=False)),
        ("twice", "nobody", ["v3", "v3"], gray, sent("v2", "sticky", reload=False)),
        ("very long", "nobody", "v2" * 4_000, gray, sent("v2", "sticky", reload=False)),
        ("an emoji", "nobody", "🎈", gray, sent("v2", "sticky", reload=False)),
        ("a lane that is not there", "nobody", "v9", gray, sent("v1", "pin-lost", reload="v9")),
    ]
    for name, place, pin, cookies, expect in rows:
        book.api(f"pinned {name}", place, headers={"x-gray-pin": pin}, cookies=cookies, expect=expect)
    book.document(
        "a pinned document follows", "everybody", headers={"x-gray-pin": "v1"}, expect=told("v1", "pin", cookie="-")
    )
    book.document(
        "a pinned document keeps its grant",
        "nobody",
        headers={"x-gray-pin": "v2"},
        cookies=gray,
        expect=told("v2", "pin", KNOWN, cookie="-"),
    )
    return book


def _headers() -> Book:
    book = Book(
        "What only the edge may say is taken from the viewer; the rest goes on as it came.",
        {"everybody": store(EVERYBODY)},
    )
    ours = [
        "x-gray",
        "x-gray-version",
        "x-gray-cookie",
        "x-gray-explain",
        "x-gray-reload",
        "x-gray-reason",
        "x-gray-revision",
        "x-gray-debug",
        "x-api-key",
        "traceparent",
        "tracestate",
        "x-amzn-trace-id",
        "baggage",
    ]
    said = {"x-gray-version", "x-gray-reason", "x-gray-revision", "baggage"}
    for name in ours:
        for value in ("v3", ["v3", "v3"], "", "🎈"):
            headers = {name: value}
            told_api = sent("v2", "all", headers={"baggage": "gray.version=v2", "x-gray-revision": str(REVISION)})
            lost = {"absent": [name]} if name not in said else {}
            book.api(f"{name}: {value}", "everybody", headers=headers, expect={**told_api, **lost})
            left: Document = {"absent": [name]} if name not in ("x-gray-version", "x-gray-cookie") else {}
            book.add(
                f"{name}: {value}, document",
                "static",
                "everybody",
                {"uri": "/", "headers": headers},
                lane="v2",
                cookie=f"{grant(id=new_id(), expiry=NOW + WEEK)};{MONTH}",
                **left,
            )
            book.add(
                f"{name}: {value}, asset",
                "static",
                "everybody",
                {"uri": "/a.js", "headers": headers},
                lane="v1",
                absent=[name] if name != "x-gray-version" else [],
            )
    many = {f"x-header-{n}": "ü🎈" * 40 for n in range(80)}
    big = {"cookie-like": "x" * 20_000}
    for name, sent_on in {"eighty headers": many, "a huge header": big, "none": {}}.items():
        book.api(name, "everybody", headers=sent_on, expect=sent("v2", "all", headers=sent_on, origin=origin("v2")))
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        book.api(
            f"{method} goes by the rules too", "everybody", method=method, expect=sent("v2", "all", uri="/api/orders")
        )
    return book


def _debug() -> Book:
    book = Book(
        "A signed debug request is told why; an unsigned one is told nothing.",
        {"everybody": store(EVERYBODY), "nobody": store(NOBODY)},
    )
    book.document("by the newest key", "everybody", expect=told("v2", "all"))
    book.document("by the older key", "everybody", debug=debug(key="b"), expect=told("v2", "all"))
    book.document("in its last second", "everybody", debug=debug(expiry=NOW + 1), expect=told("v2", "all"))
    good = debug()
    bad = {
        "over": debug(expiry=NOW),
        "unknown key": debug(key="c"),
        "another release": debug(salt="another-salt"),
        "empty": "",
        "a word": "1",
        "a later expiry": str(NOW + 999) + good[len(str(NOW)) :],
        "too short": good[:-1],
        "too long": good + "A",
        "a link": link(),
        "twice": [good, good],
        "an emoji": "🎈",
        "very long": "1." * 9_000,
    }
    for name, value in bad.items():
        book.document(
            f"refused, {name}",
            "everybody",
            debug=value,
            expect={"lane": "v2", "absent": ["x-gray-explain", "x-gray-debug"]},
        )
        book.api(
            f"refused, {name}",
            "everybody",
            headers={"x-gray-debug": value},
            expect=sent("v2", "all", absent=["x-gray-explain"]),
        )
    for place, lane, rule in (("everybody", "v2", "all"), ("nobody", "v1", "default")):
        for who in ("ann", "🎈", "ü"):
            book.api(
                f"API, {place}, {who}",
                place,
                cookies={"uid": who},
                headers={"x-gray-debug": debug()},
                expect={**told(lane, rule, who), "reason": rule},
            )
    return book
