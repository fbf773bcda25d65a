"""A record that fails: its own error is what is shown, whatever kind of record it is."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from lane import LaneContext, Settings, WrongLaneError
from lane.handlers import each_record
from lane.powertools import LaneMiddleware
from lane.propagation.inject import send_message


def own() -> Settings:
    return Settings("test", "v1", "/gray/test", "mail")


class BrokenOrderError(Exception):
    """What a user's function raises."""


def fail(record: dict[str, Any]) -> None:
    raise BrokenOrderError("order 7 has no lines")


ANSWERED = {
    "SQS": ({"eventSource": "aws:sqs", "messageId": "m1", "body": "b", "messageAttributes": {}}, "m1"),
    "Kinesis": ({"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": "495", "data": "eA=="}}, "495"),
    "Kinesis, by Pipes": ({"eventSource": "aws:kinesis", "sequenceNumber": "495", "data": "eA=="}, "495"),
    "DynamoDB": ({"eventSource": "aws:dynamodb", "dynamodb": {"SequenceNumber": "4"}}, "4"),
    "Kinesis, not base64": ({"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": "1", "data": "%"}}, "1"),
}

RAISED = {
    "SNS": {"EventSource": "aws:sns", "Sns": {"Message": "x", "MessageAttributes": {}}},
    "S3": {"eventSource": "aws:s3", "s3": {"object": {"key": "k"}}},
    "SES": {"eventSource": "aws:ses", "ses": {"mail": {}}},
    "CodeCommit": {"eventSource": "aws:codecommit", "codecommit": {}},
    "CloudFront": {"cf": {"request": {}}},
    "of nobody": {},
    "a stream's without its number": {"eventSource": "aws:dynamodb", "dynamodb": {}},
    "a stream's without anything": {"eventSource": "aws:dynamodb", "dynamodb": None},
    "Kinesis without its number": {"eventSource": "aws:kinesis", "kinesis": {"data": "eA=="}},
    "SQS without its id": {"eventSource": "aws:sqs", "body": "b"},
    "with an empty id": {"eventSource": "aws:sqs", "messageId": "", "body": "b"},
}


@pytest.mark.parametrize(("record", "identifier"), ANSWERED.values(), ids=ANSWERED.keys())
def test_a_record_of_a_source_that_knows_partial_failures_comes_back(
    record: dict[str, Any], identifier: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = each_record(fail, {"Records": [record]}, read_settings=own)
    assert answer == {"batchItemFailures": [{"itemIdentifier": identifier}]}
    assert "order 7 has no lines" in caplog.text


@pytest.mark.parametrize("record", RAISED.values(), ids=RAISED.keys())
def test_a_record_of_any_other_source_raises_what_it_raised(
    record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BrokenOrderError, match="order 7 has no lines") as raised:
        each_record(fail, {"Records": [record]}, read_settings=own)
    assert raised.value.__context__ is None
    assert '"RecordsFailed":1' in capsys.readouterr().out


def test_records_behind_one_that_cannot_come_back_are_left_for_the_next_attempt() -> None:
    done: list[str] = []

    def handle(record: dict[str, Any]) -> None:
        if record["s3"] == "b":
            fail(record)
        done.append(record["s3"])

    with pytest.raises(BrokenOrderError):
        each_record(handle, {"Records": [{"eventSource": "aws:s3", "s3": each} for each in "abc"]}, read_settings=own)
    assert done == ["a"]


def test_a_notification_of_another_lane_is_refused_by_its_name() -> None:
    sent = send_message({"QueueUrl": "q"}, LaneContext("v2"), lambda _, lane: lane)["MessageAttributes"]
    attributes = {name: {"Type": "String", "Value": value["StringValue"]} for name, value in sent.items()}
    record = {"EventSource": "aws:sns", "Sns": {"Message": "x", "MessageAttributes": attributes}}
    with pytest.raises(WrongLaneError, match="this is lane v1"):
        each_record(lambda _: None, {"Records": [record]}, read_settings=own)


@pytest.mark.parametrize("error", [KeyError("body"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), KeyError()])
def test_any_error_is_the_records_own(error: Exception) -> None:
    def broken(record: dict[str, Any]) -> None:
        raise error

    handle: Callable[[dict[str, Any]], object] = broken
    with pytest.raises(type(error)) as raised:
        each_record(handle, {"Records": [RAISED["SNS"]]}, read_settings=own)
    assert raised.value is error


class AsLambda(logging.Handler):
    """Writes as the handler of Lambda's Python runtime does: what cannot be UTF-8 raises out of the log call."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def emit(self, record: logging.LogRecord) -> None:
        self.written += self.format(record).encode("utf8")


@pytest.fixture
def lambdas_log() -> Iterator[AsLambda]:
    log, handler = logging.getLogger("lane"), AsLambda()
    log.addHandler(handler)
    log.propagate = False  # no other handler is to see what cannot be written
    yield handler
    log.propagate = True
    log.removeHandler(handler)


@pytest.mark.parametrize("text", ["\ud800", "name: \udcff", "\x00 \x1b[31m", "漢", "half \ude00 of an emoji"])
def test_a_record_whose_error_cannot_be_written_loses_no_other(text: str, lambdas_log: AsLambda) -> None:
    done: list[str] = []

    def handle(record: dict[str, Any]) -> None:
        if record["messageId"] == "a":
            raise BrokenOrderError(text)
        done.append(record["messageId"])

    records = [{"eventSource": "aws:sqs", "messageId": each, "body": "b"} for each in "abc"]
    assert each_record(handle, {"Records": records}, read_settings=own) == {
        "batchItemFailures": [{"itemIdentifier": "a"}]
    }
    assert done == ["b", "c"]
    assert b"BrokenOrderError" in lambdas_log.written


def test_a_request_whose_error_cannot_be_written_is_answered(lambdas_log: AsLambda) -> None:
    app = APIGatewayRestResolver()
    app.use([LaneMiddleware(read_settings=own, require_key=False)])

    @app.get("/x")
    def x() -> None:
        raise BrokenOrderError("\ud800")

    event: Any = {"path": "/x", "httpMethod": "GET", "headers": {}, "requestContext": {"stage": "live", "path": "/x"}}
    answer = app.resolve(event, LambdaContext())
    assert answer["statusCode"] == 500
    assert b"\\ud800" in lambdas_log.written
