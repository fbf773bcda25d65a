"""Injecting the lane context into what boto3 sends. Pure: parameters of a call in, changed parameters out.

Each function returns new parameters and leaves those of the caller alone, which may be used again for another lane. The
caller's JSON goes out as it is, with a member of ours in it (`splice`). Parameters of a wrong type or missing ones are
passed on as they are, as boto3 says best what is wrong with them; so is text that is no JSON, which AWS refuses.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from lane.context import LaneContext, addressed, is_lane
from lane.guard import NoRoomError, TakenError
from lane.propagation import baggage, splice
from lane.propagation.extract import ATTRIBUTE, ENVELOPE, PAYLOAD, TO, from_document, wraps

type Parameters = dict[str, Any]
type ChooseLane = Callable[[str, str], str]
"""(destination, lane carried) -> lane of the consumer."""

_STAMPS = frozenset({"environment", "lane", TO})

MOST_ATTRIBUTES = 10
"""Of an SQS message, and of an SNS message with raw delivery (both developer guides, "message attributes")."""

MOST_CLIENT_CONTEXT = 3583
"""Bytes of base64 that Lambda's Invoke takes as ClientContext (API reference, Invoke)."""


def same_lane(destination: str, lane: str) -> str:
    """Chooses the lane that is carried: for destinations of which nothing is known."""
    return lane


def lambda_invoke(parameters: Parameters, found: LaneContext, choose: ChooseLane = same_lane) -> Parameters:
    """Synchronous: in the client context, the payload stays as it is. Asynchronous: in the payload.

    Raises TakenError for a payload or client context with a member `gray` of its own, and NoRoomError.
    """
    found = _called(found, choose(str(parameters.get("FunctionName", "")), found.lane))
    if parameters.get("InvocationType") == "Event":
        return parameters | _with_document(parameters, "Payload", found)
    carried = _carried(found, most_bytes=1024)
    encoded = parameters.get("ClientContext")
    text = _with_custom(encoded, carried) if encoded else splice.dumped({"custom": {ENVELOPE: carried}})
    if text is None:
        return parameters  # Lambda refuses it with its own words
    context = base64.b64encode(text.encode(errors="surrogateescape")).decode()
    if len(context) > MOST_CLIENT_CONTEXT:
        raise NoRoomError(
            f"with the lane in it, the client context has {len(context)} bytes of the {MOST_CLIENT_CONTEXT} that Lambda"
            " takes: put something of it into the payload"
        )
    return parameters | {"ClientContext": context}


def invoke_async(parameters: Parameters, found: LaneContext, choose: ChooseLane = same_lane) -> Parameters:
    """Lambda's InvokeAsync, which AWS calls deprecated: as an asynchronous `lambda_invoke`. Raises TakenError."""
    found = _called(found, choose(str(parameters.get("FunctionName", "")), found.lane))
    return parameters | _with_document(parameters, "InvokeArgs", found)


def start_execution(parameters: Parameters, found: LaneContext, choose: ChooseLane = same_lane) -> Parameters:
    """Step Functions: in the input, which every state sees as `$.gray`. Raises TakenError."""
    found = _called(found, choose(str(parameters.get("stateMachineArn", "")), found.lane))
    return parameters | _with_document(parameters, "input", found)


def _called(found: LaneContext, to: str) -> LaneContext:
    """Addressed, unless the caller did that already; nothing is said where the lane itself is meant."""
    return found if found.to or to == found.lane else addressed(found, to)


def enveloped(document: Any, found: LaneContext) -> Any:
    """The document with the lane context in it; `lane.propagation.extract.unwrapped` is the way back.

    Raises TakenError for an object with a member `gray` of its own.
    """
    if not isinstance(document, dict):
        return {ENVELOPE: _carried(found, wrapping=True), PAYLOAD: document}
    if ENVELOPE in document and from_document(document[ENVELOPE]) is None:
        raise TakenError(f"member `{ENVELOPE}`")
    return document | {ENVELOPE: _carried(found, wrapping=wraps(document))}


