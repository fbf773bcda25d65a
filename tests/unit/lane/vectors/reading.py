"""What arrives: baggage and headers, and events as AWS documents their shapes."""

import base64
from collections.abc import Iterator
from typing import Any

from tests.unit.lane.vectors.book import V2, Book, Document, baggage, compact, envelope, lane

V2_ADDRESSED = V2 | {"to": "v2"}


def books() -> Iterator[tuple[str, Book]]:
    """Three files."""
    yield "headers", _headers()
    yield "events", _events()
    yield "unwrapped", _unwrapped()


def _api(headers: Document, **more: Any) -> Document:
    return {"requestContext": {}, "headers": headers, **more}


def _headers() -> Book:
    book = Book("Headers of a request, and W3C baggage in them: what the edge says counts more.")
    plain = {
        "all four": ({"x-gray-version": "v2", "x-gray-reason": "ramp", "x-gray-revision": "7"}, V2),
        "in any case": ({"X-Gray-Version": "v2", "X-GRAY-TO": "v1"}, lane(to="v1")),
        "baggage alone": ({"baggage": baggage(to="v1")}, V2 | {"to": "v1"}),
        "the edge and baggage": (
            {"x-gray-version": "v1", "baggage": "gray.version=v2,a=b"},
            lane("v1", members=("a=b",)),
        ),
        "others' members": (
            {"baggage": "userId=alice , gray.version=v2;meta=1,  key2 = value2;p=x"},
            lane(members=("userId=alice", "key2 = value2;p=x")),
        ),
        "a reason that is no word": ({"x-gray-version": "v2", "x-gray-reason": "a b"}, lane()),
        "an address that is no lane": ({"x-gray-version": "v2", "x-gray-to": "shared"}, lane()),
        "spaces around a value": ({"baggage": "gray.version= v2\t"}, lane()),
    }
    for name, (headers, expect) in plain.items():
        book.add(name, "from_event", expect, event=_api(headers))
    for header in ("", "v0", "V2", "v100", "v1,v2", "v2, v2", " v2", "v2\n", "v٢", "gray"):
        book.add(f"no lane: {header!r}", "from_event", None, event=_api({"x-gray-version": header}))
    for header in ("", "gray.version", "gray.version=", "gray.version=v2,gray.version=v1", "gray.version=%762",
                   "Gray.Version=v2", "gray.version=v2\x1c"):  # fmt: skip
        book.add(f"no lane in baggage: {header!r}", "from_event", None, event=_api({"baggage": header}))
    for member in ("a=\ud800", "a=é", "naïve=1", "a=漢", "a=1\r\nx-gray-version: v9", "a=\x00", "a=\x7f", "a=\u2028"):
        shown = f"a member that no header can hold: {member!a}"
        book.add(shown, "from_event", lane(members=("b=2",)), event=_api({"baggage": f"gray.version=v2,{member},b=2"}))
    several = {"requestContext": {}, "multiValueHeaders": {"BAGGAGE": ["a=1", "gray.version=v2"]}}
    book.add("given twice", "from_event", lane(members=("a=1",)), event=several)
    mine = {"x-gray-version": "v2", "x-gray-reason": "ramp", "x-gray-revision": "7"}
    book.add("sent", "outgoing", mine | {"baggage": baggage()}, headers={}, lane=V2)
    given = {"Baggage": "order=7,gray.version=v1,a=é"}
    found = V2 | {"to": "v1", "members": ["userId=alice", "order=7"]}
    sent = baggage(to="v1", members="userId=alice,order=7")
    book.add("sent with others'", "outgoing", mine | {"x-gray-to": "v1", "baggage": sent}, headers=given, lane=found)
    return book


def _sqs(body: str, attributes: Document | None = None) -> Document:
    seen = {name: {"stringValue": value, "dataType": "String"} for name, value in (attributes or {}).items()}
    return {"eventSource": "aws:sqs", "messageId": "1", "body": body, "messageAttributes": seen}


def _notification(message: str, attributes: Document | None = None) -> Document:
    seen = {name: {"Type": "String", "Value": value} for name, value in (attributes or {}).items()}
    return {"Type": "Notification", "Message": message, "MessageAttributes": seen}


