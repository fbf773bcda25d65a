"""One request through CloudFront: behavior, viewer-request, cache, origin, viewer-response."""

import asyncio
import gzip
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graylocal.cloudfront import cache as caching
from graylocal.cloudfront.behaviors import chosen
from graylocal.cloudfront.cache import Cache, Stored
from graylocal.cloudfront.distribution import Behavior, Distribution, FunctionCode, Origin, OriginGroup
from graylocal.cloudfront.events import (
    Event,
    InvalidResult,
    changed_request,
    changed_response,
    event,
    request_object,
    response_object,
)
from graylocal.cloudfront.functions import Function, FunctionFailed, OriginCall
from graylocal.cloudfront.messages import Pairs, Request, Response, explained
from graylocal.cloudfront.origins import Origins, OriginUnreachable, forwarded_headers, forwarded_query, rewritten
from graylocal.cloudfront.restrictions import broken, hidden
from graylocal.cloudfront.store import Store
from graylocal.cloudfront.viewer import cloudfront_headers, played

_LONGEST_URL = 8_192  # characters, developer guide "Quotas": URI and query string
_LARGEST_HEAD = 32_768  # bytes of request line and headers
_COMPRESSED = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
_FAILS_OVER = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Deployed:
    """All that was read from the deployed stack; replaced as a whole when something has changed."""

    distribution: Distribution
    functions: Mapping[str, FunctionCode]
    stores: Mapping[str, Store]


@dataclass
class _Location:
    cache: Cache = field(default_factory=Cache)
    functions: dict[str, Function] = field(default_factory=dict)
    asking: dict[caching.Key, asyncio.Future[None]] = field(default_factory=dict)


@dataclass
class _Decided:
    """A request after viewer-request: what goes on, to which origin, and how the function saw it."""

    request: Request
    seen: Event
    origin: Origin | OriginGroup


