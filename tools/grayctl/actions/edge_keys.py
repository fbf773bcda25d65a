"""Rotating the edge's keys: pure functions from one secret text to the next.

    {"identity": "...", "newest": "b", "a": "<secret>", "b": "<secret>"}

The newest key signs, all verify. A rotation adds a key; the older one is removed when its last cookie has expired.
"""

import json
import secrets
import string
from typing import Any

from grayctl.errors import UsageError

_NOT_KEYS = ("identity", "newest")
_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 43
# A cookie's grant is valid for at most a week.
KEEP_DAYS = 7


def key_ids(text: str) -> list[str]:
    """The key ids, newest first."""
    values = json.loads(text)
    return sorted((name for name in values if name not in _NOT_KEYS), key=lambda name: (name != values["newest"], name))


def has_identity(text: str) -> bool:
    """Whether identities can be signed."""
    return bool(json.loads(text).get("identity"))


def rotated(text: str) -> str:
    """Add a new signing key; the previous one still verifies."""
    values: dict[str, Any] = json.loads(text)
    ids = key_ids(text)
    if len(ids) > 1:
        raise UsageError(
            f"there are already two keys: {', '.join(ids)}",
            f"Retire the older one first (grayctl keys retire), {KEEP_DAYS} days after the last rotation.",
        )
    new = _next_id(ids)
    return json.dumps({**values, "newest": new, new: new_secret()})


def retired(text: str) -> str:
    """Remove the older key: cookies and links it signed become invalid."""
    ids = key_ids(text)
    if len(ids) < 2:
        raise UsageError("there is only one key", "Rotate first: grayctl keys rotate")
    values: dict[str, Any] = json.loads(text)
    return json.dumps({name: value for name, value in values.items() if name in (*_NOT_KEYS, ids[0])})


def with_identity(text: str, secret: str) -> str:
    """Set the secret for signed identities."""
    if len(secret) < 32:
        raise UsageError("an identity secret needs at least 32 characters", "Omit it to generate one.")
    return json.dumps({**json.loads(text), "identity": secret})


def new_secret() -> str:
    """43 characters, 256 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def _next_id(ids: list[str]) -> str:
    return next(letter for letter in string.ascii_lowercase if letter > max(ids)[0]) if max(ids)[0] < "z" else "a"
