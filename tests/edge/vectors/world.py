"""What the cases have in common: the clock, the keys, the release around the rules, and the signatures.

The signatures, buckets and ids are made here by hashlib from the words of the design, not by the project's own code,
so that a mistake there does not confirm itself.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

NOW = 1_800_000_000
WEEK = 604_800
MONTH = 2_592_000
SEQUENCE, REVISION, EPOCH, UNTIL = 417, 96, 12, NOW + 86_400
SALT = "8f3kq1zt"
KEYS = {"a": "newest-newest-newest-newest-newest-1", "b": "older--older--older--older--older--2"}
IDENTITY_KEY = "identity-key ü/%|\n 3"
REQUEST_ID = "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLE=="
KNOWN = "aZ09_-aZ09_-aZ09_-aZ09"  # an anonymous id, as a cookie has it
API = {"v2": ["a1b2c3d4e5", "live"], "v3": ["f6g7h8i9j0", "beta_1"], "v17": ["k1l2m3n4o5", "live"]}
PLAIN = {"kind": "plain", "sources": ["cookie:uid", "header:X-User"]}

Fields = dict[str, str | list[str]]
Document = dict[str, Any]


def release(rules: list[Document], **more: Any) -> Document:
    """A release document with these rules."""
    return {"salt": SALT, "lanes": ["v2"], "identity": PLAIN, "rules": rules, **more}


def store(document: Document, **more: Any) -> Document:
    """What a location has: a release to compile, beside `lists`, `drop` (keys it lacks), `stamp` (changed numbers)."""
    return {"release": document, **more}


def base64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def derived(key: str, salt: str = SALT) -> str:
    """What the store has of a key: 32 characters of an HMAC of the release's salt."""
    return base64url(hmac.digest(KEYS.get(key, key).encode(), f"release\n{salt}".encode(), "sha256"))[:32]


def seal(key: str, label: str, text: str, who: str = "", salt: str = SALT) -> str:
    """96 bits of HMAC-SHA256 over label, text and identity, one a line, as two numbers of 15 digits."""
    raw = hmac.digest(derived(key, salt).encode(), f"{label}\n{text}\n{who}".encode(), "sha256")
    return f"{int.from_bytes(raw[:6]):015}.{int.from_bytes(raw[6:12]):015}"


def _sealed(label: str, start: str, key: str, who: str = "", salt: str = SALT) -> str:
    return f"{start}.{key}.{seal(key, label, f'{start}.{key}', who, salt)}"


def grant(
    lane: str = "v2",
    *,
    id: str = KNOWN,
    epoch: int = EPOCH,
    expiry: int = NOW + 9_000,
    key: str = "a",
    who: str = "",
    salt: str = SALT,
) -> str:
    """A cookie of the edge: signed for gray, unsigned for stable and for `out`."""
    start = f"{id}.{lane}.{epoch}.{expiry}"
    if lane in ("v1", "out"):
        return f"{start}.-.-.-"
    return _sealed("c2", start, key, who, salt)


def link(lane: str = "v2", *, epoch: int = EPOCH, expiry: int = NOW + 3_600, key: str = "a", salt: str = SALT) -> str:
    """A signed link into a lane."""
    return _sealed("l2", f"{lane}.{epoch}.{expiry}", key, salt=salt)


def pin(lane: str = "v2", *, epoch: int = EPOCH, expiry: int = UNTIL, key: str = "a", salt: str = SALT) -> str:
    """The pin of a page; without more, the one that the config has."""
    return lane if lane == "v1" else _sealed("p2", f"{lane}.{epoch}.{expiry}", key, salt=salt)


def debug(*, expiry: int = NOW + 600, key: str = "a", salt: str = SALT) -> str:
    """The value of `x-gray-debug`."""
    return _sealed("d2", f"v1.0.{expiry}", key, salt=salt)


def jwt(claims: Document, *, head: Document | None = None, key: str = IDENTITY_KEY) -> str:
    """An HS256 token."""
    parts = [head or {"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return f"{text}.{base64url(hmac.digest(key.encode(), text.encode(), 'sha256'))}"


def signed(value: str, key: str = IDENTITY_KEY) -> str:
    """An identity as `value.mac`: 22 characters of base64url."""
    return f"{value}.{base64url(hmac.digest(key.encode(), f'i1\n\n{value}\n'.encode(), 'sha256'))[:22]}"


def bucket(identity: str, salt: str = SALT) -> int:
    """0 to 9,999."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{identity}".encode()).digest()[:4]) * 10_000 >> 32


def new_id(request_id: str = REQUEST_ID) -> str:
    """The anonymous id that a first visit gets."""
    return base64url(hashlib.sha256(request_id.encode()).digest())[:22]


def identity_with(low: int, high: int, start: str = "u") -> str:
    """The first of u0, u1, ... whose bucket is from `low` to below `high`."""
    return next(name for name in (f"{start}{n}" for n in range(10**7)) if low <= bucket(name) < high)


@dataclass(frozen=True)
class Case:
    """One request. `expect` names what is checked: see tests/cases/README.md."""

    name: str
    store: str
    function: str
    request: Document
    expect: Document
    now: int = NOW

    def plain(self) -> Document:
        """As it is in the file."""
        now = {} if self.now == NOW else {"now": self.now}
        return {
            "name": self.name, "store": self.store, "function": self.function, **now,
            "request": self.request, "expect": self.expect,
        }  # fmt: skip


@dataclass
class Book:
    """One file: its stores by name, and its cases."""

    about: str
    stores: dict[str, Document] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def add(self, name: str, function: str, store: str, request: Document, *, now: int = NOW, **expect: Any) -> None:
        """One more case; `store` must be one of the book's."""
        if store not in self.stores:
            raise KeyError(store)
        self.cases.append(Case(name, store, function, request, expect, now))

    def document(self, name: str, store: str, *, now: int = NOW, expect: Document, **request: Any) -> None:
        """A document, asked for with the permission to be told why, unless `debug` is None."""
        headers = dict(request.pop("headers", {}))
        permission = request.pop("debug", debug(expiry=now + 600))
        if permission is not None:
            headers["x-gray-debug"] = permission
        self.add(name, "static", store, {"uri": "/", "headers": headers, **request}, now=now, **expect)

    def api(self, name: str, store: str, *, now: int = NOW, expect: Document, **request: Any) -> None:
        """An API request. A viewer who is not known has a cookie of an epoch that is over, so that rules are asked."""
        cookies = {"__Host-gray": grant("v1", epoch=EPOCH - 1), **request.pop("cookies", {})}
        cookies = {name: value for name, value in cookies.items() if value is not None}
        self.add(name, "api", store, {"uri": "/api/orders", "cookies": cookies, **request}, now=now, **expect)


def told(lane: str, rule: str, identity: str | None = None, **more: Any) -> Document:
    """What a document's decision looks like to who may ask for it; `identity` None stands for a first visit."""
    spot = bucket(new_id() if identity is None else identity)
    return {
        "lane": lane,
        "explain": f"{lane}; rule={rule}; bucket={spot}; revision={REVISION}; epoch={EPOCH}; location=FRA",
        **more,
    }


def sent(lane: str, reason: str, **more: Any) -> Document:
    """What an API request's decision looks like to the API."""
    return {"lane": lane, "reason": reason, **more}
