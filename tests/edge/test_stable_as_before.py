"""With the functions in front and everybody on stable, the origins and the viewers see what they saw before.

2,000 requests, one after the other, through two distributions that differ by the functions alone: pages, files, calls,
odd paths, methods, ranges, conditions. Stable is at the root of the bucket, as a site that was there first.
"""

import asyncio
import hashlib
import random
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from tests.edge.vectors import world
from tests.edge.vectors.configs import head, killed
from tests.support.edge.distribution import Answer, Table, edge
from tests.support.edge.ours import OWN_TO_EACH_REQUEST, TO_ORIGIN, TO_VIEWER
from tests.support.edge.replay import code_of

from graylocal.cloudfront.edge import Edge
from graylocal.cloudfront.messages import Pairs, Request, Response

REQUESTS = 2_000
FEWER = 400  # where no release is asked, each path with each method is enough
NOBODY = '[["never","v2",0,0]]'
STORES = {"active": head(rules=NOBODY, until=4_000_000_000), "killed": killed(), "nothing": ""}
PATHS = [
    "/", "/about", "/about/", "/orders/5", "/users/john.doe", "/index.html", "/help/faq.html", "/a.b/c", "/caf%C3%A9",
    "/app.js", "/css/a.css", "/assets/index-4f2a.js", "/logo.SVG", "/x.unknown", "/.well-known/security.txt", "/v3.js",
    "/favicon.ico", "/a%20b.png", "/a+b.pdf", "/robots.txt", "/missing.css", "/missing", "/broken", "/moved",
    "/api/orders", "/api/orders/5", "/api/", "/api/a%2Fb", "/api/a//b", "/api/../x", "/api/%2e%2e/x", "/api/caf%C3%A9",
    "/api/%", "/api/missing", "/api/broken", "/api/v2/x", "/api/x;y=1", "/api/a\\b", "/api/moved",
    "//", "/a//b", "/../a", "/a/./b", "/%2e%2e/a", "/a%2f..%2fb", "/%", "/%zz", "/a%00b", "/a\\b", "/%252e/x",
    "/%F0%9F%8E%88", "/vx/a", "/version", "/v2024/x.html", "/v0/y", "/v100", "/a" * 400,
]  # fmt: skip
QUERIES = [
    "",
    "",
    "",
    "q=1",
    "q=a%20b&q=c",
    "a=b;c=d",
    "x=%ZZ",
    "empty=&x",
    "%C3%BC=%F0%9F%8E%88",
    "gray=1",
    "gray-link",
]
HEADERS: list[Pairs] = [
    [], [], [("accept-encoding", "gzip, br")], [("range", "bytes=0-3")], [("range", "bytes=99-")],
    [("if-none-match", '"1"')], [("if-modified-since", "Wed, 21 Oct 2015 07:28:00 GMT")], [("if-match", '"2"')],
    [("authorization", "Bearer x.y.z")], [("cookie", "uid=ann; theme=dark")], [("cookie", "__Host-gray=broken")],
    [("cookie", f"__Host-gray={world.grant('v1')}")], [("cookie", f"__Host-gray={world.grant('out', expiry=2**33)}")],
    [("origin", "https://other.example"), ("access-control-request-method", "PUT")], [("x-gray-version", "v2")],
    [("x-gray-pin", "v1")], [("traceparent", "00-1-2-01"), ("baggage", "a=b")], [("content-type", "application/json")],
]  # fmt: skip


class Asked(NamedTuple):
    """A viewer's request."""

    method: str
    path: str
    query: str
    headers: Pairs
    body: bytes


def recorded(count: int) -> Iterator[Asked]:
    """Each path with each method at least once, then any mixture."""
    chance = random.Random(count)
    methods = ["GET", "HEAD", "OPTIONS", "POST"]
    pairs = [(path, method) for path in PATHS for method in methods]
    while len(pairs) < count:
        pairs.append((chance.choice(PATHS), chance.choice(["GET", "GET", *methods])))
    for path, method in pairs:
        headers = [pair for some in chance.sample(HEADERS, 2) for pair in some]
        yield Asked(method, path, chance.choice(QUERIES), headers, b'{"n": 1}' if method == "POST" else b"")


def origin(request: httpx.Request) -> Answer:
    """An origin with conditions, ranges, redirects and errors; what it says depends on all that it is asked."""
    path = request.url.path
    status = 404 if "missing" in path else 500 if "broken" in path else 302 if "moved" in path else 200
    content = hashlib.sha256(f"{request.method} {request.url} {request.content!r}".encode()).hexdigest().encode()
    headers = {"etag": '"1"', "content-type": "text/html", "cache-control": "max-age=60", "x-app": "own"}
    if status == 302:
        headers["location"] = "/elsewhere"
    if status == 200 and request.headers.get("if-none-match") == '"1"':
        return Answer(304, headers)
    if status == 200 and request.headers.get("range") == "bytes=0-3":
        return Answer(206, headers | {"content-range": f"bytes 0-3/{len(content)}"}, content[:4])
    return Answer(status, headers, b"" if request.method == "HEAD" else content)


def said(response: Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """What a viewer gets, without what is ours or each request's own."""
    left_out = TO_VIEWER | OWN_TO_EACH_REQUEST
    return response.status, response.body, sorted(pair for pair in response.headers if pair[0] not in left_out)


def got(request: httpx.Request) -> tuple[str, str, bytes, list[tuple[str, str]]]:
    """What an origin gets, without what is ours or each request's own."""
    left_out = TO_ORIGIN | OWN_TO_EACH_REQUEST
    headers = sorted((name, value) for name, value in request.headers.items() if name not in left_out)
    return request.method, str(request.url), request.content, headers


async def seen(served: Edge, table: Table, asked: Asked) -> tuple[object, object]:
    start = len(table.requests)
    request = Request(asked.method, asked.path, asked.query, [("host", "shop.example"), *asked.headers], asked.body)
    answer = said(await served.serve(request))
    return answer, [got(each) for each in table.requests[start:]]


@pytest.mark.parametrize("place", STORES)
def test_everything_reaches_the_same_origin_and_comes_back_the_same(place: str) -> None:
    count = REQUESTS if place == "active" else FEWER
    before, after = Table({}, origin), Table({}, origin)
    without = edge(before, None)
    with_us = edge(after, code_of("root"), code_of("response"), code_of("api"), config=STORES[place])

    async def differences() -> dict[str, object]:
        found: dict[str, object] = {}
        for asked in recorded(count):
            as_it_was, as_it_is = await seen(without, before, asked), await seen(with_us, after, asked)
            if as_it_was != as_it_is:
                found[str(asked)[:200]] = (as_it_was, as_it_is)
        return found

    assert asyncio.run(differences()) == {}
    assert len(after.requests) > count / 4


def test_a_lane_of_ours_would_be_seen() -> None:
    """With a rule for everybody, the same requests differ: the test above can fail."""
    before, after = Table({}, origin), Table({}, origin)
    config = head(rules='[["all","v2",0,10000]]', until=4_000_000_000)
    without, with_us = (
        edge(before, None),
        edge(after, code_of("root"), code_of("response"), code_of("api"), config=config),
    )
    asked = Asked("GET", "/about", "", [], b"")
    assert asyncio.run(seen(without, before, asked)) != asyncio.run(seen(with_us, after, asked))
