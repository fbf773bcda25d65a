"""Who a viewer is: plain, signed, by a token; and that who is not known gets the anonymous id's bucket."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from tests.edge.vectors.world import (
    EPOCH,
    IDENTITY_KEY,
    KNOWN,
    NOW,
    Book,
    Document,
    base64url,
    grant,
    jwt,
    release,
    sent,
    signed,
    store,
    told,
)

NOBODY = [{"id": "never", "lane": "v2", "percent": 0}]
NAMES = [
    "ann",
    "a b",
    "ü",
    "日本",
    "🎈",
    "👩‍👩‍👧",
    "𝔘𝔫𝔦",
    "e\u0301",
    "É",
    "null",
    "0",
    "-",
    ".",
    "a.b",
    "%41",
    "a|b",
    "a\tb",
    "x" * 256,
    "🎈" * 256,
]


def books() -> Iterator[tuple[str, Book]]:
    """A file a kind of identity."""
    yield "identity-plain", _plain()
    yield "identity-signed", _signed()
    yield "identity-jwt", _jwt()
    yield "identity-none", _none()


def _known(book: Book, name: str, place: str, identity: str | None, **request: Any) -> None:
    """With a known identity its bucket counts; else that of the new anonymous id, and an API request has no id."""
    book.document(name, place, expect=told("v1", "default", identity), **request)
    cookies = {"__Host-gray": None, **request.pop("cookies", {})}
    reason = "no-id" if identity is None else "default"
    book.api(name, place, cookies=cookies, expect=sent("v1", reason), **request)


def _plain() -> Book:
    book = Book(
        "A plain identity: the first source that is present wins, twice is none.", {"plain": store(release(NOBODY))}
    )
    for name in NAMES:
        # "%41" is an encoded A.
        plain = unquote(name)
        _known(book, f"cookie {name[:9]} {len(name)}", "plain", plain, cookies={"uid": name})
        _known(book, f"header {name[:9]} {len(name)}", "plain", plain, headers={"x-user": name})
        encoded = quote(name, safe="")
        if "%" not in name and len(encoded) <= 1_024:
            _known(book, f"encoded cookie {name[:9]} {len(name)}", "plain", name, cookies={"uid": encoded})
            _known(book, f"encoded header {name[:9]} {len(name)}", "plain", name, headers={"x-user": encoded})
            _known(book, f"quoted cookie {name[:9]} {len(name)}", "plain", name, cookies={"uid": f'"{name}"'})
    both: list[tuple[str, Document, str | None]] = [
        ("cookie before header", {"cookies": {"uid": "ann"}, "headers": {"x-user": "bob"}}, "ann"),
        ("an empty cookie is none", {"cookies": {"uid": ""}, "headers": {"x-user": "bob"}}, "bob"),
        ("a cookie sent twice is none", {"cookies": {"uid": ["ann", "bob"]}, "headers": {"x-user": "bob"}}, "bob"),
        ("twice the same is one", {"cookies": {"uid": ["ann", "ann"]}}, "ann"),
        ("the header twice the same", {"headers": {"x-user": ["ann", "ann", "ann"]}}, "ann"),
        ("encoded like every cookie library does", {"cookies": {"uid": "ada%40example.com"}}, "ada@example.com"),
        ("encoded once, not twice", {"cookies": {"uid": "a%2540"}}, "a%40"),
        ("not validly encoded", {"cookies": {"uid": "50%"}}, "50%"),
        ("not UTF-8 when decoded", {"cookies": {"uid": "a%FFb"}}, "a%FFb"),
        ("one quote", {"cookies": {"uid": '"'}}, '"'),
        ("quoted and encoded", {"cookies": {"uid": '"a%20b"'}}, "a b"),
        ("quotes of a header stay", {"headers": {"x-user": '"ann"'}}, '"ann"'),
        ("the header twice", {"headers": {"x-user": ["ann", "bob"]}}, None),
        ("both empty", {"cookies": {"uid": ""}, "headers": {"x-user": ""}}, None),
        ("another cookie", {"cookies": {"UID": "ann"}}, None),
        ("as a query", {"query": {"uid": "ann"}}, None),
        ("the longest", {"cookies": {"uid": "x" * 1024}}, "x" * 1024),
        ("too long", {"cookies": {"uid": "x" * 1025}}, None),
        ("far too long", {"headers": {"x-user": "ü" * 10_000}}, None),
    ]
    for name, request, identity in both:
        _known(book, name, "plain", identity, **request)
    book.document(
        "too long, with a cookie",
        "plain",
        cookies={"uid": "x" * 1025, "__Host-gray": grant("v1")},
        expect=told("v1", "default", KNOWN),
    )
    return book


def _signed() -> Book:
    identity = {"kind": "signed", "sources": ["cookie:sid", "header:X-Sid"]}
    book = Book(
        "A signed identity: `value.mac` by the identity key.", {"signed": store(release(NOBODY, identity=identity))}
    )
    for name in NAMES:
        if len(name) <= 256:
            plain = "%" not in name
            cookies = {"sid": signed(name) if plain else quote(signed(name), safe="")}
            _known(book, f"{name[:9]} {len(name)}", "signed", name, cookies=cookies)
    good = signed("ann")
    bad = {
        "no seal": "ann",
        "an empty seal": "ann.",
        "an empty value": signed(""),
        "a dot": ".",
        "another value": "bob" + good[3:],
        "another key": signed("ann", "other"),
        "a letter changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "a letter more": good + "A",
        "a letter less": good[:-1],
        "padded": good + "=",
        "the grant's key": signed("ann", "a"),
        "8,193 characters": "x" * 8_170 + "." + "A" * 22,
        "an emoji for a seal": "ann.🎈",
    }
    for name, value in bad.items():
        _known(book, name, "signed", None, cookies={"sid": value})
    _known(book, "by the header", "signed", "ann", headers={"x-sid": good})
    _known(book, "a bad cookie hides a good header", "signed", None, cookies={"sid": "ann"}, headers={"x-sid": good})
    return book


def _jwt() -> Book:
    identity = {"kind": "jwt", "sources": ["header:Authorization", "cookie:jwt"], "claim": "sub"}
    book = Book(
        "An HS256 token with `exp`, signed by the identity key.", {"jwt": store(release(NOBODY, identity=identity))}
    )
    fresh = {"sub": "ann", "exp": NOW + 60}
    good: dict[str, tuple[str, str]] = {
        "bare": (jwt(fresh), "ann"),
        "bearer": ("Bearer " + jwt(fresh), "ann"),
        "small bearer": ("bearer " + jwt(fresh), "ann"),
        "emoji": (jwt({**fresh, "sub": "🎈ü"}), "🎈ü"),
        "last second": (jwt({**fresh, "exp": NOW + 1}), "ann"),
        "exp with a fraction": (jwt({**fresh, "exp": NOW + 0.5}), "ann"),
        "nbf now": (jwt({**fresh, "nbf": NOW}), "ann"),
        "other claims": (jwt({**fresh, "admin": True, "nested": {"sub": "bob"}, "list": [1]}), "ann"),
        "without typ": (jwt(fresh, head={"alg": "HS256"}), "ann"),
        "with a kid": (jwt(fresh, head={"alg": "HS256", "kid": "1"}), "ann"),
    }
    for name, (token, who) in good.items():
        _known(book, name, "jwt", who, headers={"authorization": token})
        _known(book, f"{name}, cookie", "jwt", who, cookies={"jwt": token})
    text = jwt(fresh).split(".")
    none = base64url(b'{"alg":"none"}')
    bad: dict[str, str] = {
        "over": jwt({**fresh, "exp": NOW}),
        "without exp": jwt({"sub": "ann"}),
        "exp as text": jwt({**fresh, "exp": str(NOW + 60)}),
        "exp null": jwt({**fresh, "exp": None}),
        "not yet": jwt({**fresh, "nbf": NOW + 1}),
        "nbf as text": jwt({**fresh, "nbf": "1"}),
        "nbf null": jwt({**fresh, "nbf": None}),
        "without the claim": jwt({"exp": NOW + 60}),
        "claim a number": jwt({**fresh, "sub": 7}),
        "claim a list": jwt({**fresh, "sub": ["ann"]}),
        "claim null": jwt({**fresh, "sub": None}),
        "claim empty": jwt({**fresh, "sub": ""}),
        "another key": jwt(fresh, key="other"),
        "alg none": jwt(fresh, head={"alg": "none"}),
        "alg HS512": jwt(fresh, head={"alg": "HS512"}),
        "alg small": jwt(fresh, head={"alg": "hs256"}),
        "alg missing": jwt(fresh, head={"typ": "JWT"}),
        "crit": jwt(fresh, head={"alg": "HS256", "crit": ["exp"]}),
        "unsigned": f"{none}.{text[1]}.",
        "two parts": f"{text[0]}.{text[1]}",
        "four parts": jwt(fresh) + ".x",
        "padded": jwt(fresh) + "=",
        "payload changed": f"{text[0]}.{base64url(b'{}')}.{text[2]}",
        "head changed": f"{none}.{text[1]}.{text[2]}",
        "dots": "..",
        "Basic": "Basic " + jwt(fresh),
        "twice Bearer": "Bearer Bearer " + jwt(fresh),
        "8,193 characters": "x" * 8_193,
        "balloons": "🎈.🎈.🎈",
    }
    for payload in ("null", "[]", "1", '"x"', "{", "", '{"exp":1e400,"sub":7}'):
        bad[f"payload {payload}"] = _raw(payload)
    for name, token in bad.items():
        _known(book, name, "jwt", None, headers={"authorization": token})
    return book


def _raw(payload: str) -> str:
    """A token rightly signed around a payload that is none."""
    import hashlib
    import hmac

    text = f"{base64url(b'{"alg":"HS256"}')}.{base64url(payload.encode())}"
    return f"{text}.{base64url(hmac.digest(IDENTITY_KEY.encode(), text.encode(), hashlib.sha256))}"


def _none() -> Book:
    book = Book("Without an identity: the anonymous id by its form, or a new one for a document only.")
    book.stores["no identity"] = store(release(NOBODY, identity=None))
    book.stores["everybody"] = store(release([{"id": "all", "lane": "v2", "percent": 100}]))
    _known(book, "a uid means nothing", "no identity", None, cookies={"uid": "ann"})
    _known(book, "the cookie's id", "no identity", KNOWN, cookies={"__Host-gray": grant("v1", epoch=EPOCH - 1)})
    book.api("nobody, everybody meant", "everybody", cookies={"__Host-gray": None}, expect=sent("v1", "no-id"))
    book.api(
        "nobody, pinned",
        "everybody",
        cookies={"__Host-gray": None},
        headers={"x-gray-pin": "v2"},
        expect=sent("v1", "no-id", reload="v2", origin=None),
    )
    book.document("nobody, a document", "everybody", expect=told("v2", "all"))
    no_request_id: Document = {"uri": "/", "request_id": ""}
    book.add("without a request id nothing is written", "static", "no identity", no_request_id, lane="v1", cookie="-")
    return book