def _with_document(parameters: Parameters, name: str, found: LaneContext) -> Parameters:
    """The parameter that holds JSON, with the lane context in it, as text or bytes as it came."""
    given: Any = parameters.get(name, "")
    if hasattr(given, "read"):
        given = given.read()
    text = _text_of(given)
    if text is None:
        return {}
    carried = _in_text(text, found)
    return {name: carried if isinstance(given, str) else carried.encode(errors="surrogateescape")}


def _in_text(text: str, found: LaneContext) -> str:
    given = splice.document(text or "{}")
    if given is not None:
        _own_envelope(given)
        carried = _carried(found, wrapping=wraps(given.values()))
        return given.spliced({ENVELOPE: carried}, instead_of=(ENVELOPE,))
    if splice.is_json(text):
        return f'{splice.dumped({ENVELOPE: _carried(found, wrapping=True)})[:-1]},"{PAYLOAD}":{text}}}'
    return text  # AWS refuses it with its own words


def _carried(found: LaneContext, *, wrapping: bool = False, most_bytes: int = baggage.MOST_BYTES) -> dict[str, Any]:
    carried = {"version": found.lane, "baggage": baggage.render(found, most_bytes=most_bytes)}
    return {**carried, PAYLOAD: True} if wrapping else carried


def _own_envelope(given: splice.Document, where: str = "") -> LaneContext | None:
    """The lane context that we put in where the document was sent before; TakenError for a `gray` of somebody else."""
    before = None
    for member in given.members:
        if member.name == ENVELOPE:
            before = from_document(member.value)
            if before is None:
                raise TakenError(f"{where}{ENVELOPE}" if where else f"member `{ENVELOPE}`")
    return before


def _with_custom(encoded: Any, carried: dict[str, Any]) -> str | None:
    """The caller's client context with the lane context in its member `custom`; None if it is none."""
    try:
        context = splice.document(_text_of(base64.b64decode(encoded)))
    except (ValueError, TypeError):
        return None
    if context is None:
        return None
    custom = next((member for member in reversed(context.members) if member.name == "custom"), None)
    if custom is None or custom.value is None:
        return context.spliced({"custom": {ENVELOPE: carried}}, instead_of=("custom",))
    inner = splice.document(context.text[custom.value_start : custom.end])
    if inner is None:
        raise TakenError("`custom` in the client context, which is no object,")
    _own_envelope(inner, "client context's custom.")
    text = inner.spliced({ENVELOPE: carried}, instead_of=(ENVELOPE,))
    return context.text[: custom.value_start] + text + context.text[custom.end :]


def put_events(
    parameters: Parameters, found: LaneContext, environment: str, choose: ChooseLane, trace: str = ""
) -> Parameters:
    """EventBridge: `gray`, `lane` and `environment` in each detail, and `to`, which the consumers' rules match.

    trace: X-Ray header that the targets go on with; an entry's own counts more.

    Raises TakenError for a detail that has one of these for something of its own.
    """
    traced = {"TraceHeader": trace} if trace else {}

    def stamped(entry: Mapping[str, Any]) -> Parameters:
        return traced | {**entry, **_with_detail(entry, found, environment, choose)}

    return parameters | _each(parameters, "Entries", stamped)


def _with_detail(entry: Mapping[str, Any], found: LaneContext, environment: str, choose: ChooseLane) -> Parameters:
    detail = entry.get("Detail")
    given = splice.document(detail) if isinstance(detail, str) else None
    if given is None:
        return {}  # EventBridge refuses it with its own words
    # One that was received and goes on has the envelope, and is stamped anew.
    before = _own_envelope(given, "detail.")
    expected = {"lane": before.lane, TO: before.to} if before else {}
    for member in given.members:
        name, value = member.name, member.value
        theirs = before is None or (value != expected[name] if name in expected else not isinstance(value, str))
        if name in _STAMPS and theirs:
            raise TakenError(f"detail.{name}")
    to = choose(str(entry.get("Source", "")), found.lane)
    stamps = {"environment": environment, "lane": found.lane, TO: to, ENVELOPE: _carried(addressed(found, to))}
    return {"Detail": given.spliced(stamps, instead_of=stamps)}


