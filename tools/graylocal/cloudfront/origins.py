"""Sends requests to origins: buckets, APIs and function URLs of the emulator, and hosts that are on this machine."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

import httpx

from graylocal.cloudfront.configuration.distribution import Behavior, Origin
from graylocal.cloudfront.configuration.policies import NEVER_FORWARDED
from graylocal.cloudfront.function_urls import FunctionUrls, is_function_url
from graylocal.cloudfront.functions.events import cookie_pairs, query_pairs
from graylocal.cloudfront.messages import Pairs, Request, Response, without
from graylocal.cloudfront.resource_policy import allowed
from graylocal.system.local_hosts import VARIABLE, base_url

_BUCKET = re.compile(r"(?P<bucket>[a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com")
_API = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_HOP_BY_HOP = NEVER_FORWARDED | {"date", "server", "content-length", "alt-svc"}
_VALIDATORS = ("if-none-match", "if-modified-since")


class OriginUnreachable(Exception):
    """No answer from an origin; `status` is what the viewer gets, 502 or 504."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Emulator:
    """The AWS emulator's port, and the keys of its root user."""

    host: str
    port: int
    region: str = "us-east-1"

    @property
    def url(self) -> str:
        """The emulator's base URL."""
        return f"http://{self.host}:{self.port}"


def bucket_of(domain: str) -> str | None:
    """The bucket of an S3 origin's domain, or None for any other domain."""
    found = _BUCKET.fullmatch(domain)
    return found["bucket"] if found else None


def forwarded_headers(behavior: Behavior, origin: Origin, request: Request, request_id: str, accepts: str) -> Pairs:
    """The headers CloudFront sends to an origin: those in the policies, its own, and the origin's custom headers."""
    cache, policy = behavior.cache, behavior.to_origin
    headers: Pairs = []
    for name, value in request.headers:
        if name in NEVER_FORWARDED or name in ("cookie", "host", "accept-encoding", *_VALIDATORS):
            continue
        if cache.headers.takes(name) or policy.headers.takes(name) or name == "content-type":
            headers.append((name, value))
    cookies = [
        f"{name}={value}"
        for name, value in cookie_pairs(request)
        if cache.cookies.takes(name) or policy.cookies.takes(name)
    ]
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    if not any(name == "user-agent" for name, _ in headers):
        headers.append(("user-agent", "Amazon CloudFront"))
    if accepts:
        headers.append(("accept-encoding", accepts))
    if not origin.s3:
        before = request.header("x-forwarded-for")
        headers = [pair for pair in headers if pair[0] != "x-forwarded-for"]
        headers.append(("x-forwarded-for", f"{before}, {request.ip}" if before else request.ip))
    headers = [pair for pair in headers if pair[0] not in origin.headers and pair[0] not in ("via", "x-amz-cf-id")]
    return [
        *headers,
        ("via", "1.1 graylane.cloudfront.net (CloudFront)"),
        ("x-amz-cf-id", request_id),
        *origin.headers.items(),
    ]


def forwarded_query(behavior: Behavior, request: Request) -> str:
    """The part of the query string that goes to the origin."""
    kinds = (behavior.cache.queries, behavior.to_origin.queries)
    if any(kind.kind == "all" for kind in kinds):
        return request.query
    return "&".join(
        f"{name}={value}" for name, value in query_pairs(request.query) if any(kind.takes(name) for kind in kinds)
    )


class Origins:
    """Sends requests to origins. `policies` holds the policy of each bucket that is an origin."""

    def __init__(self, emulator: Emulator, client: httpx.AsyncClient, function_urls: FunctionUrls) -> None:
        self._emulator, self._client, self._function_urls = emulator, client, function_urls
        self.policies: Mapping[str, Mapping[str, Any] | None] = {}

    async def ask(
        self, origin: Origin, request: Request, headers: Pairs, query: str, distribution_arn: str
    ) -> Response:
        """One request to one origin. Raises OriginUnreachable."""
        if origin.s3:
            return await self._ask_bucket(origin, request, headers, distribution_arn)
        if origin.signed:
            refusal = await asyncio.to_thread(self._function_urls.refusal, origin.domain, request, distribution_arn)
            if refusal:
                return Response(403, [("content-type", "application/json")], json.dumps({"Message": refusal}).encode())
            headers = [*without(headers, "authorization"), *self._signature("lambda")]
        url = await self._address(origin)
        host = ("host", origin.host_header or origin.domain)
        return await self._send(origin, request, url + origin.path + request.uri, query, [host, *headers])

    async def _ask_bucket(self, origin: Origin, request: Request, headers: Pairs, distribution_arn: str) -> Response:
        bucket, path = bucket_of(origin.domain), origin.path + request.uri
        if bucket is None:
            raise OriginUnreachable(502, f"{origin.domain} is not a bucket's domain")
        resource = f"arn:aws:s3:::{bucket}{unquote(path)}"
        policy = self.policies.get(bucket)
        if not origin.signed or not allowed(policy, "s3:GetObject", resource, distribution_arn):
            return _access_denied()
        signed = [*headers, *self._signature("s3")]
        answer = await self._send(origin, request, f"{self._emulator.url}/{bucket}{path}", "", signed)
        if answer.status == 404 and not allowed(policy, "s3:ListBucket", f"arn:aws:s3:::{bucket}", distribution_arn):
            return _access_denied()  # without ListBucket, S3 does not reveal missing keys
        return answer

    def _signature(self, service: str) -> Pairs:
        # The emulator accepts the root key's requests without checking the signature.
        credential = f"Credential=test/20000101/{self._emulator.region}/{service}/aws4_request"
        return [("authorization", f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0")]

    async def _address(self, origin: Origin) -> str:
        """Where the origin answers here; the emulator knows its APIs and function URLs by their hosts."""
        if _API.fullmatch(origin.domain) or is_function_url(origin.domain):
            return self._emulator.url
        found = await asyncio.to_thread(base_url, origin.domain, f"{origin.scheme}://{origin.domain}:{origin.port}")
        if found is None:
            reason = f"{origin.domain} is not on this machine; say where it answers: {VARIABLE}={origin.domain}=URL"
            raise OriginUnreachable(502, reason)
        return found

    async def _send(self, origin: Origin, request: Request, url: str, query: str, headers: Pairs) -> Response:
        target = httpx.URL(url).copy_with(query=query.encode() or None)
        content = request.body or None
        timeout = httpx.Timeout(origin.read_timeout, connect=10)
        outgoing = self._client.build_request(request.method, target, headers=headers, content=content, timeout=timeout)
        try:
            answer = await self._client.send(outgoing, stream=True)
            pairs = [(name.lower(), value) for name, value in answer.headers.multi_items()]
            kept = [pair for pair in pairs if pair[0] not in _HOP_BY_HOP]
            response = Response(answer.status_code, kept, parts=cast(httpx.AsyncByteStream, answer.stream))
            # An error of the origin after this breaks the viewer's connection, as it does in CloudFront.
            streamed = answer.is_success and request.method != "HEAD" and "content-length" not in answer.headers
            return response if streamed else await response.whole()
        except httpx.TimeoutException as error:
            raise OriginUnreachable(504, f"{origin.domain} did not answer in {origin.read_timeout} s") from error
        except httpx.HTTPError as error:
            raise OriginUnreachable(502, f"{origin.domain}: {error}") from error


def _access_denied() -> Response:
    text = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
    return Response(403, [("content-type", "application/xml")], body)
