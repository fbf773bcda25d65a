"""A deployed distribution made by hand, and origins that answer from a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import boto3
import httpx

from graylocal.cloudfront.configuration.distribution import (
    Behavior,
    Distribution,
    ErrorRule,
    FunctionCode,
    Origin,
    OriginGroup,
)
from graylocal.cloudfront.configuration.policies import CachePolicy, RequestPolicy, ResponsePolicy, Selection
from graylocal.cloudfront.edge import Deployed, Edge
from graylocal.cloudfront.function_urls import FunctionUrls
from graylocal.cloudfront.functions.store import Locations, Store
from graylocal.cloudfront.origins import Emulator, Origins

ARN = "arn:aws:cloudfront::000000000000:distribution/E1"
STORE = "arn:aws:cloudfront::000000000000:key-value-store/edge"
PASS = "async function handler(event) { return event.request; }"
ALL = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
READS = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::site/*", "arn:aws:s3:::site"],
            "Condition": {"StringEquals": {"AWS:SourceArn": ARN}},
        }
    ]
}
ORIGINS = {
    "site": Origin("site", "site.s3.us-east-1.amazonaws.com", s3=True, signed=True),
    "api": Origin("api", "abc123.execute-api.us-east-1.amazonaws.com", path="/live", headers={"x-api-key": "secret"}),
    "pages": Origin("pages", f"{'p' * 32}.lambda-url.us-east-1.on.aws", headers={"x-api-key": "secret"}),
    "spare": Origin("spare", "localhost", path="/spare", scheme="http", port=9),
}


def behavior(pattern: str | None, origin: str, cache: CachePolicy, functions: Mapping[str, str]) -> Behavior:
    headers = Selection("allExcept", frozenset({"host"})) if origin == "api" else Selection()
    to_origin = RequestPolicy(headers, Selection("all"), Selection("all"))
    return Behavior(pattern, origin, "redirect-to-https", ALL, True, cache, to_origin, ResponsePolicy(), functions)


@dataclass(frozen=True)
class Answer:
    """An origin's answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


class Table:
    """Answers by path, or all by one function; remembers the requests."""

    def __init__(
        self,
        answers: Mapping[str, Answer | Callable[[httpx.Request], Answer]],
        default: Callable[[httpx.Request], Answer] = lambda _: Answer(404),
    ) -> None:
        self.answers, self.default, self.requests = dict(answers), default, list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers.get(request.url.path, self.default)
        answer = found(request) if callable(found) else found
        headers = {"content-length": str(len(answer.content)), **answer.headers}
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.content))


@cache
def _no_functions() -> FunctionUrls:
    """Of a client that is never used: no origin is signed."""
    return FunctionUrls(boto3.client("lambda", "us-east-1", aws_access_key_id="-", aws_secret_access_key="-"))


def edge(
    table: Callable[[httpx.Request], httpx.Response],
    request_code: str | None = PASS,
    response_code: str | None = None,
    api_code: str | None = None,
    *,
    default: str = "site",
    function_urls: FunctionUrls | None = None,
    config: str | None = None,
) -> Edge:
    """An edge with a static default behavior and `/api/*`, and a store with this config or none.

    `api_code` is the request function of `/api/*`, by default the same; with no code there is no function. `default` is
    the origin of the default behavior.
    """
    given = {"request": request_code, "api": api_code or request_code, "response": response_code}
    codes = {
        name: FunctionCode(name, code, None if name == "response" else STORE, "1")
        for name, code in given.items()
        if code is not None
    }
    static, api = (
        {kind: name for kind, name in (("viewer-request", request), ("viewer-response", "response")) if name in codes}
        for request in ("request", "api")
    )
    distribution = Distribution(
        id="E1",
        arn=ARN,
        domain="d1.cloudfront.net",
        origins=ORIGINS,
        groups={"both": OriginGroup((ORIGINS["site"], ORIGINS["spare"]), frozenset({404}))},
        behaviors=(
            behavior("/api/*", "api", CachePolicy(0, 0, 0), api),
            behavior(None, default, CachePolicy(0, 60, 3600, gzip=True), static),
        ),
        root_object="",
        errors={404: ErrorRule(0)},
        version="1",
    )
    store = Store(Locations())
    store.advance("1", {"config": config} if config else {})
    client = httpx.AsyncClient(transport=httpx.MockTransport(table))
    origins = Origins(Emulator("127.0.0.1", 4566), client, function_urls or _no_functions())
    origins.policies = {"site": READS}
    return Edge(Deployed(distribution, codes, {STORE: store}), origins)
