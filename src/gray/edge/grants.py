"""What the edge's keys sign: links, debug requests, the pin of a page, and the grant in the cookie.

All by one construction, which src/edge/decide.js checks: HMAC-SHA256, with a key derived for the release, over a label,
the text up to the seal and the identity, one a line. Its first 96 bits are shown as two numbers of 15 digits: the edge
compares numbers, which takes a time that tells nothing. Identities are signed by applications with another key, which
no release changes: 22 characters of base64url (`sign_identity`).
"""

import base64
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = [
    "EdgeKeys",
    "GrantError",
    "release_key",
    "seal",
    "sign_cookie",
    "sign_debug",
    "sign_debug_by",
    "sign_identity",
    "sign_jwt",
    "sign_link",
    "sign_pin",
]

_KEY_ID = re.compile(r"[a-z0-9]{1,4}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,64}")
_KEY_LIMIT = 2
_MAC_LENGTH = 22


class GrantError(ValueError):
    """When keys are not usable: says what is wrong with them, never what they are."""


@dataclass(frozen=True)
class EdgeKeys:
    """The MAC keys, newest first, two at most: the first signs, both verify. `identity` is the key of identities."""

    keys: tuple[tuple[str, str], ...] = field(repr=False)
    identity: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.keys) <= _KEY_LIMIT:
            raise GrantError(f"{len(self.keys)} edge keys: there must be one, or two during a rotation")
        if len({name for name, _ in self.keys}) != len(self.keys):
            raise GrantError("two edge keys have the same id")
        for name, secret in self.keys:
            if not _KEY_ID.fullmatch(name):
                raise GrantError(f"the key id {name!r} is not 1 to 4 small letters or digits")
            if not _SECRET.fullmatch(secret):
                raise GrantError(f"the secret of key {name!r} is not 32 to 64 of A-Z a-z 0-9 _ -")

    @classmethod
    def from_secret(cls, text: str) -> Self:
        """From the secret `edge-keys`: {"identity","newest","<id>":"<secret>", ...}. Raises GrantError."""
        try:
            values: dict[str, Any] = json.loads(text)
            newest = values.get("newest", "")
            names = sorted(set(values) - {"identity", "newest"}, key=lambda name: (name != newest, name))
            keys = tuple((name, str(values[name])) for name in names)
        except (ValueError, AttributeError) as error:
            raise GrantError("the edge keys are not a JSON object") from error
        return cls(keys, str(values.get("identity") or ""))

    @property
    def newest(self) -> tuple[str, str]:
        """The key that signs: id and secret."""
        return self.keys[0]


def release_key(secret: str, salt: str) -> str:
    """The key of one release, which the store holds in the place of the secret: 32 characters, 192 bits."""
    return _base64url(hmac.digest(secret.encode(), f"release\n{salt}".encode(), "sha256"))[:32]


def seal(key: str, label: str, text: str, identity: str = "") -> str:
    """`<number>.<number>`, the seal that the edge expects after this text. `key` is a release's."""
    raw = hmac.digest(key.encode(), f"{label}\n{text}\n{identity}".encode(), "sha256")
    return f"{int.from_bytes(raw[:6]):015}.{int.from_bytes(raw[6:12]):015}"


def _sealed(key: tuple[str, str], salt: str, label: str, text: str, identity: str = "") -> str:
    name, secret = key
    return _sealed_by((name, release_key(secret, salt)), label, text, identity)


def _sealed_by(key: tuple[str, str], label: str, text: str, identity: str = "") -> str:
    name, secret = key
    return f"{text}.{name}.{seal(secret, label, f'{text}.{name}', identity)}"


def sign_link(keys: EdgeKeys, *, salt: str, lane: str, epoch: int, expiry: int) -> str:
    """The value of `?gray-link=`: into `lane`, in this epoch, until `expiry` (unix seconds)."""
    return _sealed(keys.newest, salt, "l2", f"{lane}.{epoch}.{expiry}")


def sign_pin(keys: EdgeKeys, *, salt: str, lane: str, epoch: int, expiry: int) -> str:
    """The value of the header `x-gray-pin`: a page of `lane` in this epoch, until `expiry` (unix seconds)."""
    return _sealed(keys.newest, salt, "p2", f"{lane}.{epoch}.{expiry}")


def sign_debug(keys: EdgeKeys, *, salt: str, expiry: int) -> str:
    """The value of the header `x-gray-debug`, good until `expiry` (unix seconds) in every epoch, whatever the lane."""
    name, secret = keys.newest
    return sign_debug_by((name, release_key(secret, salt)), expiry=expiry)


def sign_debug_by(key: tuple[str, str], *, expiry: int) -> str:
    """The same by a release's key and its id, which the store has."""
    return _sealed_by(key, "d2", f"v1.0.{expiry}")


def sign_cookie(
    keys: EdgeKeys, *, salt: str, id: str, lane: str, epoch: int, expiry: int, identity: str = "", key: int = 0
) -> str:
    """The value of the cookie `__Host-gray` as the edge writes it; stable and `out` are not signed."""
    text = f"{id}.{lane}.{epoch}.{expiry}"
    if lane in ("v1", "out"):
        return f"{text}.-.-.-"
    return _sealed(keys.keys[key], salt, "c2", text, identity)


def sign_identity(secret: str, value: str) -> str:
    """A signed identity, `value.mac`, as the application puts it into its cookie or header."""
    if not secret:
        raise GrantError("there is no identity key; set one with `grayctl keys`")
    text = f"i1\n\n{value}\n"
    return f"{value}.{_base64url(hmac.digest(secret.encode(), text.encode(), 'sha256'))[:_MAC_LENGTH]}"


def sign_jwt(secret: str, claims: dict[str, Any], *, header: dict[str, Any] | None = None) -> str:
    """An HS256 JWT. `header` replaces the usual one, for tests."""
    parts = [header or {"alg": "HS256", "typ": "JWT"}, claims]
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{_base64url(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