class Edge:
    """Serves one distribution from any number of locations."""

    def __init__(self, deployed: Deployed, origins: Origins) -> None:
        self.deployed, self._origins = deployed, origins
        self._locations: dict[str, _Location] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.totals: Counter[tuple[str, str]] = Counter()

    def location(self, name: str) -> _Location:
        """The state of one edge location; made on the first request that names it."""
        return self._locations.setdefault(name, _Location())

    def invalidate(self, paths: list[str]) -> int:
        """Drop matching objects everywhere, and return how many there were."""
        return sum(location.cache.invalidate(paths) for location in self._locations.values())

    def taken_counts(self) -> Counter[tuple[str, str]]:
        """What was counted since the last call, as (function or "distribution", metric)."""
        taken, self.counts = self.counts, Counter()
        self.totals.update(taken)
        return taken

    def replace(self, deployed: Deployed) -> None:
        """Serve what has been deployed since. Caches stay, as they do at CloudFront."""
        self.deployed = deployed
        for location in self._locations.values():
            location.functions.clear()

    async def serve(self, request: Request) -> Response:
        """The answer to one viewer."""
        request, country = played(request)
        request_id = secrets.token_urlsafe(40)
        deployed = self.deployed
        behavior = chosen(deployed.distribution.behaviors, request.uri)
        response = _refused(behavior, request)
        if response is None:
            listed = behavior.cloudfront_headers
            request.headers = [pair for pair in request.headers if pair[0] not in listed]
            request.headers += cloudfront_headers(request, country, listed)
            response = await self._through(deployed, behavior, request, request_id)
        self.counts["distribution", "Requests"] += 1
        self.counts["distribution", f"{response.status // 100}xx"] += 1
        response.headers += [("via", "1.1 graylane.cloudfront.net (CloudFront)"), ("x-amz-cf-id", request_id)]
        return response

    async def _through(self, deployed: Deployed, behavior: Behavior, request: Request, request_id: str) -> Response:
        decided = self._viewer_request(deployed, behavior, request, request_id)
        if isinstance(decided, Response):
            return decided
        if decided.request.uri == "/" and deployed.distribution.root_object:
            decided.request = replace(decided.request, uri="/" + deployed.distribution.root_object)
        try:
            response = await self._from_cache(deployed, behavior, decided, request_id)
        except OriginUnreachable as error:
            return explained(error.status, f"The origin could not be reached: {error}", "Error")
        response.headers = behavior.to_viewer.apply(response.headers)
        if response.status >= 400:
            return response
        return self._viewer_response(deployed, behavior, decided, request_id, response)

    def _function(self, deployed: Deployed, behavior: Behavior, kind: str, location: str) -> Function | None:
        name = behavior.functions.get(kind)
        if name is None:
            return None
        place = self.location(location)
        if name not in place.functions:
            code = deployed.functions[name]
            place.functions[name] = Function(code, deployed.stores.get(code.store or ""), location)
        return place.functions[name]

    def _run(self, function: Function, given: Event) -> tuple[Any, OriginCall | None] | Response:
        name = function.code.name
        self.counts[name, "FunctionInvocations"] += 1
        try:
            outcome = function.run(given)
        except FunctionFailed as error:
            self.counts[name, "FunctionExecutionErrors"] += 1
            text = "The CloudFront function associated with the CloudFront distribution is invalid or could not run."
            return explained(503, f"{text} {error}", "FunctionExecutionError")
        return outcome.result, outcome.origin

    def _invalid(self, function: Function, reason: object) -> Response:
        self.counts[function.code.name, "FunctionValidationErrors"] += 1
        text = "The CloudFront function returned an invalid value"
        return explained(502, f"{text}: {reason}", "FunctionValidationError")

    def _viewer_request(
        self, deployed: Deployed, behavior: Behavior, request: Request, request_id: str
    ) -> _Decided | Response:
        distribution = deployed.distribution
        seen = request_object(request)
        origin = _named_origin(distribution, behavior.origin)
        function = self._function(deployed, behavior, "viewer-request", request.location)
        if function is None:
            return _Decided(request, seen, origin)
        ran = self._run(function, event(distribution, "viewer-request", request_id, request.ip, seen))
        if isinstance(ran, Response):
            return ran
        result, call = ran
        try:
            if not isinstance(result, Mapping):
                raise InvalidResult("neither request nor response")
            if "statusCode" in result:
                response = changed_response(result, b"", [("x-cache", "FunctionGeneratedResponse from cloudfront")])
                return response
            rule = broken("viewer-request", seen["headers"], result.get("headers") or {})
            if rule:
                raise InvalidResult(rule)
            after = {**result, "headers": result.get("headers") or {}}
            if call is not None:
                origin = called_origin(distribution, origin, call)
            return _Decided(changed_request(seen, after, request), {**seen, **after}, origin)
        except InvalidResult as error:
            return self._invalid(function, error)

    def _viewer_response(
        self, deployed: Deployed, behavior: Behavior, decided: _Decided, request_id: str, response: Response
    ) -> Response:
        function = self._function(deployed, behavior, "viewer-response", decided.request.location)
        if function is None:
            return response
        before = response_object(response)
        given = event(deployed.distribution, "viewer-response", request_id, decided.request.ip, decided.seen)
        ran = self._run(function, {**given, "response": before})
        if isinstance(ran, Response):
            return ran
        result, _ = ran
        try:
            if not isinstance(result, Mapping):
                raise InvalidResult("no response")
            rule = broken("viewer-response", before["headers"], result.get("headers") or {})
            if rule:
                raise InvalidResult(rule)
            kept = [pair for pair in response.headers if hidden(pair[0])]
            return changed_response(result, response.body, kept)
        except InvalidResult as error:
            return self._invalid(function, error)

    async def _from_cache(self, deployed: Deployed, behavior: Behavior, decided: _Decided, request_id: str) -> Response:
        request = decided.request
        place = self.location(request.location)
        if behavior.cache.disabled or request.method not in ("GET", "HEAD"):
            response = await self._ask(deployed, behavior, decided, request_id, [])
            return _marked(response, "Error" if response.status >= 400 else "Miss")
        wanted = (request.method, *caching.key(behavior, request))
        while (other := place.asking.get(wanted)) is not None:
            # As CloudFront collapses them: requests for one object wait for the first, if its answer may be kept.
            await other
            stored, _ = place.cache.find(wanted)
            if stored is None:
                break
            return _answer(stored, request, "Hit")
        stored, fresh = place.cache.find(wanted)
        if stored is not None and fresh:
            return _answer(stored, request, "Error" if stored.response.status >= 400 else "Hit")
        return await self._refreshed(place, wanted, stored, deployed, behavior, decided, request_id)

    async def _refreshed(
        self,
        place: _Location,
        wanted: caching.Key,
        stored: Stored | None,
        deployed: Deployed,
        behavior: Behavior,
        decided: _Decided,
        request_id: str,
    ) -> Response:
        done = place.asking.setdefault(wanted, asyncio.get_running_loop().create_future())
        try:
            validators = _validators(stored)
            response = await self._ask(deployed, behavior, decided, request_id, validators)
            marked = "Miss"
            if response.status == 304 and stored is not None:
                response, marked = _renewed(stored.response, response), "RefreshHit"
            elif response.status == 200:
                response = _compressed(behavior, decided.request, response)
            rule = deployed.distribution.errors.get(response.status)
            error_ttl = None if response.status < 400 else rule.min_ttl if rule else 10
            seconds = caching.lifetime(behavior.cache, response, error_ttl)
            place.cache.keep(wanted, decided.request.uri, response, seconds)
            kept = Stored(response, decided.request.uri, 0)
            return _answer(kept, decided.request, "Error" if response.status >= 400 else marked)
        finally:
            if place.asking.get(wanted) is done:
                del place.asking[wanted]
            if not done.done():
                done.set_result(None)

    async def _ask(
        self, deployed: Deployed, behavior: Behavior, decided: _Decided, request_id: str, validators: Pairs
    ) -> Response:
        target = decided.origin
        members = target.members if isinstance(target, OriginGroup) else (target,)
        if decided.request.method not in _FAILS_OVER:
            members = members[:1]
        statuses = target.statuses if isinstance(target, OriginGroup) else frozenset()
        accepts = caching.encoding(behavior.cache, decided.request.header("accept-encoding"))
        query = forwarded_query(behavior, decided.request)
        for number, origin in enumerate(members, start=1):
            headers = forwarded_headers(behavior, origin, decided.request, request_id, accepts) + validators
            last = number == len(members)
            try:
                response = await self._origins.ask(origin, decided.request, headers, query, deployed.distribution.arn)
            except OriginUnreachable:
                if last:
                    raise
                continue
            if last or response.status not in statuses:
                return response
        raise OriginUnreachable(502, "the origin group is empty")


