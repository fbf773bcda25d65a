"""One request through the edge: what the functions see and do, where it goes, and what comes back."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from tests.support.edge.distribution import PASS, Answer, Table, edge

from graylocal.cloudfront.configuration.distribution import ErrorRule
from graylocal.cloudfront.edge import Edge
from graylocal.cloudfront.messages import Pairs, Request, Response
from graylocal.cloudfront.metrics import data

PAGE = Answer(200, {"etag": '"1"', "cache-control": "no-cache", "content-type": "text/html"}, b"page")


def ask(served: Edge, path: str, method: str = "GET", headers: Pairs | None = None, body: bytes = b"") -> Response:
    uri, _, query = path.partition("?")
    request = Request(method, uri, query, [("host", "localhost"), *(headers or [])], body)
    return asyncio.run(served.serve(request))


def function(body: str) -> str:
    return (
        "import cf from 'cloudfront';\n"
        f"async function handler(event) {{ var request = event.request; {body} return request; }}"
    )


def test_the_rewritten_path_is_what_the_bucket_is_asked_for() -> None:
    table = Table({"/site/v2/index.html": PAGE})
    answer = ask(edge(table, function("request.uri = '/v2/index.html';")), "/")
    assert (answer.status, answer.body, answer.header("x-cache")) == (200, b"page", "Miss from cloudfront")
    assert table.requests[0].headers["via"].endswith("(CloudFront)")


def test_a_document_is_kept_and_asked_for_again_with_its_validator() -> None:
    def page(request: httpx.Request) -> Answer:
        return Answer(304) if request.headers.get("if-none-match") == '"1"' else PAGE

    served = edge(Table({"/site/x": page}))
    assert ask(served, "/x").header("x-cache") == "Miss from cloudfront"
    again = ask(served, "/x")
    assert (again.body, again.header("x-cache")) == (b"page", "RefreshHit from cloudfront")
    assert ask(served, "/x", headers=[("if-none-match", '"1"')]).status == 304


@pytest.mark.parametrize(
    ("code", "status", "x_cache"),
    [
        (function("throw new Error('no');"), 503, "FunctionExecutionError"),
        ("function handler( {", 503, "FunctionThrottledError"),
        (function("request.headers.host = {value: 'x'};"), 502, "FunctionValidationError"),
        (function("request.headers['x-forwarded-proto'] = {value: 'x'};"), 502, "FunctionValidationError"),
        (function("request.uri = 'x';"), 502, "FunctionValidationError"),
        (function("return {statusCode: 302, headers: {location: {value: '/y'}}};"), 302, "FunctionGeneratedResponse"),
    ],
)
def test_what_a_function_does_wrong_or_answers_itself(code: str, status: int, x_cache: str) -> None:
    answer = ask(edge(Table({}), code), "/")
    assert (answer.status, answer.header("x-cache")) == (status, f"{x_cache} from cloudfront")


def measured(served: Edge) -> dict[str, float]:
    found = data(served.taken_counts(), served.taken_utilization(), "E1")
    return {one["MetricName"]: one["Value"] for one in found if one["Dimensions"][0]["Name"] == "FunctionName"}


@pytest.mark.parametrize(
    ("body", "metric"),
    [
        ("throw new Error('no');", "FunctionExecutionErrors"),
        ("request.uri = 'x';", "FunctionValidationErrors"),
        ("this is no javascript", "FunctionThrottles"),
    ],
)
def test_each_way_of_a_function_to_fail_has_its_metric(body: str, metric: str) -> None:
    served = edge(Table({}), function(body))
    ask(served, "/")
    failures = {"FunctionExecutionErrors", "FunctionValidationErrors", "FunctionThrottles"}
    found = measured(served)
    assert {name: found[name] for name in failures} == {name: float(name == metric) for name in failures}
    assert measured(served) == {}


@pytest.mark.parametrize(("body", "busy"), [("", False), ("for (var i = 0; i < 10000000; i++) {}", True)])
def test_the_time_a_function_takes_is_a_metric(body: str, busy: bool) -> None:
    served = edge(Table({"/site/": PAGE}), function(body))
    for _ in range(2):
        ask(served, "/")
    assert (measured(served)["FunctionComputeUtilization"] == 100) == busy


def test_the_response_function_sees_the_changed_request_and_sets_cookies() -> None:
    response_code = (
        "async function handler(event) { var response = event.response;"
        " response.headers['x-gray-version'] = event.request.headers['x-gray-version'];"
        " response.cookies['__Host-gray'] = {value: 'z', attributes: 'Secure'}; return response; }"
    )
    served = edge(
        Table({"/site/x": PAGE}), function("request.headers['x-gray-version'] = {value: 'v2'};"), response_code
    )
    answer = ask(served, "/x")
    assert (answer.header("x-gray-version"), answer.header("set-cookie")) == ("v2", "__Host-gray=z; Secure")
    missing = ask(served, "/missing")
    assert (missing.status, missing.header("set-cookie")) == (404, None)


def test_the_store_is_read_and_a_missing_key_rejects() -> None:
    code = function(
        "var kvs = cf.kvs(); var value = 'none'; try { value = await kvs.get('config'); } catch (e) {}"
        " request.uri = '/' + value;"
    )
    table = Table({"/site/there": PAGE})
    assert ask(edge(table, code, config="there"), "/").status == 200
    assert ask(edge(table, code), "/").status == 404


def test_an_api_request_goes_to_the_updated_origin_and_inherits_its_headers() -> None:
    table = Table({"/v2stage/api/orders": Answer(201, {}, b"made")})
    update = (
        "cf.updateRequestOrigin({domainName: 'def456.execute-api.us-east-1.amazonaws.com', originPath: '/v2stage'});"
    )
    answer = ask(edge(table, function(update)), "/api/orders?a=1", "POST", [("x-gray-version", "v2")], b"{}")
    sent = table.requests[0]
    assert (answer.status, answer.body) == (201, b"made")
    assert sent.headers["host"] == "def456.execute-api.us-east-1.amazonaws.com"
    assert (sent.headers["x-api-key"], sent.headers["x-gray-version"]) == ("secret", "v2")
    assert sent.headers["x-forwarded-for"] == "127.0.0.1"
    assert sent.url.query == b"a=1"


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ("cf.selectRequestOriginById('spare');", "/spare/x"),
        (
            "cf.createRequestOriginGroup({originIds: ['site', 'spare'], failoverCriteria: {statusCodes: [404]}});",
            "/spare/x",
        ),
    ],
)
def test_other_origin_helpers(call: str, path: str) -> None:
    table = Table({path: PAGE})
    assert ask(edge(table, function(call)), "/x").body == b"page"


@pytest.mark.parametrize(
    "call",
    [
        "cf.selectRequestOriginById('nobody');",
        "cf.updateRequestOrigin({domainName: 'x.example', hostHeader: 'y', originPath: ''});",
        "cf.updateRequestOrigin({originPath: 'no-slash'});",
    ],
)
def test_invalid_origins_are_502(call: str) -> None:
    assert ask(edge(Table({}), function(call)), "/x").status == 502


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("DELETE", "/x", [], b"", 403),
        ("GET", "/x", [], b"body", 403),
        ("GET", "/" + "a" * 8_200, [], b"", 414),
        ("GET", "/x", [("cookie", "a" * 40_000)], b"", 494),
        ("GET", "/x?" + "q" * 7_000, [], b"", 404),
        ("GET", "/a%00b", [], b"", 404),
        ("GET", "//x", [], b"", 404),
        ("GET", "/%zz/%2e%2e/x", [], b"", 404),
    ],
)
def test_odd_requests_are_never_5xx(method: str, path: str, headers: Pairs, body: bytes, status: int) -> None:
    assert ask(edge(Table({}), PASS), path, method, headers, body).status == status


def test_locations_have_caches_of_their_own() -> None:
    cached = Answer(200, {"cache-control": "max-age=60"}, b"x")
    served = edge(Table({"/site/app.js": cached}))
    assert ask(served, "/app.js").header("x-cache") == "Miss from cloudfront"
    assert ask(served, "/app.js").header("x-cache") == "Hit from cloudfront"
    assert ask(served, "/app.js", headers=[("x-local-location", "FRA")]).header("x-cache") == "Miss from cloudfront"
    assert served.invalidate(["/app.js"]) == 2
    assert ask(served, "/app.js").header("x-cache") == "Miss from cloudfront"


def test_a_bucket_that_does_not_trust_the_distribution_is_not_read() -> None:
    table = Table({"/site/x": PAGE})
    served = edge(table)
    served.origins.policies = {"site": None}
    assert ask(served, "/x").status == 403
    assert not table.requests


def test_an_error_has_its_own_page_and_passes_through_no_function() -> None:
    table = Table({"/site/index.html": PAGE})
    served = edge(table, function("request.uri += 'a';"), function("return event.response;"))
    rules = {404: ErrorRule(0, "/index.html", 200), 403: ErrorRule(0, "/missing.html", 200)}
    served.deployed.distribution = replace(served.deployed.distribution, errors=rules)
    answer = ask(served, "/orders/5?x=1")
    assert (answer.status, answer.body, answer.header("x-cache")) == (200, b"page", "Error from cloudfront")
    assert [request.url.path for request in table.requests] == ["/site/orders/5a", "/site/index.html"]
    served.origins.policies = {"site": None}
    assert ask(served, "/orders/6").status == 403  # a page that is not there either
