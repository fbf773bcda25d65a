"""The cookie: what is granted, what is not, and what a document writes."""

from collections.abc import Iterator
from typing import Any

from tests.edge.vectors.world import (
    EPOCH,
    KNOWN,
    MONTH,
    NOW,
    REVISION,
    WEEK,
    Book,
    Document,
    grant,
    new_id,
    pin,
    release,
    seal,
    sent,
    store,
    told,
)

NOBODY = [{"id": "never", "lane": "v2", "percent": 0}]
EVERYBODY = [{"id": "all", "lane": "v2", "percent": 100}]


def books() -> Iterator[tuple[str, Book]]:
    """Grants that count, grants that do not, and cookies after documents."""
    yield "cookie-good", _good()
    yield "cookie-refused", _refused()
    yield "cookie-written", _written()
    yield "cookie-opt-out", _opt_out()


def _places() -> dict[str, Document]:
    return {
        "nobody": store(release(NOBODY, lanes=["v2", "v3"])),
        "everybody": store(release(EVERYBODY, lanes=["v2", "v3"])),
    }


def _good() -> Book:
    book = Book("A good grant of this epoch holds, whatever the rules say now.", _places())
    good: dict[str, tuple[str, Any, str]] = {
        "by the newest key": ("v2", {"__Host-gray": grant()}, KNOWN),
        "by the older key": ("v2", {"__Host-gray": grant(key="b")}, KNOWN),
        "into the second lane": ("v3", {"__Host-gray": grant("v3")}, KNOWN),
        "in its last second": ("v2", {"__Host-gray": grant(expiry=NOW + 1)}, KNOWN),
        "of the shortest id": ("v2", {"__Host-gray": grant(id="abcdefghijklmnop")}, "abcdefghijklmnop"),
        "of the longest id": ("v2", {"__Host-gray": grant(id="_" * 32)}, "_" * 32),
        "sent twice alike": ("v2", {"__Host-gray": [grant(), grant()]}, KNOWN),
        "for an identity": ("v2", {"__Host-gray": grant(who="zoë"), "uid": "zoë"}, "zoë"),
        "for an emoji": ("v2", {"__Host-gray": grant(who="👩‍👩‍👧🎈"), "uid": "👩‍👩‍👧🎈"}, "👩‍👩‍👧🎈"),
    }
    for name, (lane, cookies, identity) in good.items():
        book.document(name, "nobody", cookies=cookies, expect=told(lane, "sticky", identity, uri=f"/{lane}/index.html"))
        book.api(name, "nobody", cookies=cookies, expect=sent(lane, "sticky"))
        book.add(
            f"{name}, asset",
            "static",
            "nobody",
            {"uri": "/a.css", "cookies": cookies},
            lane=lane,
            uri=f"/{lane}/a.css",
            cookie=None,
        )
    stable = {"__Host-gray": grant("v1")}
    book.document("stable is decided again by a document", "everybody", cookies=stable, expect=told("v2", "all", KNOWN))
    book.api("stable holds for API requests", "everybody", cookies=stable, expect=sent("v1", "sticky", origin=None))
    return book


