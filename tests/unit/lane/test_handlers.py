"""Functions without a resolver: each piece of work in its own lane, in logs, metrics and traces."""

import base64
import io
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from aws_xray_sdk import global_sdk_config
from aws_xray_sdk.core import AWSXRayRecorder
from tests.support.lane.carriers import event_of, notification, own_lane

from lane import LaneContext, Settings, WrongLaneError, current
from lane.handlers import each_record, in_lane
from lane.observe import LaneFilter
from lane.propagation.inject import lambda_invoke, publish, send_message, start_execution

CONTEXT = SimpleNamespace(client_context=None)


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    """A Tracer that was told to be still, in another test, has switched the SDK off for the whole process."""
    before = global_sdk_config.sdk_enabled()
    global_sdk_config.set_sdk_enabled(True)
    yield
    global_sdk_config.set_sdk_enabled(before)


class Segments:
    """Powertools' tracer over a real X-Ray recorder, whose segments are kept here instead of sent."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        self.provider = AWSXRayRecorder()
        self.provider.emitter._socket.close()  # it opens one at once, and closes it never
        self.provider.configure(sampling=False, emitter=self, context_missing="IGNORE_ERROR")

    def put_annotation(self, key: str, value: Any) -> None:
        self.provider.put_annotation(key=key, value=value)

    def send_entity(self, entity: Any) -> None:
        self.documents.append(json.loads(entity.serialize()))

    def annotations(self) -> list[dict[str, Any]]:
        """Those of each record's subsegment."""
        (segment,) = self.documents
        return [each.get("annotations", {}) for each in segment["subsegments"] if each["name"] == "## record"]


def own(lane: str) -> Any:
    return lambda: Settings("test", lane, "/gray/test", "mail")


def sqs_record(number: int, found: LaneContext | None, arn: str = "arn:aws:sqs:us-east-1:1:mail") -> dict[str, Any]:
    sent: dict[str, Any] = {"QueueUrl": "q", "MessageBody": str(number)}
    if found:
        sent = send_message(sent, found, own_lane)
    seen = {
        name: {"stringValue": value["StringValue"], "dataType": "String"}
        for name, value in sent.get("MessageAttributes", {}).items()
    }
    return {
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "messageId": f"m{number}",
        "body": str(number),
        "messageAttributes": seen,
    }


def metric_lines(printed: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, printed.splitlines()) if "_aws" in line]


def test_a_mixed_batch_is_handled_record_by_record_in_logs_metrics_and_traces(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given a batch with records of three lanes, one of which fails
    stream = io.StringIO()
    logger = Logger(service="mail", stream=stream)
    logger.addFilter(LaneFilter(served="shared"))
    tracer = Segments()
    records = [
        sqs_record(0, LaneContext("v1", "default", "7")),
        sqs_record(1, LaneContext("v2", "staff", "7")),
        sqs_record(2, LaneContext("v3", "ramp", "7")),
        sqs_record(3, LaneContext("v2", "staff", "7")),
        sqs_record(4, None),
    ]

    def handle(record: dict[str, Any]) -> None:
        logger.info("working", extra={"number": record["body"]})
        if record["body"] == "2":
            raise ValueError("not today")

    # When
    with tracer.provider.in_segment("mail"):
        answer = each_record(handle, {"Records": records}, tracer=tracer, read_settings=own("shared"))

    # Then that one alone comes back, and every trace of the work names its own lane
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    logged = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["number"], line["gray_lane"], line["gray_served"]) for line in logged] == [
        ("0", "v1", "shared"),
        ("1", "v2", "shared"),
        ("2", "v3", "shared"),
        ("3", "v2", "shared"),
        ("4", "v1", "shared"),  # without a lane: stable's
    ]
    assert logged[1]["gray_reason"] == "staff"
    assert [each["gray_lane"] for each in tracer.annotations()] == ["v1", "v2", "v3", "v2", "v1"]
    assert tracer.annotations()[1] == {
        "gray_environment": "test",
        "gray_lane": "v2",
        "gray_served": "shared",
        "gray_reason": "staff",
        "gray_revision": "7",
    }
    assert current() is None
    lines = metric_lines(capsys.readouterr().out)
    assert [(line["lane"], line["Records"], line["RecordsFailed"]) for line in lines] == [
        ("v1", 2, 0),
        ("v2", 2, 0),
        ("v3", 1, 1),
    ]


def test_a_record_of_another_lane_comes_back_with_a_metric_and_the_rest_is_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = []
    records = [sqs_record(0, LaneContext("v2")), sqs_record(1, LaneContext("v3")), sqs_record(2, LaneContext("v2"))]
    tracer = Segments()
    with tracer.provider.in_segment("mail"):
        answer = each_record(
            lambda record: done.append(record["body"]), {"Records": records}, tracer=tracer, read_settings=own("v2")
        )
    assert done == ["0", "2"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    # And the trace check sees where it came: nobody declared a stand-in
    assert tracer.annotations()[1]["gray_served"] == "v2"
    assert "gray_fallback" not in tracer.annotations()[1]
    line, *_ = metric_lines(capsys.readouterr().out)
    assert (line["LaneMismatch"], line["lane"], line["service"]) == (1, "v2", "mail")
    assert ["environment"] in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]


