"""Links: into a lane, out of all, or clear."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.configs import killed
from tests.edge.vectors.world import (
    EPOCH,
    MONTH,
    NOW,
    WEEK,
    Book,
    debug,
    grant,
    link,
    new_id,
    pin,
    release,
    sent,
    store,
)

EVERYBODY = release([{"id": "all", "lane": "v2", "percent": 100}], lanes=["v2", "v3"])
NOBODY = release([{"id": "never", "lane": "v2", "percent": 0}], lanes=["v2", "v3"])
GRANTED = {"cookies": {"__Host-gray": grant()}}


def books() -> Iterator[tuple[str, Book]]:
    """A file a topic."""
    yield "link", _links()


def _links() -> Book:
    book = Book("`?gray-link=`: into a lane, out of all, or clear; the same page without it, with the cookie.")
    book.stores = {"nobody": store(NOBODY), "everybody": store(EVERYBODY), "missing": {"values": {}}}
    book.stores["killed"] = {"values": {"config": killed()}}
    good = {
        "of the newest key": (link(), "v2", NOW + 3_600),
        "of the older key": (link(key="b"), "v2", NOW + 3_600),
        "into the second lane": (link("v3"), "v3", NOW + 3_600),
        "longer than a week": (link(expiry=NOW + 2 * WEEK), "v2", NOW + WEEK),
        "in its last second": (link(expiry=NOW + 1), "v2", NOW + 1),
    }
    for name, (value, lane, expiry) in good.items():
        cookie = grant(lane, id=new_id(), expiry=expiry)
        _follow(book, name, "nobody", value, f"{cookie};{MONTH}")
        _follow(
            book,
            f"{name}, known",
            "nobody",
            value,
            f"{grant(lane, expiry=expiry)};{MONTH}",
            cookies={"__Host-gray": grant("v1", epoch=3)},
        )
        _follow(
            book,
            f"{name}, identified",
            "nobody",
            value,
            f"{grant(lane, id=new_id(), expiry=expiry, who='ü🎈')};{MONTH}",
            cookies={"uid": "ü🎈"},
        )
        for place in ("killed", "missing"):
            _follow(book, f"{name}, {place}", place, value, None)
        out = {"__Host-gray": grant("out", expiry=NOW + WEEK)}
        _follow(book, f"{name}, opted out", "nobody", value, None, cookies=out)
        _follow(book, f"{name}, behind", "nobody", value, None, cookies={"__Host-gray": grant(epoch=EPOCH + 1)})
    parts = link().split(".")
    bad = {
        "over": link(expiry=NOW),
        "of the epoch before": link(epoch=EPOCH - 1),
        "of a later epoch": link(epoch=EPOCH + 1),
        "of another release": link(salt="another-salt"),
        "of an unknown key": link(key="c"),
        "into a lane that is not live": link("v9"),
        "into stable": link("v1"),
        "another lane": ".".join(["v3", *parts[1:]]),
        "a later expiry": ".".join([*parts[:2], str(NOW + 9_999), *parts[3:]]),
        "no seal": ".".join(parts[:4]),
        "a seal too short": link()[:-1],
        "a pin": pin(),
        "a debug request": debug(),
        "a part more": link() + ".x",
        "a word": "hello",
        "a dot": ".",
        "an emoji": "🎈",
        "a grant": grant(),
        "very long": "v2." * 2_000,
        "encoded": link().replace(".", "%2E"),
        "out, misspelt": "Out",
        "clear, misspelt": "clear.",
        "out over": f"out.{NOW}",
        "out of words": "out.soon",
        "out before a line separator": "out.1812096000\u2028",
        "out in another notation": "out.1812096e3",
    }
    for name, value in bad.items():
        _follow(book, name, "everybody", value, None)
    for place in ("nobody", "killed"):
        _follow(book, f"out, {place}", place, "out", f"{grant('out', id=new_id(), expiry=NOW + WEEK)};{MONTH}")
        far = NOW + 20 * WEEK
        _follow(
            book, f"out for long, {place}", place, f"out.{far}", f"{grant('out', id=new_id(), expiry=far)};{far - NOW}"
        )
        most = NOW + 34_560_000
        _follow(
            book,
            f"out for ever, {place}",
            place,
            "out.9999999999",
            f"{grant('out', id=new_id(), expiry=most)};34560000",
        )
        _follow(
            book,
            f"clear, {place}",
            place,
            "clear",
            f"{grant('v1', id=new_id(), expiry=NOW + WEEK)};{MONTH}",
        )
    _follow(
        book,
        "out without a config",
        "missing",
        "out",
        f"{grant('out', id=new_id(), epoch=0, expiry=NOW + WEEK)};{MONTH}",
    )
    _follow(
        book,
        "clear an opt-out",
        "nobody",
        "clear",
        f"{grant('v1', expiry=NOW + WEEK)};{MONTH}",
        cookies={"__Host-gray": grant("out", expiry=NOW + WEEK)},
    )
    later = {"__Host-gray": grant(epoch=EPOCH + 5)}
    out_later = f"{grant('out', epoch=EPOCH + 5, expiry=NOW + WEEK)};{MONTH}"
    for place in ("nobody", "killed", "missing"):
        _follow(book, f"out keeps the highest epoch seen, {place}", place, "out", out_later, cookies=later)
    queries: list[tuple[str, dict[str, Any], str]] = [
        ("alone", {}, ""),
        ("before it", {"a": "1"}, "?a=1"),
        ("kept as sent", {"q": "a%20b+c%2B", "utf": "%C3%BC"}, "?q=a%20b+c%2B&utf=%C3%BC"),
        ("several times", {"a": ["1", "2"], "b": ""}, "?a=1&a=2&b="),
        ("not ASCII", {"ü": "🎈"}, "?%C3%BC=%F0%9F%8E%88"),
    ]
    for name, query, text in queries:
        book.add(
            f"the query, {name}",
            "static",
            "nobody",
            {"uri": "/a/b%20c", "query": {**query, "gray-link": link()}},
            status=302,
            location=f"/a/b%20c{text}",
        )
    for name, field in {"twice, another": [link(), link("v3")], "empty": ""}.items():
        book.add(
            f"{name} is no link",
            "static",
            "nobody",
            {"uri": "/", "query": {"gray-link": field}},
            lane="v1",
            uri="/v1/index.html",
        )
    book.add(
        "on an asset", "static", "nobody", {"uri": "/a.js", "query": {"gray-link": link()}}, lane="v1", uri="/v1/a.js"
    )
    book.api("on the API", "nobody", query={"gray-link": link()}, expect=sent("v1", "default"))
    return book


def _follow(book: Book, name: str, place: str, value: str, cookie: str | None, **more: Any) -> None:
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    book.add(
        f"link {name}",
        "static",
        place,
        {"uri": "/shop", "query": {"gray-link": value}, **more},
        status=302,
        location="/shop",
        set_cookie=cookie,
        headers=headers,
    )