def _refused() -> Book:
    book = Book(
        "What is no grant: decided by the rules, which lead to stable here, or to v2 where everybody is.", _places()
    )
    good = grant()
    parts = good.split(".")
    bad: dict[str, tuple[Any, bool]] = {  # the cookie, and whether its anonymous id is still taken
        "of the epoch before": (grant(epoch=EPOCH - 1), True),
        "over": (grant(expiry=NOW), True),
        "long over": (grant(expiry=1), True),
        "by an unknown key": (grant(key="c"), True),
        "by a key of another release": (grant(salt="another-salt"), True),
        "for somebody else": (grant(who="ann"), True),
        "with another lane": (".".join([parts[0], "v3", *parts[2:]]), True),
        "with another id": (".".join(["b" * 22, *parts[1:]]), True),
        "with a later expiry": (".".join([*parts[:3], str(NOW + 9_001), *parts[4:]]), True),
        "with the other key's id": (".".join([*parts[:4], "b", *parts[5:]]), True),
        "unsigned": (".".join([*parts[:4], "-", "-", "-"]), True),
        "signed with nothing": (".".join([*parts[:4], "a", "-", "-"]), True),
        "by the key id -": (".".join([*parts[:4], "-", *parts[5:]]), True),
        "into a lane that is not live": (grant("v9"), True),
        "a link's seal": (".".join([*parts[:5], seal("a", "l2", ".".join(parts[:5]))]), True),
        "the last digit changed": (good[:-1] + ("1" if good[-1] != "1" else "2"), True),
        "a pin": (pin(), False),
        "a seal in hexadecimal": (".".join([*parts[:5], f"{int(parts[5]):#015x}", parts[6]]), False),
        "a seal with a sign": (".".join([*parts[:5], f"+{int(parts[5]):014}", parts[6]]), False),
        "a seal with an exponent": (".".join([*parts[:5], f"{int(parts[5]):.9e}"[:15], parts[6]]), False),
        "a seal that is no number": (".".join([*parts[:5], "N" * 15, parts[6]]), False),
        "both seals no number": (".".join([*parts[:5], "N" * 15, "N" * 15]), False),
        "with zeros before the epoch": (good.replace(f".{EPOCH}.", f".0{EPOCH}."), True),
        "with a space": (good + " ", False),
        "without its seal": (".".join(parts[:5]), False),
        "with half a seal": (".".join(parts[:6]), False),
        "with an eighth part": (good + ".x", False),
        "empty": ("", False),
        "dots": ("......", False),
        "quoted": (f'"{good}"', False),
        "the seal too long": (good + "1", False),
        "the seal too short": (good[:-1], False),
        "the id too short": (grant(id="x" * 15), False),
        "the id too long": (grant(id="x" * 33), False),
        "the id not of its letters": (grant(id="ü" * 22), False),
        "a lane in capitals": (good.replace("v2", "V2"), False),
        "lane v0": (grant("v0"), False),
        "lane v100": (grant("v100"), False),
        "lane v02": (grant("v02"), False),
        "a negative epoch": (good.replace(f".{EPOCH}.", ".-1."), False),
        "an epoch with a point": (good.replace(f".{EPOCH}.", ".12.0."), False),
        "an epoch in hexadecimal": (good.replace(f".{EPOCH}.", ".0xc."), False),
        "eleven digits": (good.replace(f".{EPOCH}.", ".00000000012."), False),
        "very long": ("a" * 8_000, False),
        "twice, another": ([good, grant("v3")], False),
        "twice, one empty": ([good, ""], False),
        "an emoji": ("🎈" * 22 + good[22:], False),
    }
    for name, (cookie, keeps_id) in bad.items():
        cookies = {"__Host-gray": cookie}
        identity = None if not keeps_id else cookie.split(".")[0]
        book.document(name, "nobody", cookies=cookies, expect=told("v1", "default", identity))
        book.document(f"{name}, everybody", "everybody", cookies=cookies, expect=told("v2", "all", identity))
        book.api(name, "nobody", cookies=cookies, expect=sent("v1", "default" if keeps_id else "no-id"))
        book.add(
            f"{name}, asset", "static", "everybody", {"uri": "/a.css", "cookies": cookies}, lane="v1", uri="/v1/a.css"
        )
    for name, value in {"behind": grant(epoch=EPOCH + 1), "stable, behind": grant("v1", epoch=EPOCH + 1)}.items():
        cookies = {"__Host-gray": value}
        book.document(name, "everybody", cookies=cookies, expect=told("v1", "behind", KNOWN, cookie="-"))
        book.api(name, "everybody", cookies=cookies, expect=sent("v1", "behind", origin=None))
        book.api(
            f"{name}, pinned",
            "everybody",
            cookies=cookies,
            headers={"x-gray-pin": "v2"},
            expect=sent("v1", "behind", reload="v2"),
        )
    return book


