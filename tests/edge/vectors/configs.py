"""Reasons that come from the config or the clock, in the order of the design; what cannot be trusted is stable."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.world import (
    API,
    EPOCH,
    KNOWN,
    MONTH,
    NOW,
    REVISION,
    SALT,
    SEQUENCE,
    UNTIL,
    WEEK,
    Book,
    Document,
    debug,
    derived,
    grant,
    link,
    new_id,
    pin,
    release,
    sent,
    store,
    told,
)

ALL = [{"id": "all", "lane": "v2", "percent": 100}]
FILES = (
    " css js mjs map json txt xml rss csv zip gz svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 "
    "mp4 webm wav vtt pdf webmanifest "
)
RULES = '[["all","v2",0,10000]]'
CONDITIONS = '[["hit","v2",0,10000,%s]]'


def head(*, state: str = "a", rules: str = RULES, **changed: Any) -> str:
    """A config written by hand, field by field."""
    salt = changed.get("salt") or SALT
    values: Document = {
        "state": f"{changed.pop('format', 2)}{state}",
        "epoch": EPOCH,
        "sequence": SEQUENCE,
        "revision": REVISION,
        "until": UNTIL,
        "identity": "p,c,uid",
        "lanes": lanes_of("v2"),
        "key_id": "a",
        "key": derived("a", salt),
        "region": "eu-central-1",
        "old_keys": f",b:{derived('b', salt)},",
        "parts": 0,
        "salt": SALT,
        "secret": "",
        "files": FILES,
    }
    values |= changed
    return "|".join(map(str, values.values())) + f"|\n{rules};"


def lanes_of(*lanes: str, until: int = UNTIL) -> str:
    """The lanes of a head: the seal of the newest pin, and the API."""
    entries = [f"{lane}:{'.'.join(pin(lane, expiry=until).split('.')[-2:])}::{':a/'.join(API[lane])}" for lane in lanes]
    return f",{','.join(entries)}," if lanes else ""


def killed(epoch: int = EPOCH) -> str:
    """A killed config."""
    return f"2k|{epoch}|{SEQUENCE}|{REVISION}{'|' * 11}{FILES}|;"


def books() -> Iterator[tuple[str, Book]]:
    """Configs that say stop, configs that are broken, configs in parts."""
    yield "config-untrusted", _untrusted()
    yield "config-states", _states()
    yield "config-parts", _parts()
    yield "config-doubt", _doubt()


def _both(book: Book, name: str, place: str, reason: str, *, cookie: str | None = None, **request: Any) -> None:
    """A document and an API request that stay on stable for this reason, even with a good grant."""
    for said, value in (("first visit", None), ("granted", grant())):
        cookies = {"__Host-gray": value} if value else {}
        book.add(
            f"{name}, document, {said}",
            "static",
            place,
            {"uri": "/orders", "cookies": cookies, **request},
            lane="v1",
            uri="/v1/index.html",
            cookie=_named(cookie, value),
            explain=None,
        )
        book.api(f"{name}, API, {said}", place, cookies=cookies, expect=sent("v1", reason, origin=None), **request)


def _named(cookie: str | None, value: str | None) -> str:
    if cookie is None:
        return "-"
    return cookie.replace("<id>", KNOWN if value else new_id())


def _untrusted() -> Book:
    book = Book("No config that can be trusted: stable, and the cookie stays as it is.")
    broken = {
        "missing": None,
        "empty": "",
        "a newline": "\n",
        "a word": "config",
        "JSON": '{"format":2};',
        "bars": "|" * 20 + ";",
        "a later format": head(format=3),
        "an earlier format": head(format=1),
        "format with a space": head(format=" 2"),
        "no epoch": head(epoch=""),
        "epoch 0": head(epoch=0),
        "negative epoch": head(epoch=-1),
        "epoch is a word": head(epoch="twelve"),
        "unknown state": head(state="x"),
        "no state": head(state=""),
        "state in capitals": head(state="A"),
        "without its end": head()[:-1],
        "cut in the keys": head()[:160],
        "killed, without its end": killed()[:-1],
        "killed, cut in the epoch": killed()[:4],
    }
    for name, value in broken.items():
        book.stores[name] = {"values": {} if value is None else {"config": value}}
        _both(book, name, name, "no-config")
    return book


def _states() -> Book:
    book = Book("Killed, finished, lease over: everybody to stable, granted or not.")
    fresh = f"<id>.v1.{EPOCH}.{NOW + WEEK}.-.-.-;{MONTH}"
    book.stores["killed"] = {"values": {"config": killed()}}
    book.stores["killed by a release"] = store(release(ALL, state="killed"))
    book.stores["killed, raised"] = {"values": {"config": killed(EPOCH + 1)}}
    book.stores["finished"] = store(release(ALL, state="finished"))
    book.stores["lease"] = store(release(ALL))
    book.stores["paused"] = store(release(ALL, state="paused"))
    for place in ("killed", "killed by a release"):
        _both(book, place, place, "killed", cookie=fresh)
        _both(book, f"{place}, pinned", place, "killed", cookie=fresh, headers={"x-gray-pin": "v2"})
    raised = f"<id>.v1.{EPOCH + 1}.{NOW + WEEK}.-.-.-;{MONTH}"
    _both(book, "killed with a higher epoch", "killed, raised", "killed", cookie=raised)
    _both(book, "finished", "finished", "finished", cookie=fresh)
    for now in (UNTIL, UNTIL + 1, UNTIL + 10**6):
        _both_at(book, now)
    book.api("the last second of the lease", "lease", now=UNTIL - 1, expect=sent("v2", "all"))
    book.api("paused goes on deciding", "paused", expect=sent("v2", "all"))
    book.document("paused goes on granting", "paused", expect=told("v2", "all"))
    for state in ("killed", "finished", "lease"):
        book.add(
            f"assets of an open tab, {state}",
            "static",
            state,
            {"uri": "/v2/app.js"},
            now=UNTIL,
            lane="v2",
            uri="/v2/app.js",
            cookie=None,
        )
        book.add(
            f"an asset without its lane, {state}",
            "static",
            state,
            {"uri": "/app.js", "cookies": {"__Host-gray": grant(expiry=UNTIL + 9)}},
            now=UNTIL,
            lane="v1",
            uri="/v1/app.js",
        )
        book.add(
            f"a link, {state}",
            "static",
            state,
            {"uri": "/", "query": {"gray-link": link(expiry=UNTIL + 99)}},
            now=UNTIL,
            status=302,
            location="/",
            set_cookie=None,
        )
    book.document("finished, explained", "finished", expect=told("v1", "finished"))
    return book


def _both_at(book: Book, now: int) -> None:
    cookies = {"__Host-gray": grant(expiry=now + 99)}
    book.api(f"lease over at {now}, API", "lease", now=now, cookies=cookies, expect=sent("v1", "expired"))
    told_so = told("v1", "expired", KNOWN, cookie="-")
    book.document(f"lease over at {now}, document", "lease", now=now, cookies=cookies, expect=told_so)


def _parts() -> Book:
    book = Book("Rules too long for one value: parts are read in order, and never of two publications.")
    many: Document = {"name": "beta", "one_of": [f"value-{n:03}-" + "ü" * 20 for n in range(40)]}
    rules: list[Document] = [
        {"id": "long", "lane": "v2", "when": {"cookie": many}},
        {"id": "last", "lane": "v2", "percent": 50},
    ]
    book.stores["whole"] = store(release(rules))
    for part in (1, 2, 3):
        book.stores[f"without part {part}"] = store(release(rules), drop=[f"c.{SEQUENCE}.{part}"])
        book.stores[f"part {part} of another"] = store(release(rules), values={f"c.{SEQUENCE}.{part}": "416|x"})
        book.stores[f"part {part} empty"] = store(release(rules), values={f"c.{SEQUENCE}.{part}": ""})
    hit = {"beta": many["one_of"][33]}
    book.api("whole", "whole", cookies=hit, expect=sent("v2", "long"))
    book.document("whole, document", "whole", cookies=hit, expect=told("v2", "long"))
    for place in [name for name in book.stores if name != "whole"]:
        book.api(place, place, cookies=hit, expect=sent("v1", "partial", origin=None))
        book.document(place, place, cookies=hit, expect=told("v1", "partial", cookie="-"))
        book.api(f"{place}, granted", place, cookies={"__Host-gray": grant()}, expect=sent("v2", "sticky"))
        book.document(f"{place}, granted", place, cookies={"__Host-gray": grant()}, expect=told("v2", "sticky", KNOWN))
    return book


def _doubt() -> Book:
    book = Book("Rules that the function does not understand, and lanes that are gone: stable, for everybody asked.")
    unknown = {
        "unknown condition": CONDITIONS % '["z","beta"]',
        "unknown under a not": CONDITIONS % '["!",["z"]]',
        "unknown under any": CONDITIONS % '["|",["z"],["p","*"]]',
        "an empty condition": CONDITIONS % "[]",
    }
    for name, rules in unknown.items():
        book.stores[name] = {"values": {"config": head(rules=rules)}}
        book.api(name, name, expect=sent("v1", "error", origin=None))
        book.document(name, name, expect=told("v1", "error"))
    for name, rules in {"not JSON": "[[", "a number": "7x", "rules with a tail": RULES + "x"}.items():
        book.stores[name] = {"values": {"config": head(rules=rules)}}
        book.api(name, name, expect=sent("v1", "error", origin=None))
        book.add(f"{name}, document", "static", name, {"uri": "/a"}, lane="v1", uri="/v1/index.html", cookie="-")
    gone = {
        "lane not live": head(lanes=lanes_of("v3")),
        "no lane": head(lanes=""),
        "a longer name": head(lanes=lanes_of("v2").replace("v2", "v22")),
        "lane without a comma": head(lanes=lanes_of("v2")[1:-1]),
    }
    for name, config in gone.items():
        book.stores[name] = {"values": {"config": config}}
        book.api(name, name, expect=sent("v1", "lane-gone", origin=None))
        book.document(name, name, expect=told("v1", "lane-gone"))
        book.api(f"{name}, granted", name, cookies={"__Host-gray": grant()}, expect=sent("v1", "lane-gone"))
        book.document(f"{name}, granted", name, cookies={"__Host-gray": grant()}, expect=told("v1", "lane-gone", KNOWN))
    book.stores["empty rules"] = {"values": {"config": head(rules="[]")}}
    book.api("no rule at all", "empty rules", expect=sent("v1", "default"))
    book.document("no rule at all", "empty rules", debug=debug(key="b"), expect=told("v1", "default"))
    return book
