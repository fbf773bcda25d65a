"""Random events for the edge functions: what CloudFront can send, and stores as damaged as a location can have them.

Everything follows from a seed, so a failure is repeated by its number. Most pieces are nearly right: random bytes alone
never get past the first check.
"""

import json
import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.edge.vectors import world
from tests.edge.vectors.configs import FILES, head, lanes_of
from tests.support.edge.replay import request_event

__all__ = ["Fuzzed", "fuzzed"]

TEXTS = [
    "",
    "0",
    "1",
    "v1",
    "v2",
    "out",
    "ann",
    "ü",
    "🎈",
    "👩‍👩‍👧",
    "a.b.c",
    "-",
    "%41",
    "%zz",
    "%",
    "null",
    "true",
    "[]",
    "{}",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "\u0080",
    "\u2028",
    "\ufeff",
    "\U0010ffff",
    "a|b",
    "a,b:c",
    "x" * 300,
    "🎈" * 90,
    "y" * 9_000,
    "1e400",
    "-0",
    "NaN",
    "0x1f",
    " ",
    "\t",
]
COOKIES = ["__Host-gray", "uid", "beta", "constructor", "__proto__", "ü"]
HEADERS = [
    "x-user",
    "x-gray-pin",
    "x-gray-debug",
    "x-gray-version",
    "x-gray-cookie",
    "baggage",
    "authorization",
    "constructor",
    "cloudfront-viewer-country",
    "cloudfront-is-mobile-viewer",
    "cloudfront-is-tablet-viewer",
    "x-partner",
    "user-agent",
]
QUERY = ["gray-link", "utm", "a", "", "ü", "__proto__", "hasOwnProperty"]
PATHS = [
    "/",
    "/orders",
    "/v2/app.js",
    "/v2/",
    "/v1",
    "/a.html",
    "/app.js",
    "/api/orders",
    "/a/../b",
    "//",
    "/%2e%2e/x",
    "/%",
    "/🎈",
    "/caf%C3%A9",
    "/v2%2Fx.js",
    "/.",
    "/...",
    "/a.",
    "/" + "a" * 8_000,
    "/v99/x.css",
    "/a%00",
    "/%F0%9F%8E%88.js",
    "/.well-known/x",
    "/users/john.doe",
    "/v2/prices.csv",
    "/search/50%",
    "/assets/a.b",
    "/a/b/c.css",
    "/v1/a/x.png",
]
ADDRESSES = [
    "192.0.2.1",
    "255.255.255.255",
    "0.0.0.1",
    "::",
    "::1",
    "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1",
    "fe80::ffff",
    "1::",
    "::ffff:1.2.3.4",
]
KINDS = ["&", "|", "!", "c", "h", "q", "p", "i", "t", "l", "z", ""]


@dataclass(frozen=True)
class Fuzzed:
    """One invocation."""

    function: str
    event: dict[str, Any]
    kvs: dict[str, str]
    now: int


def fuzzed(seed: int) -> Fuzzed:
    """The invocation of that number."""
    chance = random.Random(seed)
    now = chance.choice([*[world.NOW] * 30, world.UNTIL, 0, 1, 2**31, 4_102_444_800])
    request = {
        "method": chance.choice(["GET", "GET", "GET", "HEAD", "POST", "OPTIONS"]),
        "uri": chance.choice(["/", "/orders", chance.choice(PATHS)]) + (_text(chance) if chance.random() < 0.1 else ""),
        "query": _fields(chance, QUERY, now),
        "headers": _fields(chance, HEADERS, now),
        "cookies": _fields(chance, COOKIES, now),
        "ip": chance.choice(ADDRESSES),
        "request_id": chance.choice([world.REQUEST_ID, "", "ü"]),
    }
    return Fuzzed(
        chance.choice(["static", "static", "root", "api", "api"]), request_event(request), _store(chance), now
    )


def _fields(chance: random.Random, names: list[str], now: int) -> dict[str, Any]:
    chosen = chance.sample(names, chance.randrange(min(5, len(names))))
    fields = {name: _value(chance, name, now) for name in chosen}
    if names is COOKIES and chance.random() < 0.6:
        known = fields.get("uid", "")
        who = known if isinstance(known, str) and chance.random() < 0.8 else _text(chance)
        fields["__Host-gray"] = _value(chance, "__Host-gray", now, who)
    return fields


def _value(chance: random.Random, name: str, now: int, who: str = "") -> str | list[str]:
    one = _damaged(chance, _nearly(chance, name, now, who))
    if chance.random() < 0.1:
        return [one, *(_damaged(chance, _nearly(chance, name, now, who)) for _ in range(chance.randrange(3)))]
    return one


def _nearly(chance: random.Random, name: str, now: int, who: str) -> str:
    lane = chance.choice(["v2", "v2", "v2", "v3", "v1", "out", "v9"])
    epoch = chance.choice([*[world.EPOCH] * 8, world.EPOCH - 1, world.EPOCH + 1, 0, 9_999_999_999])
    expiry = min(now + chance.choice([9_000, 9_000, 9_000, 9_000, 1, 0, -1, 10**9]), 9_999_999_999)
    made = {
        "__Host-gray": lambda: world.grant(lane, epoch=epoch, expiry=expiry, key=chance.choice("aaabc"), who=who),
        "gray-link": lambda: chance.choice(
            [world.link(lane, epoch=epoch, expiry=expiry), "out", f"out.{expiry}", "clear", "out.x"]
        ),
        "x-gray-debug": lambda: world.debug(expiry=expiry),
        "x-gray-pin": lambda: chance.choice(
            [lane, world.pin(lane, epoch=epoch, key=chance.choice("aab")), world.pin(lane, epoch=epoch, expiry=expiry)]
        ),
        "authorization": lambda: "Bearer " + _token(chance, expiry),
        "uid": lambda: world.signed(_text(chance)) if chance.random() < 0.3 else _text(chance),
    }
    if name in made:
        return made[name]()
    return chance.choice(["true", "DE", "1", _text(chance)])


