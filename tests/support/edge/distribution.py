"""A deployed distribution made by hand, and origins that answer from a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
    "spare": Origin("spare", "localhost:9", path="/spare"),
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
    """Answers by path; remembers the requests."""

    def __init__(self, answers: Mapping[str, Answer | Callable[[httpx.Request], Answer]]) -> None:
        self.answers, self.requests = dict(answers), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers.get(request.url.path, Answer(404))
        answer = found(request) if callable(found) else found
        return httpx.Response(answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.content))


def edge(table: Table, request_code: str = PASS, response_code: str | None = None, **pairs: str) -> Edge:
    """An edge with a static default behavior and `/api/*`; `pairs` are the store's."""
    functions = {"viewer-request": "request"}
    codes = {"request": FunctionCode("request", request_code, STORE, "1")}
    if response_code is not None:
        functions["viewer-response"] = "response"
        codes["response"] = FunctionCode("response", response_code, None, "1")
    distribution = Distribution(
        id="E1",
        arn=ARN,
        domain="d1.cloudfront.net",
        origins=ORIGINS,
        groups={"both": OriginGroup((ORIGINS["site"], ORIGINS["spare"]), frozenset({404}))},
        behaviors=(
            behavior("/api/*", "api", CachePolicy(0, 0, 0), functions),
            behavior(None, "site", CachePolicy(0, 60, 3600, gzip=True), functions),
        ),
        root_object="",
        errors={404: ErrorRule(0)},
        version="1",
    )
    store = Store(Locations())
    store.advance("1", pairs)
    origins = Origins(Emulator("127.0.0.1", 4566), httpx.AsyncClient(transport=httpx.MockTransport(table)))
    origins.policies = {"site": READS}
    return Edge(Deployed(distribution, codes, {STORE: store}), origins)
