"""The lists in the head of the edge's config, as src/edge/decide.js searches them, and the secret in it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from gray.grants import EdgeKeys

__all__ = ["entries", "identity_secret"]


def entries(values: Mapping[str, str]) -> str:
    """`,a:one,b:two,`: a comma before and after each entry, so that one search finds it; empty without any."""
    return "".join(f",{name}:{value}" for name, value in values.items()) + ("," if values else "")


def identity_secret(keys: "EdgeKeys") -> str:
    """The secret that identities are signed with, as the edge reads it (decodeURIComponent)."""
    return quote(keys.identity, safe="")
