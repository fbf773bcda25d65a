"""The middleware of Powertools' resolvers: reads the lane, guards it, and says on every answer who answered."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import (
    APIGatewayHttpResolver,
    APIGatewayRestResolver,
    LambdaFunctionUrlResolver,
    Response,
)
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.utilities.typing import LambdaContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lane import LaneContext, Settings, carrying, current
from lane.powertools import LaneMiddleware, answer_invalid
from lane.propagation.inject import lambda_invoke
from lane.registry import Known


class Reason(Exception):
    """One that the application handles."""


class Unprepared(Exception):
    """One whose handler raises another."""


class Annotations:
    """A tracer that keeps what it is told."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    def put_annotation(self, key: str, value: Any) -> None:
        self.seen[key] = value


def application(app: ApiGatewayResolver, lane: str = "v2", **options: Any) -> ApiGatewayResolver:
    """Routes that end in every way there is."""
    options = {"read_settings": lambda: Settings("test", lane, "/gray/test", "api"), **options}
    app.use([LaneMiddleware(**options)])
    failures: dict[str, Exception] = {
        "bad": BadRequestError("no"),
        "mine": Reason("because"),
        "unprepared": Unprepared(),
        "bug": ZeroDivisionError(),
    }

    @app.get("/x")
    def answer() -> dict[str, Any]:
        found = current()
        return {"carried": found and [found.lane, found.reason, found.revision, found.to]}

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"ok": True}

    @app.get("/fails/<way>")
    def fail(way: str) -> dict[str, Any]:
        raise failures[way]

    def reason(error: Reason) -> Any:
        return Response(409, "application/json", {"error": str(error)})

    def unprepared(error: Unprepared) -> Any:
        raise BadRequestError("from a handler")

    app.exception_handler(Reason)(reason)
    app.exception_handler(Unprepared)(unprepared)
    return app


def rest(path: str = "/x", headers: dict[str, str] | None = None, variables: Any = None, key: bool = True) -> Any:
    """A REST API's event."""
    identity = {"apiKeyId": "k"} if key else {}
    context = {"stage": "live", "httpMethod": "GET", "path": f"/live{path}", "identity": identity}
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": headers or {},
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "stageVariables": variables,
        "requestContext": context,
        "body": None,
        "isBase64Encoded": False,
    }


def http_api(path: str = "/x", headers: dict[str, str] | None = None, stage: str = "$default") -> Any:
    """An HTTP API's or a function URL's event, payload version 2.0."""
    return {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers or {},
        "requestContext": {"http": {"method": "GET", "path": path}, "stage": stage},
        "isBase64Encoded": False,
    }


def lane_of(answer: dict[str, Any]) -> str:
    """`x-gray-version`, wherever the kind of answer has it."""
    headers = answer.get("multiValueHeaders") or {name: [value] for name, value in answer["headers"].items()}
    (value,) = headers["x-gray-version"]
    return str(value)


def resolve(app: ApiGatewayResolver, event: Any) -> dict[str, Any]:
    return app.resolve(event, LambdaContext())


def metrics(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]


V2 = {"X-Gray-Version": "v2", "X-Gray-Reason": "staff", "X-Gray-Revision": "7", "Baggage": "gray.version=v2,a=b"}