def test_a_record_addressed_to_us_is_served_in_its_senders_lane() -> None:
    # Given a queue message of lane v2, which has no mail of its own, addressed to stable's
    sent = send_message({"QueueUrl": "q", "MessageBody": "b"}, LaneContext("v2", "staff"), lambda *_: "v1")
    seen = {name: {"stringValue": value["StringValue"]} for name, value in sent["MessageAttributes"].items()}
    record = {"eventSource": "aws:sqs", "messageId": "m", "body": "b", "messageAttributes": seen}
    carried = []
    tracer = Segments()
    with tracer.provider.in_segment("mail"):
        answer = each_record(
            lambda _: carried.append(current()), {"Records": [record]}, tracer=tracer, read_settings=own("v1")
        )
    # Then the lane goes on, and what we send is not addressed to a stand-in that nobody chose
    assert answer == {"batchItemFailures": []}
    assert carried == [LaneContext("v2", "staff")]
    assert tracer.annotations()[0]["gray_fallback"] is True


def test_a_fifo_queue_keeps_its_order() -> None:
    arn = "arn:aws:sqs:us-east-1:1:mail.fifo"
    done = []

    def handle(record: dict[str, Any]) -> None:
        done.append(record["body"])
        if record["body"] == "1":
            raise ValueError

    records = [sqs_record(number, LaneContext("v1"), arn) for number in range(4)]
    answer = each_record(handle, {"Records": records}, read_settings=own("v1"))
    assert done == ["0", "1"]
    assert answer["batchItemFailures"] == [{"itemIdentifier": f"m{number}"} for number in (1, 2, 3)]


def test_a_stream_goes_on_from_the_first_failure() -> None:
    def record(number: int) -> dict[str, Any]:
        change = {"SequenceNumber": str(number), "NewImage": {"lane": {"S": f"v{number}"}}}
        return {"eventSource": "aws:dynamodb", "dynamodb": change}

    seen = []

    def handle(record: dict[str, Any]) -> None:
        found = current()
        assert found is not None
        seen.append(found.lane)
        if found.lane == "v2":
            raise ValueError

    answer = each_record(handle, {"Records": [record(number) for number in (1, 2, 3)]}, read_settings=own("shared"))
    assert seen == ["v1", "v2"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}


def seen_by(lane: str, event: Any, context: Any = CONTEXT, **options: Any) -> tuple[Any, LaneContext | None]:
    """The event a handler is given, and the passage it runs in."""
    handler = in_lane(read_settings=own(lane), **options)(lambda given, _: (given, current()))
    found: tuple[Any, LaneContext | None] = handler(event, context)
    return found


V2 = LaneContext("v2", "staff", "7")


@pytest.mark.parametrize(
    ("event", "given"),
    [
        (json.loads(lambda_invoke({"InvocationType": "Event", "Payload": b'{"a": 1}'}, V2)["Payload"]), {"a": 1}),
        (json.loads(lambda_invoke({"InvocationType": "Event", "Payload": b"[1]"}, V2)["Payload"]), [1]),
        (json.loads(start_execution({"input": '{"a": 1}'}, V2)["input"]), {"a": 1}),
    ],
)
def test_a_handler_gets_the_event_its_caller_meant(event: Any, given: Any) -> None:
    assert seen_by("v2", event) == (given, V2)


def test_an_invoked_function_reads_the_client_context() -> None:
    sent = lambda_invoke({"FunctionName": "f", "Payload": b'{"a": 1}'}, V2)
    client_context = SimpleNamespace(**json.loads(base64.b64decode(sent["ClientContext"])))
    assert seen_by("v2", {"a": 1}, SimpleNamespace(client_context=client_context)) == ({"a": 1}, V2)


def test_events_and_notifications_arrive_whole() -> None:
    event = event_of(V2)
    assert seen_by("v2", event) == (event, V2)
    sent = publish({"TopicArn": "t", "Message": "m"}, V2, own_lane)["MessageAttributes"]
    sns = {"Records": [{"EventSource": "aws:sns", "Sns": notification(sent)}]}
    assert seen_by("v2", sns) == (sns, V2)


@pytest.mark.parametrize(("lane", "home"), [("v1", "v1"), ("v2", "v2"), ("shared", "v1")])
def test_work_without_a_lane_is_the_own_lanes(lane: str, home: str) -> None:
    assert seen_by(lane, {"a": 1}) == ({"a": 1}, LaneContext(home))


def test_another_lanes_work_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongLaneError, match="this is lane v1, the request belongs to v2"):
        seen_by("v1", event_of(V2))
    assert [line["LaneMismatch"] for line in metric_lines(capsys.readouterr().out)] == [1]


def test_the_result_of_a_state_carries_the_lane_to_the_next_one() -> None:
    def double(event: Any, context: Any) -> Any:
        return {"n": event["n"] * 2}

    step = in_lane(read_settings=own("shared"), pass_on=True)(double)
    first = step(json.loads(start_execution({"input": '{"n": 1}'}, V2)["input"]), CONTEXT)
    second = step(first, CONTEXT)
    assert seen_by("v2", second) == ({"n": 4}, V2)


def test_logs_of_the_standard_library_name_the_lane_too() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "m", (), None)
    seen_by("v2", event_of(V2))
    assert LaneFilter("v2").filter(record)
    assert not hasattr(record, "gray_lane")
    in_lane(read_settings=own("v2"))(lambda *_: LaneFilter("v2").filter(record))(event_of(V2), CONTEXT)
    assert record.__dict__["gray_lane"] == "v2"