def _sns(message: str, attributes: Document | None = None) -> Document:
    return {"Records": [{"EventSource": "aws:sns", "Sns": _notification(message, attributes)}]}


def _destination(request: Any, response: Any = None) -> Document:
    context = {"requestId": "1", "functionArn": "f", "condition": "RetriesExhausted"}
    return {"requestContext": context, "requestPayload": request, "responsePayload": response}


def _data(document: Any) -> str:
    return base64.b64encode(compact(document).encode()).decode()


def _events() -> Book:
    book = Book("Events: what carries the lane beside a payload, in it, and where AWS wraps it.")
    payload = {"gray": envelope(), "a": 1}
    detail = {"environment": "dev", "lane": "v2", "to": "v2", "gray": envelope(to="v2"), "a": 1}
    event = {"detail-type": "Sold", "source": "shop", "detail": detail}
    sent = {"baggage": baggage(to="v2"), "to": "v2"}
    api = _api({"x-gray-version": "v1"})
    of_events: dict[str, tuple[Any, Document | None]] = {
        "asynchronous invocation": (payload, V2),
        "an API event that was handed on": (api | {"gray": envelope()}, V2),
        "EventBridge": (event, V2_ADDRESSED),
        "EventBridge, $.detail": (detail, V2_ADDRESSED),
        "SNS": (_sns("m", sent), V2_ADDRESSED),
        "rule to SNS": (_sns(compact(event)), V2_ADDRESSED),
        "one record of SQS": ({"Records": [_sqs("b", sent)]}, V2_ADDRESSED),
        "destination": (_destination(payload), V2),
        "destination, of an API event": (_destination(api | {"gray": envelope()}), V2),
        "destination, of what passes on": (_destination({"a": 1}, payload), V2),
        "destination, of two lanes": (_destination(payload, {"gray": {"baggage": "gray.version=v1"}}), V2),
        "destination, SNS": (_sns(compact(_destination(payload))), V2),
        "state's input": ({"Input": payload}, V2),
        "state, task's result": ({"StatusCode": 200, "Payload": payload}, V2),
        "state, context object": ({"Execution": {"Id": "x", "Input": payload}, "State": {"Name": "s"}}, V2),
        "state, batch of a map": ({"Items": [1], "BatchInput": {"gray": envelope()}}, V2),
        "state, results of a map": ([payload, payload | {"a": 2}], V2),
        "state, nested execution": ({"ExecutionArn": "e", "Output": compact(payload)}, V2),
        "Pipes from SQS": ([_sqs("b", sent)], V2_ADDRESSED),
        "eight wrappings": (_nested(7, payload), V2),
        "too many wrappings": (_nested(8, payload), None),
        "of several lanes": ([payload, {"gray": {"baggage": "gray.version=v1"}}], None),
        "a member elsewhere": ({"form": payload}, None),
        "a colour of its own": ({"gray": {"shade": 3}}, None),
        "two records": ({"Records": [_sqs("b", sent), _sqs("b", sent)]}, None),
        "web socket": ({"requestContext": {"routeKey": "$default"}, "body": "{}"}, None),
        "schedule": ({"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}, None),
        "a number": (7, None),
        "nothing": (None, None),
    }
    for name, (given, expect) in of_events.items():
        book.add(name, "from_event", expect, event=given)
    custom = {"client_context": {"custom": {"gray": envelope()}}}
    book.add("synchronous invocation", "from_event", V2, event=[1], **custom)
    book.add("synchronous, of an API event", "from_event", V2, event=api, **custom)
    book.add(
        "a client context of somebody else", "from_event", None, event={}, client_context={"custom": {"gray": "x"}}
    )
    of_records: dict[str, tuple[Any, Document | None]] = {
        "attributes": (_sqs("b", sent), V2_ADDRESSED),
        "`to` alone": (_sqs("b", {"to": "v2"}), lane(to="v2")),
        "attributes before the body": (_sqs(compact(payload), {"baggage": "gray.version=v1"}), lane("v1")),
        "baggage of others only": (_sqs("b", {"baggage": "a=b"}), None),
        "SNS to SQS": (_sqs(compact(_notification("m", sent))), V2_ADDRESSED),
        "rule to SNS to SQS": (_sqs(compact(_notification(compact(event)))), V2_ADDRESSED),
        "rule to SQS": (_sqs(compact(event)), V2_ADDRESSED),
        "dead letter of an invocation": (_sqs(compact(payload)), V2),
        "destination, EventBridge to SQS": (_sqs(compact({"detail-type": "r", "detail": _destination(payload)})), V2),
        "numbers that Python refuses": (_sqs('{"n":' + "9" * 5000 + "," + compact(payload)[1:]), V2),
        "escapes": (_sqs(compact(payload).replace("=", "\\u003d").replace("gray.version", "gray\\u002eversion")), None),
        "escaped values": (_sqs(compact(payload).replace("=", "\\u003d")), V2),
        "a text that names it": (_sqs(compact({"text": "gray.version=v2"})), None),
        "half a document": (_sqs(compact(payload)[:-1]), None),
        "Kinesis": ({"eventSource": "aws:kinesis", "kinesis": {"data": _data(event)}}, V2_ADDRESSED),
        "Kinesis by Pipes": (
            {"eventSource": "aws:kinesis", "sequenceNumber": "4", "data": _data(detail)},
            V2_ADDRESSED,
        ),
        "Kinesis, not ours": ({"eventSource": "aws:kinesis", "kinesis": {"data": "eA=="}}, None),
        "S3": ({"eventSource": "aws:s3", "s3": {}}, None),
    }
    for name, (record, expect) in of_records.items():
        book.add(name, "from_record", expect, record=record)
    images: dict[str, tuple[Document, Document | None]] = {
        "baggage": ({"NewImage": {"gray": {"S": "gray.version=v2"}}}, lane()),
        "an envelope": ({"NewImage": {"gray": {"M": {"baggage": {"S": "gray.version=v2"}}}}}, lane()),
        "the lane": ({"NewImage": {"lane": {"S": "v2"}}}, lane()),
        "a colour beside the lane": ({"NewImage": {"gray": {"S": "light"}, "lane": {"S": "v2"}}}, lane()),
        "deleted": ({"OldImage": {"lane": {"S": "v2"}}}, lane()),
        "keys only": ({"Keys": {"pk": {"S": "a"}}}, None),
    }
    for name, (change, expect) in images.items():
        book.add(f"item: {name}", "from_record", expect, record={"eventSource": "aws:dynamodb", "dynamodb": change})
    return book


def _nested(times: int, event: Any) -> Any:
    for _ in range(times):
        event = {"Payload": event}
    return event


def _unwrapped() -> Book:
    book = Book("What the handler gets, and what a state's result becomes: the way out of the envelope and into it.")
    ours, wrapping = {"gray": envelope()}, {"gray": envelope(wrapping=True)}
    out: list[tuple[str, Any, Any]] = [
        ("an object", {**ours, "a": 1}, {"a": 1}),
        ("nothing", ours, {}),
        ("a list", {**wrapping, "payload": [1]}, [1]),
        ("null", {**wrapping, "payload": None}, None),
        ("an object with a member payload", {**ours, "payload": [1]}, {"payload": [1]}),
        ("a colour of its own", {"gray": {"shade": 3}}, {"gray": {"shade": 3}}),
        ("a number", 7, 7),
    ]
    for name, event, expect in out:
        book.add(f"unwrapped: {name}", "unwrapped", expect, event=event)
    into: list[tuple[str, Any, Any]] = [
        ("an object", {"a": 1}, {"a": 1, **ours}),
        ("a list", [1], {**wrapping, "payload": [1]}),
        ("what has ours already", {"gray": {"version": "v1", "baggage": "gray.version=v1"}, "a": 1}, {**ours, "a": 1}),
    ]
    for name, document, expect in into:
        book.add(f"enveloped: {name}", "enveloped", expect, document=document, lane=V2)
    taken = (
        "TakenError: the message's own member `gray` is where the lane library puts the lane: give yours another name"
    )
    book.refuse("enveloped: a colour of its own", "enveloped", taken, document={"gray": 128}, lane=V2)
    return book
