"""Injecting the lane context into what boto3 sends. Pure: parameters of a call in, changed parameters out.

Each function returns new parameters and leaves those of the caller alone, which may be used again for another lane.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from lane.context import LaneContext, addressed, is_lane
from lane.propagation import baggage
from lane.propagation.extract import ATTRIBUTE, ENVELOPE, PAYLOAD, TO

type Parameters = dict[str, Any]
type ChooseLane = Callable[[str, str], str]
"""(destination, lane carried) -> lane of the consumer."""

_STAMPS = frozenset({"environment", "lane", TO})

MOST_ATTRIBUTES = 10
"""Of an SQS message, and of an SNS message with raw delivery (both developer guides, "message attributes")."""

MOST_CLIENT_CONTEXT = 3583
"""Bytes of base64 that Lambda's Invoke takes as ClientContext (API reference, Invoke)."""


class NoRoomError(ValueError):
    """When a message has no attribute left for the lane. Without it another lane could take the message."""

    def __init__(self, attributes: int) -> None:
        super().__init__(
            f"the message has {attributes} attributes of its own and the lane does not fit in the {MOST_ATTRIBUTES}"
            " that SQS and SNS take: send one attribute less, or put it into the body"
        )


class TakenError(ValueError):
    """When a message has something of its own where the lane is carried. Overwritten, it would be lost in silence."""

    def __init__(self, where: str) -> None:
        super().__init__(f"the message's own {where} is where the lane library puts the lane: give yours another name")


def same_lane(destination: str, lane: str) -> str:
    """Chooses the lane that is carried: for destinations of which nothing is known."""
    return lane


def lambda_invoke(parameters: Parameters, found: LaneContext, choose: ChooseLane = same_lane) -> Parameters:
    """Synchronous: in the client context, the payload stays as it is. Asynchronous: in the payload."""
    found = _called(found, choose(str(parameters.get("FunctionName", "")), found.lane))
    if parameters.get("InvocationType") == "Event":
        return parameters | {"Payload": json.dumps(enveloped(_loaded(parameters.get("Payload")), found)).encode()}
    custom = {ENVELOPE: {"baggage": baggage.render(found, most_bytes=1024)}}
    context = json.loads(base64.b64decode(parameters["ClientContext"])) if "ClientContext" in parameters else {}
    context["custom"] = {**(context.get("custom") or {}), **custom}
    encoded = base64.b64encode(json.dumps(context, separators=(",", ":")).encode()).decode()
    if len(encoded) > MOST_CLIENT_CONTEXT:
        raise NoRoomError(len(context["custom"]))
    return parameters | {"ClientContext": encoded}


def start_execution(parameters: Parameters, found: LaneContext, choose: ChooseLane = same_lane) -> Parameters:
    """Step Functions: in the input, which every state sees as `$.gray`."""
    found = _called(found, choose(str(parameters.get("stateMachineArn", "")), found.lane))
    return parameters | {"input": json.dumps(enveloped(_loaded(parameters.get("input")), found))}


def _called(found: LaneContext, to: str) -> LaneContext:
    """Addressed, unless the caller did that already; nothing is said where the lane itself is meant."""
    return found if found.to or to == found.lane else addressed(found, to)


def enveloped(document: Any, found: LaneContext) -> Any:
    """The document with the lane context in it; `lane.propagation.extract.unwrapped` is the way back."""
    carried = {"version": found.lane, "baggage": baggage.render(found)}
    if isinstance(document, dict):
        return document | {ENVELOPE: carried}
    return {ENVELOPE: carried, PAYLOAD: document}


def put_events(
    parameters: Parameters, found: LaneContext, environment: str, choose: ChooseLane, trace: str = ""
) -> Parameters:
    """EventBridge: `gray`, `lane` and `environment` in each detail, and `to`, which the consumers' rules match.

    trace: X-Ray header that the targets go on with; an entry's own counts more.
    """
    entries = [_entry(entry, found, environment, choose) for entry in parameters["Entries"]]
    traced = {"TraceHeader": trace} if trace else {}
    return parameters | {"Entries": [traced | entry for entry in entries]}


def _entry(entry: Mapping[str, Any], found: LaneContext, environment: str, choose: ChooseLane) -> dict[str, Any]:
    detail = json.loads(entry.get("Detail") or "{}")
    if not isinstance(detail, dict):
        return dict(entry)  # EventBridge refuses it with its own words
    # One that was received and goes on has the envelope, and is stamped anew.
    if ENVELOPE not in detail and (taken := detail.keys() & _STAMPS):
        raise TakenError(f"detail.{min(taken)}")
    to = choose(str(entry.get("Source", "")), found.lane)
    stamped = detail | {"environment": environment, "lane": found.lane, TO: to}
    return {**entry, "Detail": json.dumps(enveloped(stamped, addressed(found, to)))}


def send_message(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SQS, one message."""
    return parameters | _with_attributes(parameters, found, choose(parameters["QueueUrl"], found.lane), filtered=False)


def send_message_batch(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SQS, up to ten messages."""
    to = choose(parameters["QueueUrl"], found.lane)
    entries = [entry | _with_attributes(entry, found, to, filtered=False) for entry in parameters["Entries"]]
    return parameters | {"Entries": entries}


def publish(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SNS, one message. Subscriptions filter on the attribute `to`."""
    topic = parameters.get("TopicArn") or parameters.get("TargetArn")
    if not topic:
        return parameters  # a text message to a phone takes none of it
    return parameters | _with_attributes(parameters, found, choose(topic, found.lane), filtered=True)


def publish_batch(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SNS, up to ten messages."""
    to = choose(parameters["TopicArn"], found.lane)
    entries = [
        entry | _with_attributes(entry, found, to, filtered=True) for entry in parameters["PublishBatchRequestEntries"]
    ]
    return parameters | {"PublishBatchRequestEntries": entries}


def _with_attributes(message: Mapping[str, Any], found: LaneContext, to: str, *, filtered: bool) -> Parameters:
    given = message.get("MessageAttributes") or {}
    if TO in given and not is_lane(given[TO].get("StringValue")):
        raise TakenError(f"attribute `{TO}`")
    own = {name: value for name, value in given.items() if name not in (ATTRIBUTE, TO)}
    members = baggage.parse(given.get(ATTRIBUTE, {}).get("StringValue", ""))[1]
    sent = addressed(baggage.extended(found, members), to)
    carried = {ATTRIBUTE: _text(baggage.render(sent)), TO: _text(to)}
    if len(own) == MOST_ATTRIBUTES - 1:
        # One place is left. A filter needs `to`, which says the lane as well when they are the same; a queue that was
        # named by the caller needs only the lane.
        if filtered and to != found.lane:
            raise NoRoomError(len(own))
        del carried[ATTRIBUTE if filtered else TO]
    elif len(own) > MOST_ATTRIBUTES - 1:
        raise NoRoomError(len(own))
    return {"MessageAttributes": own | carried}


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def _loaded(payload: Any) -> Any:
    if payload is None or payload in (b"", ""):
        return {}
    return json.loads(payload.read() if hasattr(payload, "read") else payload)