def _refused(behavior: Behavior, request: Request) -> Response | None:
    """What CloudFront refuses before any function runs."""
    if len(request.uri) + len(request.query) > _LONGEST_URL:
        return explained(414, "The URL is too long.", "Error")
    if sum(len(name) + len(value) + 4 for name, value in request.headers) > _LARGEST_HEAD:
        return explained(494, "Request header or cookie too large.", "Error")
    if request.method not in behavior.methods:
        return explained(403, "This distribution is not configured to allow the HTTP request method.", "Error")
    if request.method == "GET" and request.body:
        return explained(403, "A GET request has no body.", "Error")
    return None


def _named_origin(distribution: Distribution, name: str) -> Origin | OriginGroup:
    return distribution.groups.get(name) or distribution.origins[name]


def called_origin(distribution: Distribution, origin: Origin | OriginGroup, call: OriginCall) -> Origin | OriginGroup:
    """The origin after one of the helper calls of a viewer-request function. Raises InvalidResult."""
    try:
        match call.helper:
            case "selectRequestOriginById":
                return _named_origin(distribution, call.arguments[0])
            case "createRequestOriginGroup":
                asked = call.arguments[0]
                members = [each if isinstance(each, str) else each["originId"] for each in asked["originIds"]]
                statuses = frozenset(int(status) for status in asked["failoverCriteria"]["statusCodes"])
                return OriginGroup(tuple(distribution.origins[member] for member in members), statuses)
            case "updateRequestOrigin":
                if isinstance(origin, OriginGroup):
                    first = rewritten(origin.members[0], call.arguments[0])
                    return OriginGroup((first, *origin.members[1:]), origin.statuses)
                return rewritten(origin, call.arguments[0])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InvalidResult(f"cf.{call.helper}: {error}") from error
    raise InvalidResult(f"cf.{call.helper} is not known")


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
    if response.header("content-encoding"):
        return response
    headers = [(name, f"W/{value}" if name == "etag" else value) for name, value in response.headers]
    headers += [("content-encoding", "gzip"), ("vary", "Accept-Encoding")]
    return Response(response.status, headers, gzip.compress(response.body, 5))


def _marked(response: Response, x_cache: str) -> Response:
    return Response(response.status, [*response.headers, ("x-cache", f"{x_cache} from cloudfront")], response.body)


def _answer(stored: Stored, request: Request, x_cache: str) -> Response:
    """A kept response for this viewer: 304 when the viewer has it already."""
    response = _marked(stored.response, x_cache)
    tag, known = response.header("etag"), request.header("if-none-match")
    if response.status == 200 and tag and known:
        plain = tag.removeprefix("W/")
        if known == "*" or plain in [each.strip().removeprefix("W/") for each in known.split(",")]:
            headers = [pair for pair in response.headers if pair[0] not in ("content-encoding", "content-type")]
            return Response(304, headers, b"")
    return response