def _token(chance: random.Random, expiry: int) -> str:
    return world.jwt({"sub": _text(chance), "exp": chance.choice([expiry, expiry, None, "x", [], {}])})


def _damaged(chance: random.Random, text: str) -> str:
    """Mostly as it is; sometimes a letter gone, changed or doubled, a piece of something else, a number grown."""
    if chance.random() < 0.7 or not text:
        return text
    place = chance.randrange(len(text))
    piece = chance.choice(
        [text[:place] + text[place + 1 :], text[:place], text + text, text[place:], text + _text(chance)]
    )
    return chance.choice([piece, text[:place] + chance.choice("v.0:-_9ü🎈") + text[place + 1 :]])


def _damaged_head(chance: random.Random, text: str) -> str:
    """No letter counts as one in njs and as two in QuickJS: a head has none, and the pin is a slice of it."""
    return "".join(letter if ord(letter) < 0x10000 else "ü" for letter in _damaged(chance, text))


def _cut(chance: random.Random, text: str) -> str:
    """Mostly whole. Rules are only cut: njs reads some numbers that JSON does not have, and QuickJS does not."""
    return text if chance.random() < 0.95 else text[: chance.randrange(len(text))]


def _text(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return chance.choice(TEXTS)
    letters = [
        chance.choice([chr(chance.randrange(32, 127)), chr(chance.randrange(0xA0, 0xD7FF)), "🎈"]) for _ in range(8)
    ]
    return "".join(letters)


def _store(chance: random.Random) -> dict[str, str]:
    """A config that is right, damaged, or of random rules; parts and shards that may lack or be of another time."""
    rules = json.dumps([_rule(chance) for _ in range(chance.randrange(5))], ensure_ascii=chance.random() < 0.5)
    parts = chance.choice([*[0] * 14, 1, 2, 3, 4, "", "x", -1])
    identity = chance.choice(
        [*["p,c,uid"] * 6, "p,h,x-user,c,uid", "s,c,uid", "j:sub,h,authorization", "", "p", "x", "s", "j:", "p,c"]
    )
    config = head(
        state=chance.choice("a" * 20 + "pkfx"), identity=identity, parts=parts, rules=rules,
        secret=chance.choice(["", "key", quote(world.IDENTITY_KEY, safe=""), "%zz"]) if identity[:1] in "sj" else "",
        lanes=chance.choice([lanes_of("v2"), lanes_of("v2"), "/" + lanes_of("v2", "v3"), "", ",v2::,", "v2", "/"]),
        files=chance.choice([FILES, FILES, " css v2/ /assets/ ", " v1/ v2/ v3/ / /a/ ", "", " ", "/assets/"]),
    )  # fmt: skip
    line, _, tail = config.partition("\n")
    store = {"config": _cut(chance, (_damaged_head(chance, line) if chance.random() < 0.2 else line) + "\n" + tail)}
    for part in (1, 2, 3):
        if chance.random() < 0.7:
            store[f"c.{world.SEQUENCE}.{part}"] = _cut(
                chance, f"{chance.choice([world.SEQUENCE] * 9 + [416])}|{rules};"
            )
    for shard in ("s.staff.0", "s.staff.1", "s.a.0"):
        if chance.random() < 0.5:
            store[shard] = chance.choice(["2", "20000", "2abcdefgh", "", "3", "2abc", "2" + "0" * 996, _text(chance)])
    if chance.random() < 0.05:
        del store["config"]
    return store


def _rule(chance: random.Random) -> Any:
    if chance.random() < 0.03:
        return chance.choice([None, 7, "x", [], {}])
    low, high = sorted(chance.choices([0, 0, 1, 500, 5_000, 9_999, 10_000, 10_000], k=2))
    rule: list[Any] = [_text(chance), chance.choice(["v2", "v2", "v2", "v2", "v3", "v9", "v1", "", 2, None]), low, high]
    if chance.random() < 0.8:
        rule.append(_condition(chance, 0))
    if chance.random() < 0.2:
        rule.append(chance.choice([world.NOW + 60, 0, "x", None]))
    return rule


def _condition(chance: random.Random, depth: int) -> Any:
    kind = chance.choice(KINDS if depth < 3 else KINDS[3:])
    if kind in ("&", "|", "!"):
        return [kind, *(_condition(chance, depth + 1) for _ in range(1 if kind == "!" else chance.randrange(4)))]
    if kind in ("c", "h", "q"):
        names = {"c": COOKIES, "h": HEADERS, "q": QUERY}[kind]
        return [kind, chance.choice(names), chance.choice("=^?x"), *(_text(chance) for _ in range(chance.randrange(3)))]
    if kind == "l":
        return [kind, chance.choice(["staff", "a", ""]), chance.choice([1, 2, 0, "x"]), chance.choice(["salt", ""])]
    if kind == "t":
        return [kind, chance.choice([0, world.NOW, "x"]), chance.choice([0, world.NOW, None])]
    if kind == "i":
        texts = chance.choices(["192.0.", "2", "cb0071", "", "20010db8", "x"], k=3)
        return [kind, *([text] if text else [] for text in texts[: chance.choice([3, 3, 3, 3, 2])])]
    if kind == "p":
        return [kind, *chance.choices(["/*", "*", "/*", "/a*b*c", "", "***", "/orders"], k=2)]
    return [kind, *chance.choices(["DE", "m", "t", "d", 1, None], k=chance.randrange(3))]
