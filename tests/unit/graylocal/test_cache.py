"""How long responses are kept, under which key, and what an invalidation drops."""

import pytest

from graylocal.cloudfront import cache as caching
from graylocal.cloudfront.cache import Cache, encoding, lifetime
from graylocal.cloudfront.configuration.distribution import Behavior
from graylocal.cloudfront.configuration.policies import CachePolicy, RequestPolicy, ResponsePolicy, Selection
from graylocal.cloudfront.messages import Request, Response

PLAIN = CachePolicy(min_ttl=0, default_ttl=60, max_ttl=3600)
OPTIMIZED = CachePolicy(min_ttl=1, default_ttl=86_400, max_ttl=31_536_000)
DISABLED = CachePolicy(min_ttl=0, default_ttl=0, max_ttl=0)


def response(cache_control: str | None, status: int = 200) -> Response:
    return Response(status, [("cache-control", cache_control)] if cache_control else [])


@pytest.mark.parametrize(
    ("policy", "cache_control", "expected"),
    [
        (PLAIN, None, 60),
        (PLAIN, "max-age=10", 10),
        (PLAIN, "max-age=10, s-maxage=20", 20),
        (PLAIN, "max-age=99999", 3600),
        (PLAIN, "no-cache", 0),
        (PLAIN, "no-store", None),
        (PLAIN, "private, max-age=10", None),
        (OPTIMIZED, "no-store", 86_400),
        (OPTIMIZED, "no-cache", 1),
        (OPTIMIZED, "max-age=0", 1),
        (DISABLED, "max-age=10", None),
    ],
)
def test_lifetime_follows_the_origin_within_the_policy(
    policy: CachePolicy, cache_control: str | None, expected: int | None
) -> None:
    assert lifetime(policy, response(cache_control)) == expected


@pytest.mark.parametrize(("error_ttl", "expected"), [(0, None), (10, 10)])
def test_errors_are_kept_as_long_as_the_distribution_says(error_ttl: int, expected: int | None) -> None:
    assert lifetime(PLAIN, response(None, 404), error_ttl) == expected


def behavior(policy: CachePolicy) -> Behavior:
    return Behavior(None, "site", "allow-all", frozenset({"GET"}), True, policy, RequestPolicy(), ResponsePolicy(), {})


def test_key_has_the_rewritten_path_and_what_the_policy_names() -> None:
    named = CachePolicy(
        headers=Selection("whitelist", frozenset({"x-a"})), queries=Selection("whitelist", frozenset({"q"}))
    )
    one = Request("GET", "/v1/x", "q=1&other=1", [("x-a", "1"), ("x-b", "1"), ("cookie", "c=1")])
    same = Request("GET", "/v1/x", "other=2&q=1", [("x-b", "2"), ("x-a", "1"), ("cookie", "c=2")])
    other = Request("GET", "/v2/x", "q=1", [("x-a", "1")])
    assert caching.key(behavior(named), one) == caching.key(behavior(named), same)
    assert caching.key(behavior(named), one) != caching.key(behavior(named), other)


def test_accept_encoding_is_normalised() -> None:
    both = CachePolicy(gzip=True, brotli=True)
    assert encoding(both, "deflate, gzip;q=0.5, BR") == "br,gzip"
    assert encoding(CachePolicy(gzip=True), "br, gzip") == "gzip"
    assert encoding(CachePolicy(), "gzip") == ""


def test_invalidation_drops_by_rewritten_path() -> None:
    cache = Cache(clock=lambda: 0.0)
    for uri in ("/v1/index.html", "/v1/app.js", "/v2/index.html"):
        cache.keep((uri,), uri, response(None), 60)
    assert cache.invalidate(["/index.html"]) == 0
    assert cache.invalidate(["/v1/*"]) == 2
    assert len(cache) == 1


def test_stale_objects_stay_for_their_validators() -> None:
    now = [0.0]
    cache = Cache(clock=lambda: now[0])
    cache.keep(("k",), "/x", response("no-cache"), 0)
    stored, fresh = cache.find(("k",))
    assert stored is not None
    assert not fresh
