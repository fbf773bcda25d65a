"""The lane is read from what a function hands on, and from what AWS wraps around it. Shapes as AWS documents them."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.lane.carriers import event_of, notification, own_lane, sqs_record

from lane import LaneContext, Settings, WrongLaneError, current
from lane.handlers import each_record, in_lane
from lane.propagation.extract import from_event, from_record, unwrapped
from lane.propagation.inject import enveloped, lambda_invoke, publish, send_message, start_execution

V2 = LaneContext("v2", "ramp", "7")
DETAIL = event_of(V2)["detail"]


def handed_on(event: Any) -> Any:
    """What a worker gets of this event from a function of v2, which invokes it asynchronously."""
    parameters = {"FunctionName": "worker", "InvocationType": "Event", "Payload": json.dumps(event)}
    return json.loads(lambda_invoke(parameters, V2)["Payload"])


PAYLOAD = handed_on({"a": 1})
INPUT = json.loads(start_execution({"stateMachineArn": "s", "input": '{"order": 1, "items": [1, 2]}'}, V2)["input"])


def s3(count: int) -> Any:
    return {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": f"k{n}"}}} for n in range(count)]}


def sns(message: str, attributes: dict[str, Any] | None = None) -> Any:
    record = {"EventSource": "aws:sns", "Sns": notification(attributes or {}) | {"Message": message}}
    return {"Records": [record]}


def destination(request: Any, response: Any = None, condition: str = "RetriesExhausted") -> Any:
    """The record of an asynchronous invocation that Lambda sends to a destination."""
    return {
        "version": "1.0",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "requestContext": {"requestId": "1", "functionArn": "f", "condition": condition, "approximateInvokeCount": 3},
        "requestPayload": request,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": response,
    }


def on_bus(detail: Any) -> Any:
    return {"detail-type": "Lambda Function Invocation Result - Success", "source": "lambda", "detail": detail}


def kinesis(document: Any) -> Any:
    return {"sequenceNumber": "4", "data": base64.b64encode(json.dumps(document).encode()).decode()}


AWS_EVENTS = {
    "S3, one record": s3(1),
    "S3, two records": s3(2),
    "EventBridge of AWS": {"detail-type": "Object Created", "source": "aws.s3", "detail": {"k": 1}},
    "EventBridge of v1": event_of(LaneContext("v1")),
    "schedule": {"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}},
    "SNS": sns("x"),
    "SNS of v1": sns("x", publish({"TopicArn": "t", "Message": "m"}, LaneContext("v1"), own_lane)["MessageAttributes"]),
    "SQS batch": {"Records": [sqs_record({}, "a"), sqs_record({}, "b")]},
    "API": {"requestContext": {}, "headers": {"host": "x"}, "body": "1"},
    "API of v1": {"requestContext": {}, "headers": {"x-gray-version": "v1"}, "body": '{"gray": 1}'},
    "API, several values": {"requestContext": {"elb": {}}, "multiValueHeaders": {"x-gray-version": ["v1"]}},
    "web socket": {"requestContext": {"routeKey": "$default"}, "body": "{}"},
    "Cognito": {"triggerSource": "PostConfirmation_ConfirmSignUp", "request": {"userAttributes": {}}},
    "AppSync": {"arguments": {"input": {}}, "request": {"headers": {"x-gray-version": "v1"}}, "info": {}},
    "Firehose": {"invocationId": "1", "records": [{"recordId": "1", "data": "eA=="}]},
    "CloudWatch Logs": {"awslogs": {"data": "eA=="}},
    "authorizer": {"type": "TOKEN", "authorizationToken": "t", "methodArn": "arn"},
    "Pipes": [sqs_record({}, "a")],
    "Bedrock agent": {"messageVersion": "1.0", "agent": {}, "inputText": "hi"},
    "destination's record": destination({"a": 1}),
    "stream": {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": {"lane": {"S": "v1"}}}}]},
}


@pytest.mark.parametrize("event", AWS_EVENTS.values(), ids=AWS_EVENTS.keys())
def test_a_workers_lane_is_that_of_the_function_that_handed_the_event_on(event: Any) -> None:
    sent = handed_on(event)
    assert from_event(sent) == V2
    assert unwrapped(sent) == event
    # And again, from a worker that passes on all it got.
    assert (from_event(handed_on(sent)), unwrapped(handed_on(sent))) == (V2, event)


WRAPPED = {
    # Dead letters of asynchronous invocations hold the payload alone.
    "dead letter, SQS": sqs_record({"ErrorCode": {"StringValue": "200"}}, json.dumps(PAYLOAD)),
    "dead letter, SNS": sns(json.dumps(PAYLOAD)),
    "dead letter, SNS to SQS": sqs_record({}, json.dumps(notification({}) | {"Message": json.dumps(PAYLOAD)})),
    "dead letter of a rule": sqs_record({"RULE_ARN": {"StringValue": "r"}}, json.dumps(event_of(V2))),
    "dead letter of an API event": sqs_record({}, json.dumps(handed_on(AWS_EVENTS["API of v1"]))),
    "redrive of a queue": sqs_record(
        send_message({"QueueUrl": "q", "MessageBody": "b"}, V2, own_lane)["MessageAttributes"], "b"
    ),
    # Destinations.
    "destination, Lambda": destination(PAYLOAD),
    "destination, Lambda, after an API event": destination(handed_on(AWS_EVENTS["API of v1"])),
    "destination, of what passes on": destination({"a": 1}, enveloped({"b": 2}, V2), "Success"),
    "destination, of an EventBridge event": destination(event_of(V2)),
    "destination, SQS": sqs_record({}, json.dumps(destination(PAYLOAD))),
    "destination, SNS": sns(json.dumps(destination(PAYLOAD))),
    "destination, EventBridge": on_bus(destination(PAYLOAD)),
    "destination, EventBridge to SQS": sqs_record({}, json.dumps(on_bus(destination(PAYLOAD)))),
    "destination of a destination": destination(destination(PAYLOAD)),
    # EventBridge to others, whole and with InputPath.
    "rule to SQS": sqs_record({}, json.dumps(event_of(V2))),
    "rule to SQS, $.detail": sqs_record({}, json.dumps(DETAIL)),
    "rule to SNS": sns(json.dumps(event_of(V2))),
    "rule to SNS, $.detail": sns(json.dumps(DETAIL)),
    "rule to SNS to SQS": sqs_record({}, json.dumps(notification({}) | {"Message": json.dumps(event_of(V2))})),
    "rule to SNS to SQS, raw, $.detail": sqs_record({}, json.dumps(DETAIL)),
    "rule to Lambda, $.detail": DETAIL,
    "rule to Kinesis": {"eventSource": "aws:kinesis", "kinesis": kinesis(event_of(V2))},
    "rule to Kinesis, by Pipes": [{"eventSource": "aws:kinesis", **kinesis(DETAIL)}],
    "archive, replayed": event_of(V2) | {"replay-name": "again"},
    "rule to another bus": event_of(V2) | {"account": "2"},
    "JSON with escaped characters": sqs_record({}, json.dumps(DETAIL).replace("=", "\\u003d").replace('"', '"')),
    "body with numbers that Python refuses": sqs_record({}, '{"n":' + "9" * 5000 + "," + json.dumps(DETAIL)[1:]),
    "body nested too deeply to be read": sqs_record(
        {}, '{"n":' + "[" * 99999 + "]" * 99999 + "," + json.dumps(DETAIL)[1:]
    ),
    # Step Functions.
    "state, whole input": INPUT,
    "state, task's result": {"ExecutedVersion": "$LATEST", "Payload": enveloped({"b": 1}, V2), "StatusCode": 200},
    "state, with a task token": {"token": "t", "input": INPUT},
    "state, input by its name": {"Input": INPUT},
    "state, context object": {"Execution": {"Id": "x", "Input": INPUT}, "State": {"Name": "s"}},
    "state, context object by its name": {"Context": {"Execution": {"Input": INPUT}}, "order": 1},
    "state, item with the lane named": {"item": 1, "gray": INPUT["gray"]},
    "state, item's context object": {"Map": {"Item": {"Index": 0, "Value": 1}}, "Execution": {"Input": INPUT}},
    "state, batch of a distributed map": {"Items": [1, 2], "BatchInput": {"gray": INPUT["gray"]}},
    "state, results of a map": [enveloped({"n": 1}, V2), enveloped({"n": 2}, V2)],
    "state, results of tasks in parallel": [{"Payload": enveloped(1, V2)}, {"done": True}],
    "state, nested execution": {
        "ExecutionArn": "e",
        "Output": json.dumps(enveloped({"b": 1}, V2)),
        "Status": "SUCCEEDED",
    },
    "state waits for a token behind SQS": sqs_record({}, json.dumps({"taskToken": "t", "input": INPUT})),
    "state sends a map's results to SQS": sqs_record({}, json.dumps([enveloped({"n": 1}, V2), enveloped(2, V2)])),
    "state in JSONata, all of $states": {"input": {"a": 1}, "context": {"Execution": {"Input": INPUT}}},
    "state sends its input to SQS": sqs_record({}, json.dumps(INPUT)),
    "state sends its input to SNS": sns(json.dumps(INPUT)),
    "state puts its input on the bus": {"detail-type": "t", "source": "s", "detail": INPUT},
    "state puts its input into an event": {"detail-type": "t", "source": "s", "detail": {"payload": INPUT}},
    # Pipes.
    "Pipes from SQS": [sqs_record(send_message({"QueueUrl": "q"}, V2, own_lane)["MessageAttributes"], "b")],
    # An item that was stored with the whole envelope.
    "item with an envelope": {
        "eventSource": "aws:dynamodb",
        "dynamodb": {"NewImage": {"gray": {"M": {"baggage": {"S": "gray.version=v2"}, "version": {"S": "v2"}}}}},
    },
    "item with a colour of its own": {
        "eventSource": "aws:dynamodb",
        "dynamodb": {"NewImage": {"gray": {"S": "light"}, "lane": {"S": "v2"}}},
    },
}


@pytest.mark.parametrize("event", WRAPPED.values(), ids=WRAPPED.keys())
def test_what_aws_wraps_keeps_the_lane(event: Any) -> None:
    found = from_record(event) if isinstance(event, dict) and "eventSource" in event else from_event(event)
    assert found is not None
    assert found.lane == "v2"


def nested(times: int, event: Any) -> Any:
    for _ in range(times):
        event = {"Payload": event}
    return event


WITHOUT = {
    "a body of a viewer's that only names it": sqs_record({}, json.dumps({"text": "gray.version=v2"})),
    "a member elsewhere": {"form": {"gray": PAYLOAD["gray"]}},
    "a member elsewhere in a detail": {"detail-type": "t", "detail": {"form": PAYLOAD}},
    "results of several lanes": [enveloped(1, V2), enveloped(1, LaneContext("v1"))],
    "no end of wrappings": nested(50, PAYLOAD),
    "a body that is no JSON": sqs_record({}, "gray.version=v2"),
    "a body that is a string": sqs_record({}, '"gray.version=v2"'),
    "a body that is a broken list": sqs_record({}, "[" + json.dumps(PAYLOAD)),
    "text that is no base64": {"eventSource": "aws:kinesis", "kinesis": {"data": "gray.version"}},
    "bytes that are not UTF-8": {"eventSource": "aws:kinesis", "kinesis": {"data": base64.b64encode(b"\xff").decode()}},
    "an invalid lane": {"gray": {"version": "v0", "baggage": "gray.version=v0"}},
    "a batch": {"Records": [sqs_record({}, json.dumps(DETAIL)), sqs_record({}, "b")]},
}


@pytest.mark.parametrize("event", WITHOUT.values(), ids=WITHOUT.keys())
def test_what_says_nothing_or_two_things_has_no_lane(event: Any) -> None:
    found = from_record(event) if isinstance(event, dict) and "eventSource" in event else from_event(event)
    assert found is None


def own(lane: str) -> Any:
    return lambda: Settings("test", lane, "/gray/test", "worker")


def test_a_batch_that_was_handed_on_is_of_the_lane_that_handed_it_on() -> None:
    seen = []
    event = handed_on({"Records": [sqs_record({}, "a"), {"eventSource": "aws:s3"}]})
    each_record(lambda _: seen.append(current()), event, read_settings=own("shared"))
    assert seen == [V2, V2]


def test_a_list_of_records_from_pipes_is_a_batch() -> None:
    def fail(record: dict[str, Any]) -> None:
        raise ValueError

    flat = {"eventSource": "aws:kinesis", **kinesis(DETAIL)}
    assert each_record(fail, [flat], read_settings=own("v2")) == {"batchItemFailures": [{"itemIdentifier": "4"}]}


def test_a_worker_of_another_lane_refuses_what_was_handed_on() -> None:
    handler = in_lane(read_settings=own("v1"))(lambda event, _: event)
    with pytest.raises(WrongLaneError):
        handler(handed_on(AWS_EVENTS["API of v1"]), SimpleNamespace(client_context=None))
