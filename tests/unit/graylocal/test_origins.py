"""Every kind of origin as the local CloudFront calls it, and answers that are passed on as they come."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws
from tests.support.edge.distribution import ARN, Answer, Table, edge
from tests.unit.graylocal.test_edge import ask, function

from graylocal.cloudfront.edge import Edge
from graylocal.cloudfront.function_urls import FunctionUrls
from graylocal.cloudfront.messages import Request, Response
from graylocal.cloudfront.server import ViewerApp

PAGES = f"{'p' * 32}.lambda-url.us-east-1.on.aws"
OAC = (
    "originAccessControlConfig: {enabled: true, signingBehavior: 'always', signingProtocol: 'sigv4',"
    " originType: 'lambda'}"
)


def moved(host: str, more: str = "") -> str:
    """A function that leads a request to a host."""
    return function(f"cf.updateRequestOrigin({{domainName: '{host}', originPath: '', {more}}});")


@pytest.mark.parametrize(
    "host", ["a1b2c3d4.execute-api.us-east-1.amazonaws.com", "f1b2c3d4e5.lambda-url.us-east-1.on.aws"]
)
def test_what_is_deployed_is_asked_for_by_its_host_with_the_headers_of_the_behaviors_origin(host: str) -> None:
    table = Table({"/api/x": Answer(200, {}, b"here")})
    assert ask(edge(table, moved(host)), "/api/x").body == b"here"
    (sent,) = table.requests
    assert (sent.headers["host"], sent.url.host, sent.headers["x-api-key"]) == (host, "127.0.0.1", "secret")


def test_a_function_url_is_the_default_origin_without_any_bucket() -> None:
    table = Table({"/about": Answer(200, {"content-type": "text/html"}, b"rendered")})
    assert ask(edge(table, default="pages"), "/about").body == b"rendered"
    assert table.requests[0].headers["host"] == PAGES


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        ("other.example=http://127.0.0.1:1, v2.shop.example=http://127.0.0.1:9000/", "http://127.0.0.1:9000/api/x"),
        ("v2.shop.example=https://localhost:9443/base", "https://localhost:9443/base/api/x"),
    ],
)
def test_a_host_answers_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, hosts: str, url: str) -> None:
    monkeypatch.setenv("GRAYLOCAL_HOSTS", hosts)
    table = Table({}, default=lambda _: Answer(200, {}, b"theirs"))
    assert ask(edge(table, moved("v2.shop.example")), "/api/x").body == b"theirs"
    (sent,) = table.requests
    assert (str(sent.url), sent.headers["host"]) == (url, "v2.shop.example")


def test_a_host_that_resolves_to_this_machine_needs_no_entry_and_is_called_by_https() -> None:
    table = Table({"/api/x": Answer(200, {}, b"here")})
    assert ask(edge(table, moved("localhost")), "/api/x").body == b"here"
    assert str(table.requests[0].url) == "https://localhost/api/x"


def test_no_other_host_is_called() -> None:
    table = Table({})
    answer = ask(edge(table, moved("192.0.2.1")), "/api/x")
    assert (answer.status, table.requests) == (502, [])
    assert b"GRAYLOCAL_HOSTS=192.0.2.1=URL" in answer.body


class Account:
    """A function with a signed URL in an account that moto plays."""

    def __init__(self) -> None:
        self.client = boto3.client("lambda", "us-east-1")
        role = boto3.client("iam", "us-east-1").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        self.client.create_function(
            FunctionName="pages", Runtime="nodejs20.x", Role=role, Handler="h.h", Code={"ZipFile": b""}
        )
        self.client.create_function_url_config(FunctionName="pages", AuthType="AWS_IAM")
        url = self.client.get_function_url_config(FunctionName="pages")["FunctionUrl"]
        self.host = url.removeprefix("https://").rstrip("/")

    def allow(self, *actions: str, arn: str = ARN) -> None:
        for action in actions:
            self.client.add_permission(
                FunctionName="pages",
                StatementId=action.replace(":", ""),
                Action=action,
                Principal="cloudfront.amazonaws.com",
                SourceArn=arn,
            )

    def edge(self, table: Table) -> Edge:
        return edge(table, moved(self.host, OAC), function_urls=FunctionUrls(self.client))


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


BOTH = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


def test_cloudfront_signs_what_a_function_allows_it(account: Account) -> None:
    account.allow(*BOTH)
    table = Table({"/api/x": Answer(200, {}, b"here")})
    answer = ask(account.edge(table), "/api/x", headers=[("authorization", "Bearer viewer")])
    assert (answer.status, answer.body) == (200, b"here")
    (sent,) = table.requests
    assert [value.split()[0] for value in sent.headers.get_list("authorization")] == ["AWS4-HMAC-SHA256"]
    assert "/lambda/aws4_request" in sent.headers["authorization"]


@pytest.mark.parametrize(
    ("actions", "arn", "missing"),
    [
        ((), ARN, "lambda:InvokeFunctionUrl and lambda:InvokeFunction"),
        (BOTH[:1], ARN, "lambda:InvokeFunction"),
        (BOTH, ARN + "2", "lambda:InvokeFunctionUrl and lambda:InvokeFunction"),
    ],
)
def test_a_function_that_does_not_allow_the_distribution_refuses_it(
    account: Account, actions: tuple[str, ...], arn: str, missing: str
) -> None:
    account.allow(*actions, arn=arn)
    table = Table({})
    answer = ask(account.edge(table), "/api/x")
    assert (answer.status, table.requests) == (403, [])
    assert json.loads(answer.body)["Message"].endswith(f"does not allow the distribution {missing}")


@pytest.mark.parametrize(
    ("sent", "status"), [(hashlib.sha256(b"{}").hexdigest(), 200), (hashlib.sha256(b"").hexdigest(), 403), ("", 403)]
)
def test_a_signed_body_needs_its_hash_from_the_viewer(account: Account, sent: str, status: int) -> None:
    account.allow(*BOTH)
    table = Table({"/api/x": Answer(200, {}, b"made")})
    headers = [("x-amz-content-sha256", sent)] if sent else []
    assert ask(account.edge(table), "/api/x", "POST", headers, b"{}").status == status


class Stream(httpx.AsyncByteStream):
    """A body in parts; it goes on when somebody has read the part before."""

    def __init__(self) -> None:
        self.read, self.closed = asyncio.Event(), False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"first "
        await self.read.wait()
        yield b"second"

    async def aclose(self) -> None:
        self.closed = True


def streaming(stream: httpx.AsyncByteStream, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(200, headers=named, stream=stream)


async def viewed(served: Edge, path: str, seen: Callable[[bytes], None]) -> list[dict[str, Any]]:
    """What a viewer gets, message by message."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"body": b""}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)
        seen(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "headers": [], "raw_path": path.encode(), "query_string": b""}
    async with asyncio.timeout(10):
        await ViewerApp(served)(scope, receive, send)
    return messages


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/x", {}), ("/x", {"cache_control": "private"}), ("/x", {"cache_control": "no-cache", "etag": '"1"'})],
)
def test_an_answer_without_a_length_is_passed_on_as_it_comes(path: str, headers: dict[str, str]) -> None:
    async def run() -> None:
        stream = Stream()
        served = edge(streaming(stream, **headers), default="pages")

        def seen(part: bytes) -> None:
            if part:
                stream.read.set()  # the second part comes only after the viewer has the first

        start, *bodies = await viewed(served, path, seen)
        assert [each["body"] for each in bodies] == [b"first ", b"second", b""]
        assert b"content-length" not in dict(start["headers"])
        assert stream.closed

    asyncio.run(run())


def test_an_answer_that_is_kept_is_kept_whole() -> None:
    async def run() -> list[Response]:
        stream = Stream()
        stream.read.set()
        served = edge(streaming(stream, cache_control="max-age=60"), default="pages")
        return [await served.serve(Request("GET", "/x", "", [])) for _ in range(2)]

    for answer, x_cache in zip(asyncio.run(run()), ("Miss", "Hit"), strict=True):
        assert (answer.body, answer.header("x-cache")) == (b"first second", f"{x_cache} from cloudfront")


def test_a_function_that_answers_instead_lets_the_origin_go() -> None:
    async def run() -> None:
        stream = Stream()
        code = "function handler(event) { var r = event.response; r.body = 'mine'; return r; }"
        served = edge(streaming(stream, cache_control="private"), response_code=code, default="pages")
        answer = await served.serve(Request("GET", "/x", "", []))
        assert (answer.body, stream.closed) == (b"mine", True)

    asyncio.run(run())