def send_message(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SQS, one message. Raises TakenError and NoRoomError."""
    to = choose(str(parameters.get("QueueUrl", "")), found.lane)
    return parameters | _with_attributes(parameters, found, to, filtered=False)


def send_message_batch(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SQS, up to ten messages. Raises TakenError and NoRoomError."""
    to = choose(str(parameters.get("QueueUrl", "")), found.lane)
    return parameters | _each(
        parameters, "Entries", lambda entry: {**entry, **_with_attributes(entry, found, to, filtered=False)}
    )


def publish(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SNS, one message. Subscriptions filter on the attribute `to`. Raises TakenError and NoRoomError."""
    topic = parameters.get("TopicArn") or parameters.get("TargetArn")
    if not topic:
        return parameters  # a text message to a phone takes none of it
    return parameters | _with_attributes(parameters, found, choose(str(topic), found.lane), filtered=True)


def publish_batch(parameters: Parameters, found: LaneContext, choose: ChooseLane) -> Parameters:
    """SNS, up to ten messages. Raises TakenError and NoRoomError."""
    to = choose(str(parameters.get("TopicArn", "")), found.lane)
    return parameters | _each(
        parameters,
        "PublishBatchRequestEntries",
        lambda entry: {**entry, **_with_attributes(entry, found, to, filtered=True)},
    )


def _each(parameters: Parameters, name: str, change: Callable[[Mapping[str, Any]], Parameters]) -> Parameters:
    """The parameter that is a list of entries, each changed; what is no list or no entry stays for boto3 to refuse."""
    entries = parameters.get(name)
    if not isinstance(entries, (list, tuple)):
        return {}
    return {name: [change(entry) if isinstance(entry, Mapping) else entry for entry in entries]}


def _with_attributes(message: Mapping[str, Any], found: LaneContext, to: str, *, filtered: bool) -> Parameters:
    given = message.get("MessageAttributes", {})
    if not isinstance(given, Mapping) or not all(isinstance(value, Mapping) for value in given.values()):
        return {}
    own = {name: value for name, value in given.items() if name not in (ATTRIBUTE, TO)}
    members = _members_before(given, alone=len(own) == MOST_ATTRIBUTES - 1)
    sent = addressed(baggage.extended(found, members), to)
    carried = {ATTRIBUTE: _text(baggage.render(sent)), TO: _text(to)}
    if len(own) == MOST_ATTRIBUTES - 1 and not (filtered and to != found.lane):
        # One place is left. A filter needs `to`, which says the lane as well when they are the same; a queue that was
        # named by the caller needs only the lane.
        del carried[ATTRIBUTE if filtered else TO]
    if len(own) + len(carried) > MOST_ATTRIBUTES:
        raise NoRoomError(
            f"the message has {len(own)} attributes of its own and the lane does not fit in the {MOST_ATTRIBUTES}"
            " that SQS and SNS take: send one attribute less, or put it into the body"
        )
    return {"MessageAttributes": own | carried}


def _members_before(given: Mapping[str, Mapping[str, Any]], *, alone: bool) -> tuple[str, ...]:
    """Others' members of baggage in a message's attributes; TakenError where `baggage` or `to` is something else.

    alone: whether `to` without baggage may be ours, as there was no room for both.
    """
    carried = given.get(ATTRIBUTE, {"StringValue": ""})
    text = carried.get("StringValue")
    if carried.get("DataType", "String") != "String" or not isinstance(text, str) or not baggage.is_baggage(text):
        raise TakenError(f"attribute `{ATTRIBUTE}`, which is no W3C baggage,")
    before = baggage.context_of(text)
    if TO in given:
        to = given[TO].get("StringValue")
        ours = to == before.to if before else alone and ATTRIBUTE not in given
        if not (ours and is_lane(to)):
            raise TakenError(f"attribute `{TO}`")
    return baggage.parse(text)[1]


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def _text_of(given: Any) -> Any:
    """Text of a parameter, None for other types. Bytes that are not UTF-8 go out as they were (`surrogateescape`)."""
    if isinstance(given, (bytes, bytearray)):
        return given.decode(errors="surrogateescape")
    return given if isinstance(given, str) else None
