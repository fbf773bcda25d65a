"""The Python side of the driver: loads the built function into QuickJS once, then evaluates thousands of viewers."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import quickjs

from gray.edge.grants import EdgeKeys, sign_cookie, sign_identity, sign_jwt

_DRIVER = Path(__file__).parent / "driver.js"
_EDGE = Path(__file__).resolve().parents[3] / "src" / "edge"
BUILT, _DECISION = _EDGE / "build", (_EDGE / "decide.js", _EDGE / "conditions.js")
_FACTS = "{ readConfig, bucketOf, inList }"
# A viewer's line: these fields, tab-separated; unknown ones are empty.
FIELDS = ("id", "country", "device", "path", "ip", "cookies", "query")
_IMPORT = re.compile(r"\bimport\s+(\w+)\s+from\s*(['\"])(\w+)\2\s*;?")
# A preview uses its own keys: it compiles and signs for itself, and needs no secret of the environment.
_IDENTITY_KEY = "identity" * 5
KEYS = EdgeKeys((("p", "preview-" * 5),), _IDENTITY_KEY)

# Lane before, lane after, reason before, reason after, country, device.
Kind = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Side:
    """One release as an edge location has it: every key of the store, and how viewers are identified.

    `sources` are `c:<cookie>` or `h:<header>`; empty if viewers are identified by the anonymous id in their cookie.
    `kind` is `plain`, `signed` or `jwt`. `lists` are the lists that rules use, as (name, shards, salt). `asks` are the
    viewer fields that rules use, besides single cookies and query fields; with `asks_id` they use the identity's own
    cookie or header.
    """

    store: Mapping[str, str]
    salt: str
    epoch: int
    sources: Sequence[str] = ()
    kind: str = "plain"
    claim: str = ""
    lists: Sequence[tuple[str, int, str]] = ()
    asks: frozenset[str] = frozenset()
    asks_cookies: frozenset[str] = frozenset()
    asks_query: frozenset[str] = frozenset()
    asks_id: bool = False

    @property
    def facts(self) -> object:
        """What makes two ids equivalent: two sides with equal values group ids the same way."""
        shards = {key: value for key, value in self.store.items() if key.startswith("s.")}
        return self.salt, self.sources, self.lists, shards


@dataclass
class Counted:
    """Viewers by outcome, and the first few that moved."""

    counts: dict[Kind, int] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, other: "Counted", wanted: int) -> None:
        """Add another count; keeps `wanted` examples of each movement."""
        for kind, count in other.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        for movement, ids in other.examples.items():
            kept = self.examples.setdefault(movement, [])
            kept += ids[: wanted - len(kept)]


class PreviewEngine:
    """One QuickJS context with both releases loaded. Belongs to the thread that created it.

    `alike=False` runs the function for every single viewer: slower, same result.
    """

    def __init__(self, before: Side, after: Side, *, now: int, examples: int = 5, alike: bool = True) -> None:
        self._context = context = quickjs.Context()
        context.add_callable("__digest", _digest)
        context.add_callable("__hex", _hex)
        context.add_callable("__text", _text)
        context.add_callable("__identity", _identity)
        context.add_callable("__grant", _grant)
        context.set("__driver", context.eval(_DRIVER.read_text(encoding="utf-8")))
        context.set("__code", function_body((BUILT / "request_api.js").read_text(encoding="utf-8"), "handler"))
        context.set("__decide", function_body("".join(path.read_text(encoding="utf-8") for path in _DECISION), _FACTS))
        asks = [FIELDS.index(name) for name in sorted(before.asks | after.asks)]
        twins = before.facts == after.facts
        shared = {
            "asks": asks,
            "asksCookies": sorted(before.asks_cookies | after.asks_cookies),
            "asksQuery": sorted(before.asks_query | after.asks_query),
            "alike": alike,
            "isTwin": twins,
        }
        context.set("__sides", json.dumps([{**_plain(side), **shared} for side in (before, after)]))
        context.set("__now", now)
        context.set("__examples", examples)
        self._run = context.eval(_SETUP)

    def run(self, lines: str) -> Counted:
        """Decide for viewers, one per line: id, country, device, path, ip, cookies, query, separated by tabs."""
        found: dict[str, Any] = json.loads(self._run(lines))
        return Counted(
            {_kind(key): count for key, count in found["counts"].items()},
            {_movement(key): ids for key, ids in found["examples"].items()},
        )


_SETUP = """(function () {
  const sides = JSON.parse(__sides).map(function (side) { return __driver.prepare(side, __code, __decide); });
  __driver.setNow(__now);
  return function (lines) { return __driver.run(sides, lines, __examples); };
})()"""


def function_body(code: str, result: str) -> str:
    """The edge's code as the body of a synchronous function that returns `result`: `require` imports, no `async`.

    The store answers at once here, so `await` has no effect but would take half of the time.
    """
    code = _IMPORT.sub(r"const \1 = require(\2\3\2);", code)
    code = re.sub(r"\basync\s+function\b", "function", code)
    code = re.sub(r"\bawait\s+", "", code)
    return f"'use strict';\n{code}\nreturn {result};"


def _plain(side: Side) -> dict[str, Any]:
    known = {"sources": list(side.sources), "kind": side.kind, "claim": side.claim, "asksId": side.asks_id}
    # As in the compiled condition: kind, name, shards, salt.
    lists = [["l", name, shards, salt] for name, shards, salt in side.lists]
    return {"store": dict(side.store), "salt": side.salt, "epoch": side.epoch, "lists": lists, **known}


def _kind(key: str) -> Kind:
    before, after, reason_before, reason_after, country, device = key.split("\t")
    return before, after, reason_before, reason_after, country, device


def _movement(key: str) -> tuple[str, str]:
    before, after = key.split("\t")
    return before, after


def _identity(value: str, kind: str, claim: str, expiry: float) -> str:
    if kind == "signed":
        return sign_identity(_IDENTITY_KEY, value)
    return sign_jwt(_IDENTITY_KEY, {claim: value, "exp": int(expiry)})


def _grant(salt: str, id_: str, lane: str, epoch: float, expiry: float, identity: str) -> str:
    return sign_cookie(KEYS, salt=salt, id=id_, lane=lane, epoch=int(epoch), expiry=int(expiry), identity=identity)


def _digest(text: str, way: str, key: str | None) -> str:
    raw = hashlib.sha256(text.encode()).digest() if key is None else hmac.digest(key.encode(), text.encode(), "sha256")
    return raw.hex() if way.startswith("hex") else _base64url(raw)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hex(text: str, encoding: str) -> str:
    if encoding == "hex":
        return text
    if encoding == "base64url":
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    return text.encode().hex()


def _text(digits: str, encoding: str) -> str:
    raw = bytes.fromhex(digits)
    return _base64url(raw) if encoding == "base64url" else raw.decode(errors="replace")
