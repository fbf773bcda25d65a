"""Pins, headers that only the edge may send, and permissions to be told why."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.configs import killed
from tests.edge.vectors.user_lists import origin
from tests.edge.vectors.world import (
    EPOCH,
    MONTH,
    NOW,
    REVISION,
    UNTIL,
    WEEK,
    Book,
    Document,
    debug,
    grant,
    link,
    new_id,
    pin,
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
        "`x-gray-pin`: a page's API requests stay in its lane, by stable's name, a pin of ours or a grant. Else the "
        "page has to load again."
    )
    book.stores = {"nobody": store(NOBODY), "everybody": store(EVERYBODY), "killed": {"values": {"config": killed()}}}
    book.stores["finished"] = store(release([], lanes=["v2", "v3"], state="finished"))
    for name, place, value, cookies, said in [*_named(), *_signed(), *_not_ours()]:
        expect = {**said, "absent": ["x-gray-pin"]}
        book.api(f"pinned {name}", place, headers={"x-gray-pin": value}, cookies=cookies, expect=expect)
    for now, expect in ((UNTIL - 1, sent("v2", "pin", reload=False)), (UNTIL, sent("v1", "expired", reload="v2"))):
        book.api(f"pinned at {now - UNTIL}", "nobody", now=now, headers={"x-gray-pin": pin()}, expect=expect)
    for place, lane, rule in (("everybody", "v2", "all"), ("nobody", "v1", "default")):
        for value in ("v1", "v2", pin("v3")):
            expect = told(lane, rule, pin=pin(lane))
            book.document(
                f"a document goes by the rules, {place}, {value}", place, headers={"x-gray-pin": value}, expect=expect
            )
    for lane in ("v2", "v3"):
        cookies = {"__Host-gray": grant(lane)}
        book.document(f"the pin of a page in {lane}", "nobody", debug=None, cookies=cookies, expect={"pin": pin(lane)})
    book.document("the pin of a page without a decision", "killed", debug=None, expect={"pin": "v1"})
    return book


type Row = tuple[str, str, Any, dict[str, Any], Document]
GRAY, OTHER, AT_STABLE = {"__Host-gray": grant()}, {"__Host-gray": grant("v3")}, {"__Host-gray": grant("v1")}
NONE: dict[str, Any] = {"__Host-gray": None}
OUT = {"__Host-gray": grant("out", expiry=NOW + WEEK)}
BEHIND = {"__Host-gray": grant("v1", epoch=EPOCH + 1)}
OVER = {"__Host-gray": grant(epoch=EPOCH - 1)}
FORGED = {"__Host-gray": grant(key="c")}


def _named() -> list[Row]:
    """The lane's name alone: stable's is always good, any other needs the cookie's grant."""
    return [
        ("to stable, granted gray", "everybody", "v1", GRAY, sent("v1", "pin", reload=False)),
        ("to stable, nobody", "everybody", "v1", NONE, sent("v1", "pin", reload=False)),
        ("to its grant", "nobody", "v2", GRAY, sent("v2", "sticky", reload=False, origin=origin("v2"))),
        ("to another lane than granted", "nobody", "v3", GRAY, sent("v1", "pin-lost", reload="v3")),
        ("the other way", "nobody", "v2", OTHER, sent("v1", "pin-lost", reload="v2")),
        ("to gray from stable", "everybody", "v2", AT_STABLE, sent("v1", "sticky", reload="v2")),
        ("forged, rules say stable", "nobody", "v2", FORGED, sent("v1", "default", reload="v2")),
        ("forged, rules say the same", "everybody", "v2", FORGED, sent("v2", "all", reload=False)),
        ("forged, rules say another", "everybody", "v3", FORGED, sent("v1", "pin-lost", reload="v3")),
        ("of an epoch before", "nobody", "v2", OVER, sent("v1", "default", reload="v2")),
        ("out", "everybody", "v2", OUT, sent("v1", "out", reload="v2")),
        ("out, to stable", "everybody", "v1", OUT, sent("v1", "out", reload=False)),
        ("killed", "killed", "v2", GRAY, sent("v1", "killed", reload="v2")),
        ("killed, to stable", "killed", "v1", GRAY, sent("v1", "killed", reload=False)),
        ("a word", "nobody", "blue", GRAY, sent("v2", "sticky", reload=False)),
        ("empty", "nobody", "", GRAY, sent("v2", "sticky", reload=False)),
        ("a capital", "nobody", "V2", GRAY, sent("v2", "sticky", reload=False)),
        ("v0", "nobody", "v0", GRAY, sent("v2", "sticky", reload=False)),
        ("v100", "nobody", "v100", GRAY, sent("v2", "sticky", reload=False)),
        ("twice", "nobody", ["v3", "v2"], GRAY, sent("v2", "sticky", reload=False)),
        ("very long", "nobody", "v2" * 4_000, GRAY, sent("v2", "sticky", reload=False)),
        ("an emoji", "nobody", "🎈", GRAY, sent("v2", "sticky", reload=False)),
        ("a lane that is not there", "nobody", "v9", GRAY, sent("v1", "pin-lost", reload="v9")),
    ]


