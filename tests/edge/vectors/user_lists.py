"""User lists and percentages: who is in, who is not, whatever the letters of the id; shards that are missing."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.world import (
    API,
    EPOCH,
    KNOWN,
    NOW,
    PLAIN,
    Book,
    Document,
    bucket,
    grant,
    identity_with,
    release,
    sent,
    signed,
    store,
    told,
)

MEMBERS = [
    "ann",
    "a b",
    "ü",
    "日本語",
    "🎈",
    "👩‍👩‍👧",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "e\u0301",
    "null",
    "0",
    "-1",
    "a|b",
    "a,b",
    "x" * 250,
    "#5",
]
STRANGERS = ["bob", "ann ", " ann", "Ann", "u", "日本", "🎈🎈", "👩", "é", "00", "a", "b", "%C3%28", "x" * 249]
LIST = {"digest": "0" * 64, "salt": "l1st-salt"}


def books() -> Iterator[tuple[str, Book]]:
    """Lists of one shard and of many; percentages at their edges."""
    yield "user-list", _lists()
    yield "user-list-missing", _missing()
    yield "percent", _percent()
    yield "lanes", _lanes()


def listed(shards: int, *, when: Document | None = None, identity: Any = PLAIN, **more: Any) -> Document:
    """A release with the list `staff` and its ids."""
    entry = {**LIST, "shards": shards, "ids": len(MEMBERS), **more}
    rule = {"id": "staff", "lane": "v2", "when": when or {"list": "staff"}}
    return store(release([rule], identity=identity, lists={"staff": entry}), lists={"staff": MEMBERS})


def _lists() -> Book:
    book = Book("A list holds its members, whatever their letters, and nobody else.")
    book.stores = {"one shard": listed(1), "seven shards": listed(7), "most shards": listed(20_000)}
    book.stores["not in"] = listed(7, when={"not": {"list": "staff"}})
    book.stores["restricted"] = listed(7, identity={"kind": "signed", "sources": ["cookie:uid"]}, restricted=True)
    # The shard is `21aGt21aG`: its format and the first three characters are the second one's mark.
    alike = ["user-104456", "user-20"]
    book.stores["alike"] = {**listed(1, ids=2), "lists": {"staff": alike}}
    for name in alike:
        book.api(f"alike, {name}", "alike", cookies={"uid": name}, expect=sent("v2", "staff"))
    for place in ("one shard", "seven shards", "most shards"):
        for name in MEMBERS:
            book.document(
                f"{place}, {name[:9]} {len(name)}", place, cookies={"uid": name}, expect=told("v2", "staff", name)
            )
            book.api(f"{place}, {name[:9]} {len(name)}", place, cookies={"uid": name}, expect=sent("v2", "staff"))
        for name in STRANGERS:
            book.document(
                f"{place}, {name[:9]} {len(name)}", place, cookies={"uid": name}, expect=told("v1", "default", name)
            )
            book.api(f"{place}, {name[:9]} {len(name)}", place, cookies={"uid": name}, expect=sent("v1", "default"))
        book.document(f"{place}, nobody", place, expect=told("v1", "default"))
        as_id = "abcdefghijklmnopqrstuv"
        book.api(
            f"{place}, anonymous",
            place,
            cookies={"__Host-gray": grant("v1", id=as_id, epoch=3)},
            expect=sent("v1", "default"),
        )
    book.document("not in, a member", "not in", cookies={"uid": "🎈"}, expect=told("v1", "default", "🎈"))
    book.document("not in, a stranger", "not in", cookies={"uid": "bob"}, expect=told("v2", "staff", "bob"))
    book.document("not in, nobody", "not in", expect=told("v2", "staff"))
    for name in MEMBERS:
        book.api(f"restricted, {name[:9]}", "restricted", cookies={"uid": signed(name)}, expect=sent("v2", "staff"))
        book.api(f"restricted, {name[:9]}, unsigned", "restricted", cookies={"uid": name}, expect=sent("v1", "default"))
    return book


def _missing() -> Book:
    book = Book("A shard that a location lacks, or that is of a later format: stable, also under a `not`.")
    never = {"all": [{"list": "staff"}, {"cookie": {"name": "no", "exists": True}}]}
    either = {"any": [{"list": "staff"}, {"path": "*"}]}
    conditions: dict[str, Document] = {
        "plain": {"list": "staff"},
        "under not": {"not": {"list": "staff"}},
        "beside any": either,
        "all": never,
    }
    for how, values in {"missing": {}, "of a later format": {"s.staff.0": "3abcd"}, "empty": {"s.staff.0": ""}}.items():
        for kind, when in conditions.items():
            place = f"{how}, {kind}"
            book.stores[place] = {**listed(1, when=when), "drop": ["s.staff.0"], "values": values}
            reason = {"beside any": "staff", "all": "default"}.get(kind, "list-missing")
            lane = "v2" if kind == "beside any" else "v1"
            book.document(place, place, cookies={"uid": "ann"}, expect=told(lane, reason, "ann"))
            book.api(place, place, cookies={"uid": "ann"}, expect=sent(lane, reason))
            anonymous = "v2" if kind in ("under not", "beside any") else "v1"
            book.api(f"{place}, nobody", place, expect={"lane": anonymous})
            cookies = {"uid": "ann", "__Host-gray": grant(who="ann")}
            book.api(f"{place}, granted", place, cookies=cookies, expect=sent("v2", "sticky"))
    return book


def _percent() -> Book:
    book = Book("Percentages: the first lane from bucket 0 up, the second from 9,999 down, at their edges.")
    for percent in (0.01, 1, 5, 12.34, 50, 99.99, 100):
        place, edge = f"{percent} %", round(percent * 100)
        rule = {"id": "ramp", "lane": "v2", "percent": percent}
        book.stores[place] = store(release([rule]))
        _edges(book, place, {0, edge - 1}, {edge, 9_999} if edge < 10_000 else set(), "v2")
        if edge < 5_000:
            place += " of v3"
            book.stores[place] = store(release([{**rule, "lane": "v3"}], lanes=["v2", "v3"]))
            _edges(book, place, {10_000 - edge, 9_999}, {0, 9_999 - edge}, "v3")
    book.stores["0 %"] = store(release([{"id": "ramp", "lane": "v2", "percent": 0}]))
    _at(book, "0 %", 0, "v1", "default")
    when = {"cookie": {"name": "beta", "exists": True}}
    book.stores["of those"] = store(release([{"id": "ramp", "lane": "v2", "percent": 20, "when": when}]))
    low, high = identity_with(0, 2_000), identity_with(2_000, 10_000)
    for who, beta, lane in ((low, True, "v2"), (low, False, "v1"), (high, True, "v1"), (high, False, "v1")):
        cookies = {"uid": who, **({"beta": "1"} if beta else {})}
        reason = "ramp" if lane == "v2" else "default"
        book.document(
            f"20 % of those with beta, {who} {beta}", "of those", cookies=cookies, expect=told(lane, reason, who)
        )
    anonymous = [f"anonymous-viewer-{n:05}" for n in range(40)]
    for id in anonymous:
        lane, reason = ("v2", "ramp") if bucket(id) < 5_000 else ("v1", "default")
        cookies = {"__Host-gray": grant("v1", id=id, epoch=EPOCH - 1)}
        book.document(f"50 %, {id}", "50 %", cookies=cookies, expect=told(lane, reason, id))
        book.api(f"50 %, {id}", "50 %", cookies=cookies, expect=sent(lane, reason))
    return book


def _edges(book: Book, place: str, inside: set[int], outside: set[int], lane: str) -> None:
    for spot in sorted(inside):
        _at(book, place, spot, lane, "ramp")
    for spot in sorted(outside):
        _at(book, place, spot, "v1", "default")


def _at(book: Book, place: str, spot: int, lane: str, reason: str) -> None:
    who = identity_with(spot, spot + 1)
    book.document(f"{place}, bucket {spot}", place, cookies={"uid": who}, expect=told(lane, reason, who))
    book.api(f"{place}, bucket {spot}", place, cookies={"uid": who}, expect=sent(lane, reason))


def _lanes() -> Book:
    book = Book("Three gray lanes at once, each with its own range, grant, link, files and API; first match wins.")
    rules: list[Document] = [
        {"id": "staff", "lane": "v17", "when": {"cookie": {"name": "staff", "exists": True}}},
        {"id": "both", "lane": "v3", "when": {"cookie": {"name": "both", "exists": True}}},
        {"id": "never", "lane": "v2", "when": {"all": [{"cookie": {"name": "both", "exists": True}}, {"path": "*"}]}},
        {"id": "two", "lane": "v2", "percent": 10},
        {"id": "three", "lane": "v3", "percent": 20},
        {"id": "seventeen", "lane": "v17", "percent": 5},
    ]
    lanes = ["v2", "v3", "v17"]
    book.stores["three"] = store(release(rules, lanes=lanes, reserved={"v17": [40, 50]}))
    spots = [
        (0, "v2", "two"),
        (999, "v2", "two"),
        (1_000, "v1", "default"),
        (3_999, "v1", "default"),
        (4_000, "v17", "seventeen"),
        (4_499, "v17", "seventeen"),
        (4_500, "v1", "default"),
        (7_999, "v1", "default"),
        (8_000, "v3", "three"),
        (9_999, "v3", "three"),
    ]
    for spot, lane, reason in spots:
        _at(book, "three", spot, lane, reason)
    for cookie, lane, reason in (("staff", "v17", "staff"), ("both", "v3", "both")):
        book.api(f"by rule {reason}", "three", cookies={cookie: ""}, expect=sent(lane, reason, origin=origin(lane)))
    for lane in lanes:
        cookies = {"__Host-gray": grant(lane, expiry=NOW + 99)}
        book.document(
            f"granted {lane}", "three", cookies=cookies, expect=told(lane, "sticky", KNOWN, uri=f"/{lane}/index.html")
        )
        book.api(f"granted {lane}", "three", cookies=cookies, expect=sent(lane, "sticky", origin=origin(lane)))
        for pin in lanes:
            pinned = sent(lane, "sticky") if pin == lane else sent("v1", "pin-lost", reload=pin, origin=None)
            book.api(
                f"granted {lane}, pinned to {pin}", "three", cookies=cookies, headers={"x-gray-pin": pin}, expect=pinned
            )
        book.add(f"files of {lane}", "static", "three", {"uri": f"/{lane}/app.js"}, lane=lane, uri=f"/{lane}/app.js")
    return book


def origin(lane: str) -> list[str] | None:
    """Domain and path of a lane's API; None is the behavior's own origin, stable's."""
    if lane == "v1":
        return None
    api_id, stage = API[lane]
    return [f"{api_id}.execute-api.eu-central-1.amazonaws.com", f"/{stage}"]
