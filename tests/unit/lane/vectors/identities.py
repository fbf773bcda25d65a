"""The identity cookie of a login; the seal is made by hashlib from the words of docs/reference/edge-config.md."""

import base64
import hmac
from collections.abc import Iterator

from tests.unit.lane.vectors.book import Book

KEY = "identity-key ü/%|\n 3"  # that of the edge's cases
SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"
VALUES = ["ann", "a b", "ü", "日本", "🎈", "e\u0301", "-", ".", "a.b", "%41", "a|b", "a;b,c", 'say "hi"', "a\tb\n",
          "it's(me)!~*", "x" * 256, "1" * 4000]  # fmt: skip


def books() -> Iterator[tuple[str, Book]]:
    """One file."""
    yield "identity", _cookies()


def _encoded(value: str) -> str:
    """Percent-encoded as encodeURIComponent does it."""
    return "".join(chr(byte) if chr(byte) in SAFE else f"%{byte:02X}" for byte in value.encode())


def _cookies() -> Book:
    book = Book("The `Set-Cookie` line of a login: a signed identity, percent-encoded.")
    given = {"cookie": "sid", "key": KEY, "max_age": 3600}
    for value in VALUES:
        mac = hmac.digest(KEY.encode(), f"i1\n\n{value}\n".encode(), "sha256")
        signed = f"{value}.{base64.urlsafe_b64encode(mac).decode()[:22]}"
        line = f"sid={_encoded(signed)}; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax"
        book.add(value[:20], "identity_cookie", line, **given, value=value)
    refused = {
        "the identity is empty: sign an account's id": {"value": ""},
        "there is no key of identities: set one with `grayctl keys identity`": {"key": ""},
        "the identity has half of a surrogate pair: sign an id that is text": {"value": "a\ud800"},
        '"s id" is no name of a cookie: use letters, digits, - and _': {"cookie": "s id"},
        '"sid;x" is no name of a cookie: use letters, digits, - and _': {"cookie": "sid;x"},
        '"" is no name of a cookie: use letters, digits, - and _': {"cookie": ""},
        "the cookie has 4100 bytes of the 4096 that browsers keep: sign a shorter id": {"value": "x" * 4073},
    }
    for error, change in refused.items():
        book.refuse(error, "identity_cookie", f"ValueError: {error}", **{**given, "value": "ann", **change})
    return book
