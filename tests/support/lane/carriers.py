"""Every carrier as one step: a passage goes out through it, and what the other side reads comes back.

What AWS does in between is written down here as its documentation says, and nothing else.
"""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from lane import messages
from lane.http import outgoing
from lane.passage import Passage
from lane.reading import from_event, from_record

type Step = Callable[[Passage], Passage | None]


def own_lane(destination: str, lane: str) -> str:
    """Every consumer exists in every lane."""
    return lane


def invoked(found: Passage) -> Passage | None:
    """Lambda, synchronous: the client context arrives as an object."""
    sent = messages.lambda_invoke({"FunctionName": "f", "Payload": b"[1]"}, found)
    assert sent["Payload"] == b"[1]"
    client_context = SimpleNamespace(**json.loads(base64.b64decode(sent["ClientContext"])))
    return from_event(json.loads(sent["Payload"]), SimpleNamespace(client_context=client_context))


def invoked_later(found: Passage) -> Passage | None:
    """Lambda, asynchronous: AWS drops the client context."""
    sent = messages.lambda_invoke({"FunctionName": "f", "InvocationType": "Event", "Payload": b'{"a": 1}'}, found)
    return from_event(json.loads(sent["Payload"]), SimpleNamespace(client_context=None))


def started(found: Passage) -> Passage | None:
    """Step Functions; the state's task gets the input."""
    return from_event(
        json.loads(messages.start_execution({"stateMachineArn": "s", "input": '{"a": 1}'}, found)["input"])
    )


def put_event(found: Passage) -> Passage | None:
    """EventBridge, rule with a function as the target."""
    return from_event(event_of(found))


def event_of(found: Passage) -> dict[str, Any]:
    """The event that a rule delivers."""
    entry = {"Source": "shop", "DetailType": "Sold", "Detail": '{"a": 1}'}
    sent = messages.put_events({"Entries": [entry]}, found, "dev", own_lane)["Entries"][0]
    return {"detail-type": "Sold", "source": "shop", "detail": json.loads(sent["Detail"])}


def queued(found: Passage) -> Passage | None:
    """SQS, one message."""
    sent = messages.send_message({"QueueUrl": "q", "MessageBody": "b"}, found, own_lane)
    return from_record(sqs_record(sent["MessageAttributes"], "b"))


def queued_in_a_batch(found: Passage) -> Passage | None:
    """SQS, batch."""
    entries = [{"Id": "1", "MessageBody": "b"}]
    sent = messages.send_message_batch({"QueueUrl": "q", "Entries": entries}, found, own_lane)
    return from_record(sqs_record(sent["Entries"][0]["MessageAttributes"], "b"))


def event_in_a_queue(found: Passage) -> Passage | None:
    """EventBridge, rule with a queue as the target."""
    return from_record(sqs_record({}, json.dumps(event_of(found))))


def published(found: Passage) -> Passage | None:
    """SNS to a function."""
    sent = messages.publish({"TopicArn": "t", "Message": "m"}, found, own_lane)
    return from_event({"Records": [{"EventSource": "aws:sns", "Sns": notification(sent["MessageAttributes"])}]})


def published_to_a_queue(found: Passage) -> Passage | None:
    """SNS to SQS without raw delivery: the notification is the body."""
    entries = [{"Id": "1", "Message": "m"}]
    sent = messages.publish_batch({"TopicArn": "t", "PublishBatchRequestEntries": entries}, found, own_lane)
    attributes = sent["PublishBatchRequestEntries"][0]["MessageAttributes"]
    return from_record(sqs_record({}, json.dumps(notification(attributes))))


def published_raw(found: Passage) -> Passage | None:
    """SNS to SQS with raw delivery: attributes become the message's."""
    sent = messages.publish({"TopicArn": "t", "Message": "m"}, found, own_lane)
    return from_record(sqs_record(sent["MessageAttributes"], "m"))


def stored(found: Passage) -> Passage | None:
    """DynamoDB stream: the item has the baggage in `gray`."""
    carried = messages.enveloped({}, found)["gray"]["baggage"]
    image = {"pk": {"S": "a"}, "gray": {"S": carried}}
    return from_record({"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image}})


def requested(found: Passage) -> Passage | None:
    """HTTP behind a REST API, an HTTP API or a function URL."""
    headers = {name.title(): value for name, value in outgoing({}, found).items()}
    return from_event({"requestContext": {}, "headers": headers})


def requested_by_baggage_alone(found: Passage) -> Passage | None:
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
