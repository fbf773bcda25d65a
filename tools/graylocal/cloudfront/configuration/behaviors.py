"""Selects a request's behavior by the normalised path, before any function runs."""

import re
from collections.abc import Iterable
from functools import lru_cache

from graylocal.cloudfront.configuration.distribution import Behavior

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else f"%{escape[1].upper()}"


def normalised(path: str) -> str:
    """A path as RFC 3986 (6.2.2) normalises it: escapes of unreserved characters undone, dot segments removed.

    CloudFront normalises only to select the behavior and passes on the original path (developer guide,
    "Cache behavior settings: path pattern"). Empty segments (`//`) stay.
    """
    result: list[str] = []
    segments = _ESCAPE.sub(_plain, path).split("/")[1:]
    for segment in segments:
        if segment == "..":
            if result:
                result.pop()
        elif segment != ".":
            result.append(segment)
    trailing = "/" if segments and segments[-1] in (".", "..") and result else ""
    return "/" + "/".join(result) + trailing


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    text = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern.lstrip("/"))
    return re.compile("/" + text, re.DOTALL)


def matches(pattern: str, path: str) -> bool:
    """Whether a path pattern (`*` any characters, `?` one, case-sensitive, optional leading slash) matches a path."""
    return _pattern(pattern).fullmatch(path) is not None


def chosen(behaviors: Iterable[Behavior], path: str) -> Behavior:
    """The first behavior whose pattern matches; the default behavior has no pattern and matches the rest."""
    path = normalised(path)
    return next(each for each in behaviors if each.pattern is None or matches(each.pattern, path))
