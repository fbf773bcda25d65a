"""A lane's origins: what a lane registers, a release is compiled with, and the edge sends viewers to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "API_ID",
    "HOST",
    "MAX_ORIGINS",
    "MAX_PREFIXES",
    "NAME",
    "PREFIX",
    "STAGE",
    "URL_ID",
    "URL_PATH",
    "Kind",
    "Origin",
    "Origins",
    "valid",
]

type Kind = Literal["rest-api", "http-api", "function-url", "url"]

# What the edge's format can carry (gray.edge.config): none of , : | ; is in it.
NAME = r"[a-z][a-z0-9-]{0,31}"
# An API's id is ten characters today, a function URL's 32; a stage's name is at most 128 (API references of API
# Gateway, CreateStage, and of Lambda, CreateFunctionUrlConfig).
API_ID = r"[a-z0-9]{1,32}"
URL_ID = r"[a-z0-9]{1,64}"
STAGE = r"[A-Za-z0-9_-]{1,128}"
HOST = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]([a-z0-9-]{0,61}[a-z0-9])"
URL_PATH = r"[A-Za-z0-9._~-]{1,64}(/[A-Za-z0-9._~-]{1,64}){0,3}"
PREFIX = r"/[A-Za-z0-9._~/-]{0,127}"

MAX_ORIGINS = 4
MAX_PREFIXES = 8


@dataclass(frozen=True)
class Origin:
    """One of a lane's origins.

    `address` is an API's id, a function URL's id (the first label of its host), or a host; `path` a stage or the path
    before the viewer's, without slashes at its ends, empty for the stage `$default`. `paths` are the beginnings of the
    paths that go there, the empty one of every path. `signed`: CloudFront signs its requests (a function URL's OAC).
    """

    id: str
    kind: Kind
    address: str
    path: str = ""
    paths: tuple[str, ...] = ("",)
    signed: bool = False

    @property
    def valid(self) -> bool:
        """Whether all of it can be what it says, and the edge's format can carry it."""
        return bool(
            re.fullmatch(NAME, self.id)
            and self._has_address()
            and self.paths
            and all(not prefix or re.fullmatch(PREFIX, prefix) for prefix in self.paths)
            and (self.kind == "function-url" or not self.signed)
        )

    def _has_address(self) -> bool:
        address, path = self.address, self.path
        match self.kind:
            case "rest-api":
                return bool(re.fullmatch(API_ID, address) and re.fullmatch(STAGE, path))
            case "http-api":
                return bool(re.fullmatch(API_ID, address) and (not path or re.fullmatch(STAGE, path)))
            case "function-url":
                return bool(re.fullmatch(URL_ID, address) and not path)
            case "url":
                return bool(re.fullmatch(HOST, address) and (not path or re.fullmatch(URL_PATH, path)))
        return False


type Origins = Sequence[Origin]
"""All of one lane."""


def valid(origins: Origins) -> bool:
    """Whether these can be the origins of one lane: each of its own id, and each path at one of them."""
    prefixes = [prefix for origin in origins for prefix in origin.paths]
    return (
        1 <= len(origins) <= MAX_ORIGINS
        and len(prefixes) <= MAX_PREFIXES
        and len({origin.id for origin in origins}) == len(origins)
        and len(set(prefixes)) == len(prefixes)
        and all(origin.valid for origin in origins)
    )
