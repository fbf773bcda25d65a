"""An edge location's cache: keys, lifetimes, invalidation."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from graylocal.cloudfront.configuration.behaviors import matches
from graylocal.cloudfront.configuration.distribution import Behavior
from graylocal.cloudfront.configuration.policies import CachePolicy
from graylocal.cloudfront.functions.events import cookie_pairs, query_pairs
from graylocal.cloudfront.messages import Request, Response

type Key = tuple[str, ...]

_DIRECTIVE = re.compile(r'([a-z-]+)(?:\s*=\s*"?([^",\s]*)"?)?', re.IGNORECASE)


@dataclass(slots=True)
class Stored:
    """A cached response; after `fresh_until` (monotonic seconds) it is revalidated at the origin."""

    response: Response
    uri: str
    fresh_until: float


def encoding(policy: CachePolicy, accept: str | None) -> str:
    """Accept-Encoding as CloudFront normalises it for the key and the origin: `br,gzip`, `br`, `gzip` or empty."""
    wanted = (accept or "").lower()
    kinds = [kind for kind, on in (("br", policy.brotli), ("gzip", policy.gzip)) if on and kind in wanted]
    return ",".join(kinds)


def key(behavior: Behavior, request: Request) -> Key:
    """The cache key: the path after the functions, and what the cache policy lists. It does not contain the origin."""
    policy = behavior.cache
    named = [f"h:{name}={value}" for name, value in request.headers if policy.headers.takes(name) and name != "cookie"]
    cookies = [f"c:{name}={value}" for name, value in cookie_pairs(request) if policy.cookies.takes(name)]
    queries = [f"q:{name}={value}" for name, value in query_pairs(request.query) if policy.queries.takes(name)]
    accepted = encoding(policy, request.header("accept-encoding"))
    return (behavior.pattern or "*", request.uri, accepted, *sorted(named), *sorted(cookies), *queries)


def directives(value: str | None) -> dict[str, str]:
    """The directives of a Cache-Control header, names in lower case."""
    return {name.lower(): argument for name, argument in _DIRECTIVE.findall(value or "")}


def lifetime(policy: CachePolicy, response: Response, error_ttl: int | None = None) -> int | None:
    """Seconds a response stays fresh, or None if it must not be cached.

    As in the developer guide, "Manage how long content stays in the cache (expiration)": the origin's headers count
    within the policy's bounds, and `no-store`, `no-cache` and `private` count only where the minimum is 0.
    """
    if policy.disabled:
        return None
    given = directives(response.header("cache-control"))
    if policy.min_ttl == 0 and ("no-store" in given or "private" in given):
        return None
    if error_ttl is not None:
        return max(error_ttl, _asked(given, response) or 0) or None
    asked = 0 if "no-cache" in given else _asked(given, response)
    if asked is None:
        return max(policy.min_ttl, policy.default_ttl)
    return min(max(asked, policy.min_ttl), policy.max_ttl)


def _asked(given: dict[str, str], response: Response) -> int | None:
    for name in ("s-maxage", "max-age"):
        if given.get(name, "").isdigit():
            return int(given[name])
    expires = response.header("expires")
    if expires is None:
        return None
    try:
        return max(0, int(parsedate_to_datetime(expires).timestamp() - time.time()))
    except ValueError:
        return 0


class Cache:
    """The cache of one location."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[Key, Stored] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, wanted: Key) -> tuple[Stored | None, bool]:
        """The cached response for a key, and whether it is still fresh."""
        stored = self._kept.get(wanted)
        return stored, stored is not None and self._clock() < stored.fresh_until

    def keep(self, wanted: Key, uri: str, response: Response, seconds: int | None) -> None:
        """Cache a response for this many seconds; None removes a cached one."""
        if seconds is None:
            self._kept.pop(wanted, None)
        else:
            self._kept[wanted] = Stored(response, uri, self._clock() + seconds)

    def invalidate(self, paths: list[str]) -> int:
        """Drop every object whose path, after the functions, matches one of the invalidation's paths."""
        gone = [wanted for wanted, stored in self._kept.items() if any(matches(path, stored.uri) for path in paths)]
        for wanted in gone:
            del self._kept[wanted]
        return len(gone)