def _signed() -> list[Row]:
    """A pin of ours counts before cookie and rules, and after the kill, the lease, the opt-out and the epoch seen."""
    who = {
        "no cookie": NONE,
        "stable": AT_STABLE,
        "granted": GRAY,
        "granted another": OTHER,
        "forged": FORGED,
        "of an epoch before": OVER,
        "a broken cookie": {"__Host-gray": "x"},
        "a broken opt-out": {"__Host-gray": f"x.out.{EPOCH}.9.-.-.-"},
        "another identity": {"uid": "ann", "__Host-gray": grant(who="bob")},
        "identified since": {"uid": "ann", "__Host-gray": grant("v1")},
    }
    pins = {
        "the newest": pin(),
        "before the last publication": pin(expiry=UNTIL - 600),
        "of a later publication": pin(expiry=UNTIL + 600),
        "in its last second": pin(expiry=NOW + 1),
        "by the older key": pin(key="b"),
        "sent twice": [pin(), pin()],
    }
    rows: list[Row] = [
        (f"{name}, {how}", "nobody", value, cookies, sent("v2", "pin", reload=False, origin=origin("v2")))
        for name, value in pins.items()
        for how, cookies in who.items()
    ]
    rows += [(f"v3, {how}", "everybody", pin("v3"), cookies, sent("v3", "pin")) for how, cookies in who.items()]
    closed = {"out": ("nobody", OUT), "behind": ("nobody", BEHIND), "killed": ("killed", NONE)}
    closed["finished"] = ("finished", GRAY)
    rows += [
        (f"the newest, {reason}", place, pin(), cookies, sent("v1", reason, reload="v2", origin=None))
        for reason, (place, cookies) in closed.items()
    ]
    return rows


def _not_ours() -> list[Row]:
    """A pin that is not ours is what the lane's name is: nothing without a grant."""
    good = pin()
    lane, epoch, expiry, key, one, two = good.split(".")
    bad = {
        "over": pin(expiry=NOW),
        "of the epoch before": pin(epoch=EPOCH - 1),
        "of a later epoch": pin(epoch=EPOCH + 1),
        "of another release": pin(salt="another-salt"),
        "by an unknown key": pin(key="c"),
        "for another lane": ".".join(["v2", *pin("v3").split(".")[1:]]),
        "with a later expiry": ".".join([lane, epoch, str(UNTIL + 1), key, one, two]),
        "with the other key": ".".join([lane, epoch, expiry, "b", one, two]),
        "with zeros before the epoch": ".".join([lane, f"0{epoch}", expiry, key, one, two]),
        "a digit changed": good[:-1] + ("1" if good[-1] != "1" else "2"),
        "a digit more": good + "1",
        "a digit less": good[:-1],
        "a part more": good + ".x",
        "in hexadecimal": ".".join([lane, epoch, expiry, key, f"{int(one):#015x}", two]),
        "with a sign": ".".join([lane, epoch, expiry, key, f"+{int(one):014}", two]),
        "no number": ".".join([lane, epoch, expiry, key, "N" * 15, "N" * 15]),
        "a link": link(),
        "very long": good + "1" * 8_000,
    }
    rows: list[Row] = []
    for name, value in bad.items():
        rows.append((f"{name}, no cookie", "nobody", value, NONE, sent("v1", "no-id", reload="v2", origin=None)))
        rows.append((f"{name}, at stable", "nobody", value, AT_STABLE, sent("v1", "sticky", reload="v2", origin=None)))
        rows.append((f"{name}, granted", "nobody", value, GRAY, sent("v2", "sticky", reload=False)))
    gone = sent("v1", "no-id", reload="v9", origin=None)
    return [*rows, ("to a lane that is gone", "nobody", pin("v9"), NONE, gone)]


def _headers() -> Book:
    book = Book(
        "What only the edge may say is taken from the viewer; the rest goes on as it came.",
        {"everybody": store(EVERYBODY)},
    )
    ours = [
        "x-gray",
        "x-gray-version",
        "x-gray-page",
        "x-gray-to",
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
            # Nothing of a viewer's request goes to the site's bucket; the response function reads only what is written.
            book.add(
                f"{name}: {value}, document",
                "static",
                "everybody",
                {"uri": "/", "headers": headers},
                lane="v2",
                cookie=f"{grant(id=new_id(), expiry=NOW + WEEK)};{MONTH}",
                explain=None,
            )
            book.add(
                f"{name}: {value}, asset",
                "static",
                "everybody",
                {"uri": "/a.js", "headers": headers},
                lane="v1",
                cookie=None,
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
        "a later expiry": good.replace(str(NOW + 600), str(NOW + 999)),
        "too short": good[:-1],
        "too long": good + "1",
        "a link": link(),
        "a pin": pin(),
        "twice, another": [good, debug(key="b")],
        "an emoji": "🎈",
        "very long": "1." * 9_000,
    }
    for name, value in bad.items():
        book.document(
            f"refused, {name}",
            "everybody",
            debug=value,
            expect={"lane": "v2", "explain": None},
        )
        book.api(
            f"refused, {name}",
            "everybody",
            headers={"x-gray-debug": value},
            expect=sent("v2", "all", absent=["x-gray-explain", "x-gray-debug"]),
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
