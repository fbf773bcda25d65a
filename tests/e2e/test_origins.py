"""Other origins than REST APIs behind the local CloudFront: a streamed function URL, an HTTP API, a host."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials
from tests.support.stack.application import Login, deploy, host, login

from gray.lanes.metrics import source_of
from gray.lanes.ownership import NotOwnedError, Ownership
from gray.lanes.preflight import base_url, health_problem
from gray.lanes.registration import LaneOrigin
from graylocal.stack import LocalStack
from sync.fetch import fetch, signed_fetch
from watch.figures import lane_library, read

pytestmark = [
    pytest.mark.own_stack,
    pytest.mark.needs_no_build,
    pytest.mark.skipif(shutil.which("node") is None, reason="its pages are a Node function"),
]


@dataclass(frozen=True)
class Shop:
    """The application, its site and its login."""

    stack: LocalStack
    login: Login
    outputs: dict[str, str]

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.request(method, self.stack.url + path, headers=named, timeout=30, trust_env=False)

    def event(self, path: str, **headers: str) -> Any:
        """What the function behind the HTTP API was called with."""
        answer = self.ask(path, **headers)
        assert (answer.status_code, answer.headers["x-lane"]) == (200, "v1"), answer.text
        return answer.json()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with (
        host(b"theirs") as theirs,
        login() as provider,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("GRAYLOCAL_HOSTS", f"v2.shop.example={theirs}")
        with LocalStack("shop", state=tmp_path_factory.mktemp("shop")) as stack:
            outputs = deploy(stack, "graylane-shop", Issuer=provider.issuer)
            stack.serve()
            yield Shop(stack, provider, outputs)


def test_a_streamed_function_url_is_the_default_origin(shop: Shop) -> None:
    answer = shop.ask("/about")
    assert (answer.status_code, answer.text) == (200, "<p>/about</p>")
    assert (answer.headers["x-lane"], answer.headers["content-type"]) == ("v1", "text/html")
    assert answer.headers.get_list("set-cookie") == ["seen=1; Path=/", "lane=v1"]
    assert "content-length" not in answer.headers


def test_its_parts_are_passed_on_as_they_come(shop: Shop) -> None:
    read = threading.Event()
    # The function asks for its second part there, and gets it only after the viewer has read the first.
    with (
        host(b"<p>more</p>", after=read) as url,
        httpx.stream("GET", f"{shop.stack.url}/x?wait={url}", timeout=30, trust_env=False) as answer,
    ):
        parts = answer.iter_raw()
        first = next(parts)
        read.set()
        assert (first, b"".join(parts)) == (b"<p>/x</p>", b"<p>more</p>")


def test_status_of_a_streamed_answer_and_failures_before_and_after_its_first_part(shop: Shop) -> None:
    assert shop.ask("/missing").status_code == 404
    assert shop.ask("/fails").status_code == 502
    with pytest.raises(httpx.RemoteProtocolError):
        shop.ask("/breaks")


def test_a_function_url_that_is_not_signed_for_is_refused(shop: Shop) -> None:
    signed_for = shop.outputs["PagesUrl"].removeprefix("https://").rstrip("/")
    assert httpx.get(shop.stack.endpoint, headers={"host": signed_for}, trust_env=False).status_code == 403
    functions = shop.stack.client("lambda")
    policy = json.loads(functions.get_policy(FunctionName=shop.outputs["PagesFunction"])["Policy"])
    for statement in policy["Statement"]:
        functions.remove_permission(FunctionName=shop.outputs["PagesFunction"], StatementId=statement["Sid"])
    try:
        assert "does not allow the distribution" in shop.ask("/").json()["Message"]
    finally:
        for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
            functions.add_permission(
                FunctionName=shop.outputs["PagesFunction"],
                StatementId=action.partition(":")[2],
                Action=action,
                Principal="cloudfront.amazonaws.com",
            )


def test_an_http_api_has_a_route_for_each_function_and_a_stage(shop: Shop) -> None:
    user = shop.event("/api/users/7?a=1&a=2", cookie="x=y; z=1")
    assert (user["version"], user["routeKey"], user["rawPath"]) == ("2.0", "GET /api/users/{id}", "/live/api/users/7")
    assert (user["pathParameters"], user["queryStringParameters"]) == ({"id": "7"}, {"a": "1,2"})
    assert user["cookies"] == ["x=y", "z=1"]
    assert user["headers"]["x-api-key"] == "of the origin"
    assert user["requestContext"]["stage"] == "live"
    assert user["headers"]["host"] == f"{shop.outputs['ApiId']}.execute-api.us-east-1.amazonaws.com"
    assert shop.event("/api/else")["routeKey"] == "$default"


def test_payload_format_1(shop: Shop) -> None:
    old = shop.event("/api/old/a/b?q=1&q=2")
    assert (old["version"], old["httpMethod"], old["path"]) == ("1.0", "GET", "/live/api/old/a/b")
    assert (old["resource"], old["pathParameters"]) == ("/api/old/{proxy+}", {"proxy": "a/b"})
    assert (old["queryStringParameters"], old["multiValueQueryStringParameters"]) == ({"q": "2"}, {"q": ["1", "2"]})


def test_a_jwt_authorizer(shop: Shop) -> None:
    with login() as other:
        stolen = other.token(iss=shop.login.issuer, sub="ada")
    mine = shop.login
    for refused in ("", "Bearer no.token.here", *(f"Bearer {token}" for token in (
        stolen, mine.token(sub="ada", aud="others"), mine.token(sub="ada", exp=1), mine.token(sub="ada", iss="x"),
    ))):  # fmt: skip
        answer = shop.ask("/api/users/me", **({"authorization": refused} if refused else {}))
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"}), refused
    me = shop.event("/api/users/me", authorization=f"Bearer {mine.token(sub='ada', groups=['a', 'b'])}")
    claims = me["requestContext"]["authorizer"]["jwt"]["claims"]
    assert (claims["sub"], claims["groups"]) == ("ada", "[a b]")


def test_cors_is_the_apis(shop: Shop) -> None:
    asked = {"origin": "https://shop.example", "access_control_request_method": "GET"}
    preflight = shop.ask("/api/users/me", "OPTIONS", **asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "https://shop.example")
    assert preflight.headers["access-control-allow-methods"] == "GET"
    assert "access-control-allow-origin" not in shop.ask("/api/users/7", origin="https://else.example").headers


def test_a_failing_function_says_nothing_of_itself(shop: Shop) -> None:
    answer = shop.ask("/api/users/7?fail=1")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_a_host_that_the_environment_names(shop: Shop) -> None:
    answer = shop.ask("/host/x")
    assert (answer.text, answer.headers["x-asked"]) == ("theirs", "v2.shop.example /host/x")


def origins(shop: Shop) -> dict[str, LaneOrigin]:
    """The application's origins as a lane registers them."""
    url = shop.outputs["PagesUrl"].removeprefix("https://").partition(".")[0]
    pages = LaneOrigin("pages", "function-url", url, signed=True, guard="oac", health="/health")
    users = LaneOrigin("users", "http-api", shop.outputs["ApiId"], "live", health="/api/users/health")
    return {
        "pages": replace(pages, function=shop.outputs["PagesFunction"]),
        "users": users,
        "theirs": LaneOrigin("theirs", "url", "v2.shop.example", health="/ok"),
    }