def _written() -> Book:
    book = Book("What a document writes: gray is signed, the expiry is the earliest, a seen cookie stays.", _places())
    book.stores["window"] = store(
        release([{"id": "short", "lane": "v2", "when": {"time": {"to": "2027-01-15T10:00:00Z"}}}])
    )
    book.stores["far window"] = store(
        release([{"id": "long", "lane": "v2", "when": {"time": {"to": "2027-03-15T10:00:00Z"}}}])
    )
    week, soon = NOW + WEEK, NOW + 7_200
    stable, gray = f".v1.{EPOCH}.{week}.-.-.-;{MONTH}", grant(expiry=week)
    rows: list[tuple[str, str, dict[str, Any], str]] = [
        ("a first visit, stable", "nobody", {}, new_id() + stable),
        ("a first visit, gray", "everybody", {}, f"{grant(id=new_id(), expiry=week)};{MONTH}"),
        ("a good grant stays as it is", "nobody", {"__Host-gray": grant()}, "-"),
        (
            "after a rotation the newest key signs, the expiry stays",
            "nobody",
            {"__Host-gray": grant(key="b")},
            f"{grant()};{MONTH}",
        ),
        ("from stable into gray", "everybody", {"__Host-gray": grant("v1")}, f"{gray};{MONTH}"),
        ("from gray back to stable", "nobody", {"__Host-gray": grant(epoch=EPOCH - 1)}, KNOWN + stable),
        ("gray again in a new epoch", "everybody", {"__Host-gray": grant(epoch=EPOCH - 1)}, f"{gray};{MONTH}"),
        ("stable that was seen stays", "nobody", {"__Host-gray": grant("v1", expiry=week - 9)}, "-"),
        ("stable half over is renewed", "nobody", {"__Host-gray": grant("v1", expiry=NOW + WEEK // 2)}, KNOWN + stable),
        ("stable over is renewed", "nobody", {"__Host-gray": grant("v1", expiry=NOW - 5)}, KNOWN + stable),
        ("stable of the epoch before is renewed", "nobody", {"__Host-gray": grant("v1", epoch=3)}, KNOWN + stable),
        ("a forged one is replaced", "nobody", {"__Host-gray": grant(key="c")}, KNOWN + stable),
        ("a malformed one is replaced", "nobody", {"__Host-gray": "x"}, new_id() + stable),
        ("at most to the window's end", "window", {}, f"{grant(id=new_id(), expiry=soon)};{MONTH}"),
        ("at most a week", "far window", {}, f"{grant(id=new_id(), expiry=week)};{MONTH}"),
        (
            "bound to the identity",
            "everybody",
            {"uid": "zoë🎈"},
            f"{grant(id=new_id(), expiry=week, who='zoë🎈')};{MONTH}",
        ),
        ("after a logout the id stays", "everybody", {"__Host-gray": grant(who="ann")}, f"{gray};{MONTH}"),
        (
            "after a login the id stays",
            "everybody",
            {"__Host-gray": grant(), "uid": "ann"},
            f"{grant(expiry=week, who='ann')};{MONTH}",
        ),
    ]
    for name, place, cookies, cookie in rows:
        book.document(name, place, cookies=cookies, expect={"cookie": cookie})
    return book


def _opt_out() -> Book:
    book = Book("Opted out: stable, until the cookie's own expiry, in every epoch.", _places())
    far = NOW + 10 * WEEK
    rows: list[tuple[str, str, str]] = [
        ("of this epoch", grant("out", expiry=far), "-"),
        ("of an epoch before", grant("out", epoch=3, expiry=far), f"{grant('out', expiry=far)};{far - NOW}"),
        ("short, of an epoch before", grant("out", epoch=3, expiry=NOW + 9), f"{grant('out', expiry=NOW + 9)};{MONTH}"),
        ("of a later epoch", grant("out", epoch=EPOCH + 5, expiry=far), "-"),
    ]
    for name, cookie, after in rows:
        cookies = {"__Host-gray": cookie}
        book.document(name, "everybody", cookies=cookies, expect={"lane": "v1", "cookie": after})
        book.api(name, "everybody", cookies=cookies, expect=sent("v1", "out", origin=None, revision=REVISION))
        book.add(
            f"{name}, asset", "static", "everybody", {"uri": "/a.js", "cookies": cookies}, lane="v1", uri="/v1/a.js"
        )
    over = {"__Host-gray": grant("out", expiry=NOW)}
    book.document("over", "everybody", cookies=over, expect=told("v2", "all", KNOWN))
    book.api("over", "everybody", cookies=over, expect=sent("v2", "all"))
    return book
