"""Extracting the lane context from what a Lambda function is called with. Pure; anything malformed gives no context.

Shapes are those of the AWS documentation ("Using AWS Lambda with other services").
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lane.context import LaneContext, lane_context
from lane.propagation import baggage

ENVELOPE = "gray"
"""Member of JSON documents (payloads, EventBridge details, Step Functions inputs) that holds the lane context."""

PAYLOAD = "payload"
"""Beside ENVELOPE, holds a payload that is not a JSON object and so cannot take a member."""

ATTRIBUTE = "baggage"
"""Message attribute of SQS and SNS that holds the lane context."""

TO = "to"
"""Message attribute and member of details that rules and filters match: the consumer's lane."""


def from_event(event: Any, context: Any = None) -> LaneContext | None:
    """The lane context of a whole invocation; for a batch (`Records`) use `from_record` on each."""
    invoked = from_client_context(context)
    if invoked is not None:
        return invoked
    if not isinstance(event, Mapping):
        return None
    if "requestContext" in event and ("headers" in event or "multiValueHeaders" in event):
        return from_headers(headers_of(event))
    if "detail-type" in event:
        return from_detail(event.get("detail"))
    records = event.get("Records")
    if isinstance(records, Sequence) and len(records) == 1:
        return from_record(records[0])
    return from_document(event.get(ENVELOPE))


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Headers of a REST API, HTTP API or function URL event, names in lower case; a name given twice is joined."""
    single, several = event.get("headers"), event.get("multiValueHeaders")
    found = {str(name).lower(): str(value) for name, value in single.items()} if isinstance(single, Mapping) else {}
    for name, values in several.items() if isinstance(several, Mapping) else ():
        if isinstance(values, list):
            found[str(name).lower()] = ",".join(str(value) for value in values)
    return found


def from_headers(headers: Mapping[str, str]) -> LaneContext | None:
    """From headers with names in lower case. The edge sets `x-gray-version`; baggage alone is enough too."""
    text = headers.get("baggage")
    ours, others = baggage.parse(text) if text else ({}, ())
    lane = headers.get("x-gray-version", ours.get("lane"))
    reason = headers.get("x-gray-reason", ours.get("reason", ""))
    revision = headers.get("x-gray-revision", ours.get("revision", ""))
    return lane_context(lane, reason, revision, headers.get("x-gray-to", ours.get("to", "")), others)


def from_document(document: Any) -> LaneContext | None:
    """From the ENVELOPE member of a JSON document."""
    if not isinstance(document, Mapping):
        return None
    text = document.get("baggage")
    return baggage.context_of(text) if isinstance(text, str) else None


def from_detail(detail: Any) -> LaneContext | None:
    """From the detail of an EventBridge event."""
    return from_document(detail.get(ENVELOPE)) if isinstance(detail, Mapping) else None


def from_client_context(context: Any) -> LaneContext | None:
    """From the client context of a synchronous invoke (AWS drops it from asynchronous ones)."""
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return from_document(custom.get(ENVELOPE)) if isinstance(custom, Mapping) else None


def from_record(record: Any) -> LaneContext | None:
    """From one record of an SQS, SNS or DynamoDB stream batch."""
    if not isinstance(record, Mapping):
        return None
    source = record.get("eventSource") or record.get("EventSource")
    if source == "aws:sqs":
        return _from_attributes(record.get("messageAttributes"), "stringValue") or _from_body(record.get("body"))
    if source == "aws:sns":
        sns = record.get("Sns")
        return _from_attributes(sns.get("MessageAttributes"), "Value") if isinstance(sns, Mapping) else None
    if source == "aws:dynamodb":
        return _from_images(record.get("dynamodb"))
    return None


def _from_attributes(attributes: Any, value: str) -> LaneContext | None:
    if not isinstance(attributes, Mapping):
        return None

    def text(name: str) -> Any:
        attribute = attributes.get(name)
        return attribute.get(value) if isinstance(attribute, Mapping) else None

    carried = text(ATTRIBUTE)
    if isinstance(carried, str):
        return baggage.context_of(carried)
    # A message without room for two attributes carries `to` alone, when it is the lane itself (see inject).
    to = text(TO)
    return lane_context(to, to=to)


def _from_body(body: Any) -> LaneContext | None:
    """From a queue message that SNS (without raw delivery) or an EventBridge rule wrote."""
    # Most bodies are neither; they are not parsed for it.
    if not isinstance(body, str) or ('"MessageAttributes"' not in body and '"detail-type"' not in body):
        return None
    try:
        inner = json.loads(body)
    except ValueError:
        return None
    if not isinstance(inner, Mapping):
        return None
    if inner.get("Type") == "Notification":
        return _from_attributes(inner.get("MessageAttributes"), "Value")
    return from_detail(inner.get("detail")) if "detail-type" in inner else None


def _from_images(change: Any) -> LaneContext | None:
    """From the item itself: the attribute ENVELOPE (baggage text) or, as in our tables, `lane`."""
    if not isinstance(change, Mapping):
        return None
    image = change.get("NewImage") or change.get("OldImage")
    if not isinstance(image, Mapping):
        return None

    def text(name: str) -> Any:
        value = image.get(name)
        return value.get("S") if isinstance(value, Mapping) else None

    carried = text(ENVELOPE)
    return baggage.context_of(carried) if isinstance(carried, str) else lane_context(text("lane"))


def unwrapped(event: Any) -> Any:
    """The event as it was before an asynchronous carrier put the lane context in: what the handler expects."""
    if not isinstance(event, Mapping) or "requestContext" in event or from_document(event.get(ENVELOPE)) is None:
        return event
    if event.keys() == {ENVELOPE, PAYLOAD}:
        return event[PAYLOAD]
    return {name: value for name, value in event.items() if name != ENVELOPE}