def owner(shop: Shop) -> Ownership:
    client = shop.stack.client
    return Ownership(client("apigateway"), client("apigatewayv2"), client("lambda"), ("v2.shop.example",))


def health(shop: Shop, origin: LaneOrigin) -> str:
    """What is wrong with it, as a sync function finds it."""
    base = base_url(f"{shop.stack.endpoint}/_origins/{{host}}{{path}}", origin, "us-east-1")
    ask = signed_fetch(Credentials("test", "test"), "us-east-1") if origin.signed else fetch
    return health_problem(ask, base, "v2", origin, "k3y")


@pytest.mark.parametrize("name", ["pages", "users", "theirs"])
def test_adoption_takes_it_and_its_health_check_finds_it(shop: Shop, name: str) -> None:
    origin = origins(shop)[name]
    owner(shop).check(origin)
    assert health(shop, origin) == ""


def test_a_health_check_that_fails(shop: Shop) -> None:
    sick = replace(origins(shop)["pages"], health="/missing")
    assert health(shop, sick) == "pages of v2 answers its health check /missing with 404"


@pytest.mark.parametrize(
    ("name", "other", "why"),
    [
        ("pages", {"signed": False}, "has AuthType AWS_IAM; register it with the guard oac"),
        ("pages", {"function": "nobody"}, "function nobody with a URL is not in this account"),
        ("users", {"path": "other"}, "with stage other is not in this account"),
        ("theirs", {"address": "v3.shop.example"}, "host v3.shop.example is not trusted here"),
    ],
)
def test_adoption_refuses_what_is_not_there(shop: Shop, name: str, other: dict[str, Any], why: str) -> None:
    with pytest.raises(NotOwnedError, match=why):
        owner(shop).check(replace(origins(shop)[name], **other))


@pytest.mark.parametrize(
    ("name", "good", "bad"), [("pages", "/about", "/fails"), ("users", "/api/users/7", "/api/users/7?fail=1")]
)
def test_the_watch_reads_its_figures(shop: Shop, name: str, good: str, bad: str) -> None:
    source = source_of(origins(shop)[name])
    assert source is not None
    period = 7200
    start = int(time.time()) // period * period

    def seen() -> tuple[int, int]:
        cloudwatch, nobody, end = (
            shop.stack.client("cloudwatch"),
            lane_library("shop", "v1", "none"),
            start + 2 * period,
        )
        found = read(cloudwatch, [source], nobody, start=start, end=end, period=period, reference=None)
        return sum(each.requests for each in found), sum(each.errors for each in found)

    requests, errors = seen()
    shop.ask(good)
    shop.ask(bad)
    assert seen() == (requests + 2, errors + 1)