@pytest.mark.parametrize(
    ("app", "event"),
    [
        (APIGatewayRestResolver(), rest(headers=V2)),
        (APIGatewayHttpResolver(), http_api(headers={**V2, "x-api-key": "k"})),
        (LambdaFunctionUrlResolver(), http_api(headers={"baggage": V2["Baggage"], "x-api-key": "k"})),
    ],
)
def test_every_kind_of_api_reads_the_lane(app: ApiGatewayResolver, event: Any) -> None:
    answer = resolve(application(app), event)
    carried = ["v2", "staff", "7", ""] if "X-Gray-Reason" in event["headers"] else ["v2", "", "", ""]
    assert json.loads(answer["body"]) == {"carried": carried}
    assert (answer["statusCode"], lane_of(answer)) == (200, "v2")
    assert current() is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/x", 200),
        ("/nowhere", 404),
        ("/fails/bad", 400),
        ("/fails/mine", 409),
        ("/fails/unprepared", 400),
        ("/fails/bug", 500),
    ],
)
def test_every_answer_says_the_lane_errors_too(path: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    answer = resolve(application(APIGatewayRestResolver()), rest(path, V2))
    assert (answer["statusCode"], lane_of(answer)) == (status, "v2")
    (line,) = metrics(capsys.readouterr().out)
    assert (line["Requests"], line["Errors"], line["lane"]) == (1, int(status >= 500), "v2")


def test_an_invalid_request_says_the_lane() -> None:
    app = application(APIGatewayRestResolver(enable_validation=True))
    answer_invalid(app, read_settings=lambda: Settings("test", "v2", "/gray/test", "api"))

    @app.get("/typed/<number>")
    def typed(number: int) -> dict[str, int]:
        return {"n": number}

    answer = resolve(app, rest("/typed/text", V2))
    assert (answer["statusCode"], lane_of(answer)) == (422, "v2")
    assert json.loads(answer["body"])["detail"][0]["loc"] == ["path", "number"]


def test_another_lanes_request_is_421_with_a_metric(capsys: pytest.CaptureFixture[str]) -> None:
    answer = resolve(application(APIGatewayRestResolver(), "v1"), rest(headers=V2))
    assert (answer["statusCode"], lane_of(answer)) == (421, "v1")
    assert json.loads(answer["body"]) == {"error": "wrong-lane", "lane": "v1", "asked": "v2"}
    mismatch, _ = metrics(capsys.readouterr().out)
    assert mismatch["LaneMismatch"] == 1
    assert ["environment"] in mismatch["_aws"]["CloudWatchMetrics"][0]["Dimensions"]


def test_an_api_that_was_told_to_serve_a_lane_does() -> None:
    answer = resolve(application(APIGatewayRestResolver(), "v1"), rest(headers=V2, variables={"serve_as": "v2"}))
    assert (answer["statusCode"], lane_of(answer)) == (200, "v1")
    assert json.loads(answer["body"])["carried"][0] == "v2"


def test_a_shared_service_serves_every_lane_as_stable() -> None:
    answer = resolve(application(APIGatewayRestResolver(), "shared"), rest(headers=V2))
    assert (answer["statusCode"], lane_of(answer)) == (200, "v1")


def test_a_request_addressed_to_this_lane_is_served_and_the_address_goes_no_further() -> None:
    answer = resolve(application(APIGatewayRestResolver(), "v1"), rest(headers={**V2, "x-gray-to": "v1"}))
    assert json.loads(answer["body"]) == {"carried": ["v2", "staff", "7", ""]}


def test_a_request_without_a_key_is_403_and_health_is_open() -> None:
    app = application(APIGatewayRestResolver(), open_paths=("/health",))
    assert resolve(app, rest(headers=V2, key=False))["statusCode"] == 403
    assert lane_of(resolve(app, rest(headers=V2, key=False))) == "v2"
    assert resolve(app, rest("/health", key=False))["statusCode"] == 200
    inside = application(APIGatewayRestResolver(), require_key=False)
    assert resolve(inside, rest(headers=V2, key=False))["statusCode"] == 200


@pytest.mark.parametrize(("state", "status"), [("killed", 421), ("active", 200), ("", 200)])
def test_a_killed_gray_lane_tells_the_page_to_load_anew(state: str, status: int) -> None:
    app = application(APIGatewayRestResolver(), known=lambda: Known(state=state))
    answer = resolve(app, rest(headers=V2))
    assert answer["statusCode"] == status
    assert ("x-gray-reload" in answer["multiValueHeaders"]) == (status == 421)


@pytest.mark.parametrize(
    ("headers", "page"),
    [({}, None), ({"x-gray-reload": "v1"}, "v1"), ({"x-gray-reload": "v1", "x-gray-reason": "killed"}, None)],
)
def test_the_trace_says_that_the_page_is_in_another_lane(headers: dict[str, str], page: str | None) -> None:
    tracer = Annotations()
    resolve(application(APIGatewayRestResolver(), tracer=tracer), rest(headers={**V2, **headers}))
    assert (tracer.seen["gray_lane"], tracer.seen.get("gray_page")) == ("v2", page)


def test_stable_is_never_killed() -> None:
    app = application(APIGatewayRestResolver(), "v1", known=lambda: Known(state="killed"))
    assert resolve(app, rest(headers={"x-gray-version": "v1"}))["statusCode"] == 200


def test_a_request_without_a_lane_is_the_own_lanes() -> None:
    assert json.loads(resolve(application(APIGatewayRestResolver()), rest())["body"])["carried"][0] == "v2"


@given(st.dictionaries(st.sampled_from(["x-gray-version", "baggage", "x-gray-to", "x-gray-reason"]), st.text()))
@hypothesis_settings(max_examples=150)
def test_no_headers_break_it_and_no_lane_but_its_own_is_served(headers: dict[str, str]) -> None:
    answer = resolve(application(APIGatewayRestResolver()), rest(headers=headers))
    assert answer["statusCode"] in (200, 421)
    assert lane_of(answer) == "v2"
    assert current() is None


def test_a_passage_of_the_caller_is_there_again_afterwards() -> None:
    with carrying(LaneContext("v9")):
        resolve(application(APIGatewayRestResolver()), rest(headers=V2))
        assert current() == LaneContext("v9")


def test_a_request_that_another_function_handed_on_is_of_that_functions_lane() -> None:
    # Given an API event whose headers say v1, which a function of v2 hands to this API's function
    event = rest(headers={"x-gray-version": "v1"})
    later = lambda_invoke({"InvocationType": "Event", "Payload": json.dumps(event)}, LaneContext("v2"))
    at_once = lambda_invoke({"FunctionName": "f"}, LaneContext("v2"))
    client_context = SimpleNamespace(**json.loads(base64.b64decode(at_once["ClientContext"])))
    served = []
    app = application(APIGatewayRestResolver())

    @app.get("/handed-on")
    def handed_on() -> dict[str, str]:
        served.append(current())
        return {}

    # When it is invoked, asynchronously and not
    event = json.loads(later["Payload"]) | {"path": "/handed-on", "resource": "/handed-on"}
    asynchronous: Any = SimpleNamespace(client_context=None)
    synchronous: Any = SimpleNamespace(client_context=client_context)
    for one, context in ((event, asynchronous), ({**event, "gray": None}, synchronous)):
        assert app.resolve(one, context)["statusCode"] == 200
    assert served == [LaneContext("v2")] * 2
