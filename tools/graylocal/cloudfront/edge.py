"""One request through CloudFront: behavior, viewer-request, cache, origin, viewer-response."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.restrictions import broken
from graylocal.cloudfront.configuration.behaviors import chosen
from graylocal.cloudfront.configuration.distribution import Behavior, Distribution, FunctionCode
from graylocal.cloudfront.delivery import Decided, Delivery, Location
from graylocal.cloudfront.functions.events import (
    Event,
    InvalidResult,
    changed_request,
    changed_response,
    event,
    request_object,
    response_object,
)
from graylocal.cloudfront.functions.function import Function, FunctionFailed, NotLoaded, OriginCall
from graylocal.cloudfront.functions.origin_choice import called_origin, named_origin
from graylocal.cloudfront.functions.store import Store
from graylocal.cloudfront.messages import Request, Response, explained, without
from graylocal.cloudfront.origins import Origins, OriginUnreachable
from graylocal.cloudfront.viewer import cloudfront_headers, played

_LONGEST_URL = 8_192  # characters, developer guide "Quotas": URI and query string
_LARGEST_HEAD = 32_768  # bytes of request line and headers


@dataclass
class Deployed:
    """The configuration read from the deployed stack; replaced as a whole after a change."""

    distribution: Distribution
    functions: Mapping[str, FunctionCode]
    stores: Mapping[str, Store]


class Edge:
    """Serves one distribution from any number of locations."""

    def __init__(self, deployed: Deployed, origins: Origins) -> None:
        self.deployed, self.origins = deployed, origins
        self._delivery = Delivery(origins)
        self._locations: dict[str, Location] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.totals: Counter[tuple[str, str]] = Counter()
        self.utilization: dict[str, float] = {}

    def location(self, name: str) -> Location:
        """The state of one edge location; created on its first request."""
        return self._locations.setdefault(name, Location())

    def invalidate(self, paths: list[str]) -> int:
        """Drop matching objects everywhere, and return their number."""
        return sum(location.cache.invalidate(paths) for location in self._locations.values())

    def taken_counts(self) -> Counter[tuple[str, str]]:
        """The counts since the last call, by (function or "distribution", metric)."""
        taken, self.counts = self.counts, Counter()
        self.totals.update(taken)
        return taken

    def taken_utilization(self) -> dict[str, float]:
        """The highest compute utilization (percent) of each function since the last call."""
        taken, self.utilization = self.utilization, {}
        return taken

    def replace(self, deployed: Deployed) -> None:
        """Switch to the newly deployed configuration. Caches stay, as in CloudFront."""
        self.deployed = deployed
        for location in self._locations.values():
            location.functions.clear()

    async def serve(self, request: Request) -> Response:
        """The response to one viewer."""
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
        place = self.location(request.location)
        try:
            response = await self._delivery.deliver(place, deployed.distribution, behavior, decided)
        except OriginUnreachable as error:
            return explained(error.status, f"The origin could not be reached: {error}", "Error")
        response.headers = behavior.to_viewer.apply(response.headers)
        if response.status >= 400:
            return await self._error_page(place, deployed.distribution, decided, response)
        after = self._viewer_response(deployed, behavior, decided, request_id, response)
        if response.parts is not None and after.parts is None:
            await response.parts.aclose()  # the function has answered instead of the origin
        return after

    async def _error_page(
        self, place: Location, distribution: Distribution, decided: Decided, error: Response
    ) -> Response:
        """The distribution's own page for this error, else the error itself; no function sees either.

        (Developer guide, "Generate custom error responses" and "Restrictions on edge functions".)
        """
        rule = distribution.errors.get(error.status)
        if rule is None or rule.page is None:
            return error
        behavior = chosen(distribution.behaviors, rule.page)
        request = replace(decided.request, method="GET", uri=rule.page, query="", body=b"")
        asked = Decided(request, decided.seen, named_origin(distribution, behavior.origin), decided.request_id)
        try:
            page = await self._delivery.deliver(place, distribution, behavior, asked)
        except OriginUnreachable:
            return error
        if page.status != 200:
            return error
        headers = [*without(behavior.to_viewer.apply(page.headers), "x-cache"), ("x-cache", "Error from cloudfront")]
        return replace(page, status=rule.status or error.status, headers=headers)

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
        except NotLoaded as error:
            # The developer guide lists compilation errors as a reason for throttling a function.
            self.counts[name, "FunctionThrottles"] += 1
            return explained(503, f"The CloudFront function was throttled. {error}", "FunctionThrottledError")
        except FunctionFailed as error:
            self.counts[name, "FunctionExecutionErrors"] += 1
            text = "The CloudFront function associated with the CloudFront distribution is invalid or could not run."
            return explained(503, f"{text} {error}", "FunctionExecutionError")
        self.utilization[name] = max(outcome.utilization, self.utilization.get(name, 0.0))
        return outcome.result, outcome.origin

    def _invalid(self, function: Function, reason: object) -> Response:
        self.counts[function.code.name, "FunctionValidationErrors"] += 1
        text = "The CloudFront function returned an invalid value"
        return explained(502, f"{text}: {reason}", "FunctionValidationError")

    def _viewer_request(
        self, deployed: Deployed, behavior: Behavior, request: Request, request_id: str
    ) -> Decided | Response:
        distribution = deployed.distribution
        seen = request_object(request)
        origin = named_origin(distribution, behavior.origin)
        function = self._function(deployed, behavior, "viewer-request", request.location)
        if function is None:
            return Decided(request, seen, origin, request_id)
        ran = self._run(function, event(distribution, "viewer-request", request_id, request.ip, seen))
        if isinstance(ran, Response):
            return ran
        result, call = ran
        try:
            if not isinstance(result, Mapping):
                raise InvalidResult("neither request nor response")
            if "statusCode" in result:
                response = changed_response(result, Response(200))
                response.headers.append(("x-cache", "FunctionGeneratedResponse from cloudfront"))
                return response
            rule = broken("viewer-request", seen["headers"], result.get("headers") or {})
            if rule:
                raise InvalidResult(rule)
            after = {**result, "headers": result.get("headers") or {}}
            if call is not None:
                origin = called_origin(distribution, origin, call)
            return Decided(changed_request(seen, after, request), {**seen, **after}, origin, request_id)
        except InvalidResult as error:
            return self._invalid(function, error)

    def _viewer_response(
        self, deployed: Deployed, behavior: Behavior, decided: Decided, request_id: str, response: Response
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
            return changed_response(result, response)
        except InvalidResult as error:
            return self._invalid(function, error)


def _refused(behavior: Behavior, request: Request) -> Response | None:
    """CloudFront's refusal before any function runs."""
    if len(request.uri) + len(request.query) > _LONGEST_URL:
        return explained(414, "The URL is too long.", "Error")
    if sum(len(name) + len(value) + 4 for name, value in request.headers) > _LARGEST_HEAD:
        return explained(494, "Request header or cookie too large.", "Error")
    if request.method not in behavior.methods:
        return explained(403, "This distribution is not configured to allow the HTTP request method.", "Error")
    if request.method == "GET" and request.body:
        return explained(403, "A GET request has no body.", "Error")
    return None
