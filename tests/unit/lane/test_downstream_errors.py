"""The metric DownstreamErrors: calls of other services that fail, by the lane carried."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, EndpointConnectionError

from lane import LaneContext, carrying
from lane.aws import instrument
from lane.registry import Known
from lane.settings import settings

V2 = LaneContext("v2", "staff", "7")


class Body(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


class Answers:
    """What AWS answers, in its place; botocore does the rest."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.headers: dict[str, str] = {}
        self.unreachable = False

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        if self.unreachable:
            raise EndpointConnectionError(endpoint_url=request.url)
        return AWSResponse(request.url, self.status, HTTPHeaders.from_dict(self.headers), Body(self.body))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> Iterator[boto3.Session]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name, value in {"GRAY_ENVIRONMENT": "dev", "GRAY_LANE": "v1", "POWERTOOLS_SERVICE_NAME": "api"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    events: Any = session.events
    events.register("before-send", answers)
    yield instrument(session, environment="dev", known=Known)
    settings.cache_clear()


def counted(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if "DownstreamErrors" in line]


def invoke(session: boto3.Session) -> Any:
    return session.client("lambda").invoke(FunctionName="stock-v2", Payload=b"{}")


def put(session: boto3.Session) -> Any:
    entry: Any = {"Source": "shop", "DetailType": "t", "Detail": "{}"}
    return session.client("events").put_events(Entries=[entry])


def test_a_call_that_succeeds_counts_nothing(session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    with carrying(V2):
        invoke(session)
        put(session)
    assert counted(capsys.readouterr().out) == []


def test_a_function_that_raises_counts_in_the_lane_carried(
    session: boto3.Session, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers.headers = {"x-amz-function-error": "Unhandled"}
    with carrying(V2):
        assert invoke(session)["FunctionError"] == "Unhandled"
    (line,) = counted(capsys.readouterr().out)
    assert (line["DownstreamErrors"], line["lane"], line["service"]) == (1, "v2", "api")
    assert ["environment", "lane"] in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]


def test_an_entry_that_the_bus_refuses_counts(
    session: boto3.Session, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers.body = b'{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}'
    put(session)
    assert [line["lane"] for line in counted(capsys.readouterr().out)] == ["v1"]


def test_an_error_or_no_answer_counts_and_is_raised_all_the_same(
    session: boto3.Session, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers.status = 429
    with pytest.raises(ClientError):
        invoke(session)
    answers.unreachable = True
    with pytest.raises(EndpointConnectionError):
        invoke(session)
    assert len(counted(capsys.readouterr().out)) == 2


def test_without_settings_a_call_fails_as_it_would(
    session: boto3.Session, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAY_LANE")
    settings.cache_clear()
    answers.status = 500
    with pytest.raises(ClientError):
        invoke(session)
