"""Extracting the lane context from what a Lambda function is called with. Pure; anything malformed gives no context.

Shapes are those of the AWS documentation ("Using AWS Lambda with other services"; of destinations and dead letters:
"Capturing records of Lambda asynchronous invocations"). What we wrote beside a payload counts first, then the payload's
own form: an API event that a function of v2 hands on is v2's, whatever the headers in it say.
"""

import base64
from collections.abc import Mapping
from typing import Any

from lane.context import LaneContext, lane_context
from lane.propagation import baggage, splice

ENVELOPE = "gray"
"""Member of JSON documents (payloads, EventBridge details, Step Functions inputs) that holds the lane context."""

PAYLOAD = "payload"
"""Beside ENVELOPE, holds a payload that is not a JSON object and so cannot take a member. In it: says that it does."""

ATTRIBUTE = "baggage"
"""Message attribute of SQS and SNS that holds the lane context."""

TO = "to"
"""Message attribute and member of details that rules and filters match: the consumer's lane."""


_WRAPPINGS = (
    # A Lambda destination's record of an asynchronous invocation.
    *("requestPayload", "responsePayload"),
    # Step Functions: a Lambda task's result, the context object (`$$`), a batch of a distributed map, a nested
    # execution, and how its documentation names a state's input beside a task token.
    *("Payload", "payload", "Execution", "Context", "context", "BatchInput"),
    *("Input", "input", "Output", "output"),
)
"""Members that hold another service's whole event or document, in the order in which they are looked into."""

_DEEPEST = 8
"""As many wrappings are opened: an event in a notification in a queue's body in a destination's record has four."""


def from_event(event: Any, context: Any = None) -> LaneContext | None:
    """The lane context of a whole invocation; for a batch (`Records`) use `from_record` on each."""
    return from_client_context(context) or _from_any(event, _DEEPEST)


def written(event: Any, context: Any = None) -> LaneContext | None:
    """What the function that invoked this one wrote beside its payload, whatever the payload itself says."""
    return from_client_context(context) or from_document(event.get(ENVELOPE) if isinstance(event, Mapping) else None)


def _from_any(event: Any, left: int) -> LaneContext | None:
    if not left:
        return None
    if isinstance(event, list):
        return _agreed([found for each in event if (found := _from_item(each, left - 1))])
    if not isinstance(event, Mapping):
        return None
    beside = written(event)
    if beside is not None:
        return beside
    if "requestContext" in event and ("headers" in event or "multiValueHeaders" in event):
        return from_headers(headers_of(event))
    if "detail-type" in event:
        return _from_any(event.get("detail"), left - 1)
    records = event.get("Records")
    if isinstance(records, list) and len(records) == 1:
        return _from_record(records[0], left - 1)
    for name in _WRAPPINGS:
        inner = event.get(name)
        found = _from_text(inner, left - 1) if isinstance(inner, str) else _from_any(inner, left - 1)
        if found is not None:
            return found
    return None


def _from_item(item: Any, left: int) -> LaneContext | None:
    """One of a list: the records that EventBridge Pipes sends, the results of Step Functions' Map and Parallel."""
    return _from_record(item, left) or _from_any(item, left)


def _agreed(found: list[LaneContext]) -> LaneContext | None:
    """The lane context of work that has several; none if they are of several lanes."""
    return found[0] if len({each.lane for each in found}) == 1 else None


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


def from_client_context(context: Any) -> LaneContext | None:
    """From the client context of a synchronous invoke (AWS drops it from asynchronous ones)."""
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return from_document(custom.get(ENVELOPE)) if isinstance(custom, Mapping) else None


def from_record(record: Any) -> LaneContext | None:
    """From one record of an SQS, SNS, DynamoDB stream or Kinesis batch; other records have none."""
    return _from_record(record, _DEEPEST)


def _from_record(record: Any, left: int) -> LaneContext | None:
    if not isinstance(record, Mapping):
        return None
    source = record.get("eventSource") or record.get("EventSource")
    if source == "aws:sqs":
        return _from_attributes(record.get("messageAttributes"), "stringValue") or _from_text(record.get("body"), left)
    if source == "aws:sns":
        return _from_notification(record.get("Sns"), left)
    if source == "aws:dynamodb":
        return _from_images(record.get("dynamodb"))
    if source == "aws:kinesis":
        # EventBridge Pipes puts the members of `kinesis` into the record itself.
        return _from_data(record.get("kinesis", record), left)
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


def _from_notification(notification: Any, left: int) -> LaneContext | None:
    """From what SNS makes of a message: its attributes, or what EventBridge or Lambda published as its text."""
    if not isinstance(notification, Mapping):
        return None
    attributes = notification.get("MessageAttributes")
    return _from_attributes(attributes, "Value") or _from_text(notification.get("Message"), left - 1)


def _from_text(text: Any, left: int) -> LaneContext | None:
    """From JSON that AWS wrote into a message: a notification, an event or a part of it, a payload, a record of one."""
    # Most bodies are nothing of this kind; they are not read for it.
    if not left or not isinstance(text, str) or not ("gray.version" in text or '"MessageAttributes"' in text):
        return None
    inner = splice.loaded(text)
    if isinstance(inner, Mapping) and inner.get("Type") == "Notification":
        return _from_notification(inner, left)
    return _from_any(inner, left)


def _from_data(kinesis: Any, left: int) -> LaneContext | None:
    data = kinesis.get("data") if isinstance(kinesis, Mapping) else None
    if not isinstance(data, str):
        return None
    try:
        return _from_text(base64.b64decode(data).decode(), left)
    except ValueError:
        return None


def _from_images(change: Any) -> LaneContext | None:
    """From the item itself: the attribute ENVELOPE (baggage text, or a whole envelope) or, as in our tables, `lane`."""
    if not isinstance(change, Mapping):
        return None
    image = change.get("NewImage") or change.get("OldImage")
    if not isinstance(image, Mapping):
        return None

    def text(name: str, of: Mapping[str, Any]) -> Any:
        value = of.get(name)
        return value.get("S") if isinstance(value, Mapping) else None

    whole = image.get(ENVELOPE)
    inner = whole.get("M") if isinstance(whole, Mapping) else None
    carried = text("baggage", inner) if isinstance(inner, Mapping) else text(ENVELOPE, image)
    own = baggage.context_of(carried) if isinstance(carried, str) else None
    return own or lane_context(text("lane", image))


def unwrapped(event: Any) -> Any:
    """The event as it was before an asynchronous carrier put the lane context in: what the handler expects."""
    if not isinstance(event, Mapping) or from_document(event.get(ENVELOPE)) is None:
        return event
    if wraps(event):
        return event[PAYLOAD]
    return {name: value for name, value in event.items() if name != ENVELOPE}


def wraps(event: Mapping[str, Any]) -> bool:
    """Whether this was made of a payload that is no object, and not of an object with a member PAYLOAD."""
    envelope = event.get(ENVELOPE)
    return event.keys() == {ENVELOPE, PAYLOAD} and isinstance(envelope, Mapping) and envelope.get(PAYLOAD) is True
