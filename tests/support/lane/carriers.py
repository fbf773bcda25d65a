"""Every carrier as one step: a passage goes out through it, and what the other side reads comes back.

What AWS does in between is written down here as its documentation says, and nothing else.
"""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from lane.context import LaneContext
from lane.http import outgoing
from lane.propagation import inject
from lane.propagation.extract import from_event, from_record

type Step = Callable[[LaneContext], LaneContext | None]


def own_lane(destination: str, lane: str) -> str:
    """Every consumer exists in every lane."""
    return lane


def invoked(found: LaneContext) -> LaneContext | None:
    """Lambda, synchronous: the client context arrives as an object."""
    sent = inject.lambda_invoke({"FunctionName": "f", "Payload": b"[1]"}, found)
    assert sent["Payload"] == b"[1]"
    client_context = SimpleNamespace(**json.loads(base64.b64decode(sent["ClientContext"])))
    return from_event(json.loads(sent["Payload"]), SimpleNamespace(client_context=client_context))


def invoked_later(found: LaneContext) -> LaneContext | None:
    """Lambda, asynchronous: AWS drops the client context."""
    sent = inject.lambda_invoke({"FunctionName": "f", "InvocationType": "Event", "Payload": b'{"a": 1}'}, found)
    return from_event(json.loads(sent["Payload"]), SimpleNamespace(client_context=None))


def started(found: LaneContext) -> LaneContext | None:
    """Step Functions; the state's task gets the input."""
    return from_event(json.loads(inject.start_execution({"stateMachineArn": "s", "input": '{"a": 1}'}, found)["input"]))


def put_event(found: LaneContext) -> LaneContext | None:
    """EventBridge, rule with a function as the target."""
    return from_event(event_of(found))


def event_of(found: LaneContext) -> dict[str, Any]:
    """The event that a rule delivers."""
    entry = {"Source": "shop", "DetailType": "Sold", "Detail": '{"a": 1}'}
    sent = inject.put_events({"Entries": [entry]}, found, "dev", own_lane)["Entries"][0]
    return {"detail-type": "Sold", "source": "shop", "detail": json.loads(sent["Detail"])}


def queued(found: LaneContext) -> LaneContext | None:
    """SQS, one message."""
    sent = inject.send_message({"QueueUrl": "q", "MessageBody": "b"}, found, own_lane)
    return from_record(sqs_record(sent["MessageAttributes"], "b"))


def queued_in_a_batch(found: LaneContext) -> LaneContext | None:
    """SQS, batch."""
    entries = [{"Id": "1", "MessageBody": "b"}]
    sent = inject.send_message_batch({"QueueUrl": "q", "Entries": entries}, found, own_lane)
    return from_record(sqs_record(sent["Entries"][0]["MessageAttributes"], "b"))


def event_in_a_queue(found: LaneContext) -> LaneContext | None:
    """EventBridge, rule with a queue as the target."""
    return from_record(sqs_record({}, json.dumps(event_of(found))))


def published(found: LaneContext) -> LaneContext | None:
    """SNS to a function."""
    sent = inject.publish({"TopicArn": "t", "Message": "m"}, found, own_lane)
    return from_event({"Records": [{"EventSource": "aws:sns", "Sns": notification(sent["MessageAttributes"])}]})


def published_to_a_queue(found: LaneContext) -> LaneContext | None:
    """SNS to SQS without raw delivery: the notification is the body."""
    entries = [{"Id": "1", "Message": "m"}]
    sent = inject.publish_batch({"TopicArn": "t", "PublishBatchRequestEntries": entries}, found, own_lane)
    attributes = sent["PublishBatchRequestEntries"][0]["MessageAttributes"]
    return from_record(sqs_record({}, json.dumps(notification(attributes))))


def published_raw(found: LaneContext) -> LaneContext | None:
    """SNS to SQS with raw delivery: attributes become the message's."""
    sent = inject.publish({"TopicArn": "t", "Message": "m"}, found, own_lane)
    return from_record(sqs_record(sent["MessageAttributes"], "m"))


def stored(found: LaneContext) -> LaneContext | None:
    """DynamoDB stream: the item has the baggage in `gray`."""
    carried = inject.enveloped({}, found)["gray"]["baggage"]
    image = {"pk": {"S": "a"}, "gray": {"S": carried}}
    return from_record({"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image}})


def requested(found: LaneContext) -> LaneContext | None:
    """HTTP behind a REST API, an HTTP API or a function URL."""
    headers = {name.title(): value for name, value in outgoing({}, found).items()}
    return from_event({"requestContext": {}, "headers": headers})


def requested_by_baggage_alone(found: LaneContext) -> LaneContext | None:
    """HTTP through an OpenTelemetry service, which passes on baggage only."""
    return from_event({"requestContext": {}, "headers": {"baggage": outgoing({}, found)["baggage"]}})


def sqs_record(attributes: dict[str, Any], body: str) -> dict[str, Any]:
    """A record as the SQS event source delivers it."""
    seen = {name: {"stringValue": given["StringValue"], "dataType": "String"} for name, given in attributes.items()}
    return {"eventSource": "aws:sqs", "messageId": "1", "body": body, "messageAttributes": seen}


def notification(attributes: dict[str, Any]) -> dict[str, Any]:
    """What SNS makes of a message."""
    seen = {name: {"Type": "String", "Value": given["StringValue"]} for name, given in attributes.items()}
    return {"Type": "Notification", "Message": "m", "MessageAttributes": seen}


EVERY: tuple[Step, ...] = (
    invoked,
    invoked_later,
    started,
    put_event,
    queued,
    queued_in_a_batch,
    event_in_a_queue,
    published,
    published_to_a_queue,
    published_raw,
    stored,
    requested,
    requested_by_baggage_alone,
)
