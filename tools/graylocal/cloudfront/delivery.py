"""Delivers the requested object: from a location's cache, or from an origin (and then caches it if allowed)."""

import asyncio
import gzip
from dataclasses import dataclass, field, replace

from graylocal.cloudfront import cache as caching
from graylocal.cloudfront.cache import Cache, Stored
from graylocal.cloudfront.configuration.distribution import Behavior, Distribution, Origin, OriginGroup
from graylocal.cloudfront.functions.events import Event
from graylocal.cloudfront.functions.function import Function
from graylocal.cloudfront.messages import Pairs, Request, Response
from graylocal.cloudfront.origins import Origins, OriginUnreachable, forwarded_headers, forwarded_query

_COMPRESSED = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
_FAILS_OVER = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Location:
    """One edge location: its cache, its functions, and its pending origin requests."""

    cache: Cache = field(default_factory=Cache)
    functions: dict[str, Function] = field(default_factory=dict)
    asking: dict[caching.Key, asyncio.Future[None]] = field(default_factory=dict)


@dataclass
class Decided:
    """A request after viewer-request: the request to forward, its origin, and the function's view of it."""

    request: Request
    seen: Event
    origin: Origin | OriginGroup
    request_id: str


class Delivery:
    """Delivers objects of one distribution."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    async def deliver(
        self, place: Location, distribution: Distribution, behavior: Behavior, decided: Decided
    ) -> Response:
        """The object; x-cache tells its source. Raises OriginUnreachable."""
        request = decided.request
        if behavior.cache.disabled or request.method not in ("GET", "HEAD"):
            response = await self._ask(distribution, behavior, decided, [])
            return _marked(response, "Error" if response.status >= 400 else "Miss")
        wanted = (request.method, *caching.key(behavior, request))
        while (other := place.asking.get(wanted)) is not None:
            # Request collapsing, as in CloudFront: further requests wait for the first, if its response is cacheable.
            await other
            stored, _ = place.cache.find(wanted)
            if stored is None:
                break
            return _answer(stored, request, "Hit")
        stored, fresh = place.cache.find(wanted)
        if stored is not None and fresh:
            return _answer(stored, request, "Error" if stored.response.status >= 400 else "Hit")
        return await self._refreshed(place, wanted, stored, distribution, behavior, decided)

    async def _refreshed(
        self,
        place: Location,
        wanted: caching.Key,
        stored: Stored | None,
        distribution: Distribution,
        behavior: Behavior,
        decided: Decided,
    ) -> Response:
        done = place.asking.setdefault(wanted, asyncio.get_running_loop().create_future())
        try:
            validators = _validators(stored)
            response = await self._ask(distribution, behavior, decided, validators)
            marked = "Miss"
            if response.status == 304 and stored is not None:
                response, marked = _renewed(stored.response, response), "RefreshHit"
            elif response.status == 200:
                response = _compressed(behavior, decided.request, response)
            rule = distribution.errors.get(response.status)
            error_ttl = None if response.status < 400 else rule.min_ttl if rule else 10
            seconds = caching.lifetime(behavior.cache, response, error_ttl)
            if seconds:
                response = await response.whole()
            elif response.parts is not None:
                seconds = None  # passed on as it comes; CloudFront keeps it to revalidate it, here it is asked again
            place.cache.keep(wanted, decided.request.uri, response, seconds)
            kept = Stored(response, decided.request.uri, 0)
            return _answer(kept, decided.request, "Error" if response.status >= 400 else marked)
        finally:
            if place.asking.get(wanted) is done:
                del place.asking[wanted]
            if not done.done():
                done.set_result(None)

    async def _ask(
        self, distribution: Distribution, behavior: Behavior, decided: Decided, validators: Pairs
    ) -> Response:
        target = decided.origin
        members = target.members if isinstance(target, OriginGroup) else (target,)
        if decided.request.method not in _FAILS_OVER:
            members = members[:1]
        statuses = target.statuses if isinstance(target, OriginGroup) else frozenset()
        accepts = caching.encoding(behavior.cache, decided.request.header("accept-encoding"))
        query = forwarded_query(behavior, decided.request)
        for number, origin in enumerate(members, start=1):
            headers = forwarded_headers(behavior, origin, decided.request, decided.request_id, accepts) + validators
            last = number == len(members)
            try:
                response = await self._origins.ask(origin, decided.request, headers, query, distribution.arn)
            except OriginUnreachable:
                if last:
                    raise
                continue
            if last or response.status not in statuses:
                return response
        raise OriginUnreachable(502, "the origin group is empty")


def _validators(stored: Stored | None) -> Pairs:
    if stored is None or stored.response.status != 200:
        return []
    tag, modified = stored.response.header("etag"), stored.response.header("last-modified")
    if tag:
        return [("if-none-match", tag.removeprefix("W/"))]
    return [("if-modified-since", modified)] if modified else []


def _renewed(kept: Response, answer: Response) -> Response:
    newer = {name for name, _ in answer.headers} - {"etag", "content-type"}
    headers = [pair for pair in kept.headers if pair[0] not in newer]
    return Response(kept.status, headers + [pair for pair in answer.headers if pair[0] in newer], kept.body)


def _compressed(behavior: Behavior, request: Request, response: Response) -> Response:
    kind = response.header("content-type") or ""
    accepted = "gzip" in caching.encoding(behavior.cache, request.header("accept-encoding"))
    small = len(response.body) < 1_000  # developer guide, "Serve compressed files": 1,000 to 10,000,000 bytes
    if not behavior.compress or not accepted or small or not kind.startswith(_COMPRESSED):
        return response
    if response.header("content-encoding") or response.parts is not None:
        return response
    headers = [(name, f"W/{value}" if name == "etag" else value) for name, value in response.headers]
    headers += [("content-encoding", "gzip"), ("vary", "Accept-Encoding")]
    return Response(response.status, headers, gzip.compress(response.body, 5))


def _marked(response: Response, x_cache: str) -> Response:
    return replace(response, headers=[*response.headers, ("x-cache", f"{x_cache} from cloudfront")])


def _answer(stored: Stored, request: Request, x_cache: str) -> Response:
    """A cached response for this viewer: 304 if the viewer already has it."""
    response = _marked(stored.response, x_cache)
    tag, known = response.header("etag"), request.header("if-none-match")
    if response.status == 200 and tag and known and response.parts is None:
        plain = tag.removeprefix("W/")
        if known == "*" or plain in [each.strip().removeprefix("W/") for each in known.split(",")]:
            headers = [pair for pair in response.headers if pair[0] not in ("content-encoding", "content-type")]
            return Response(304, headers, b"")
    return response
