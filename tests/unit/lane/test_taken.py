"""What a caller has in the lane's place, for something of its own, is an error and never lost in silence."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.lane.carriers import event_of, own_lane, sqs_record

from lane import LaneContext, Settings, TakenError
from lane.handlers import in_lane
from lane.propagation.extract import from_record
from lane.propagation.inject import (
    enveloped,
    lambda_invoke,
    publish,
    publish_batch,
    put_events,
    send_message,
    send_message_batch,
    start_execution,
)

V2 = LaneContext("v2", "ramp", "7")
BEFORE = event_of(LaneContext("v1"))["detail"]
ENVELOPE = BEFORE["gray"]


def detail(text: str) -> Any:
    return put_events({"Entries": [{"Source": "s", "Detail": text}]}, V2, "dev", own_lane)


def payload(text: str) -> Any:
    return lambda_invoke({"FunctionName": "f", "InvocationType": "Event", "Payload": text.encode()}, V2)


def execution_input(text: str) -> Any:
    return start_execution({"stateMachineArn": "s", "input": text}, V2)


def result(text: str) -> Any:
    """Of a state's handler that passes the lane on."""
    settings = Settings("test", "v2", "/gray/test", "mail")
    return in_lane(pass_on=True, read_settings=lambda: settings)(lambda *_: json.loads(text))({}, None)


def client_context(text: str) -> Any:
    context = base64.b64encode(f'{{"custom":{text}}}'.encode()).decode()
    return lambda_invoke({"FunctionName": "f", "ClientContext": context}, V2)


DOCUMENTS: list[Callable[[str], Any]] = [detail, payload, execution_input, result, client_context]


@pytest.mark.parametrize(
    "own",
    [
        '{"gray":128,"to":"ada@example.com","lane":"express"}',
        '{"gray":"#808080"}',
        '{"gray":null}',
        '{"gray":[]}',
        '{"gray":{"shade":3}}',
        '{"gray":{"version":"v2"}}',
        '{"gray":{"version":"v2","baggage":"two suitcases"}}',
        '{"gray":{"version":"v2","baggage":["gray.version=v2"]}}',
        '{"\\u0067ray":1}',
        '{ "a": {"gray": 1}, "gray" : 1e400 }',
    ],
)
@pytest.mark.parametrize("send", DOCUMENTS, ids=lambda send: send.__name__)
def test_a_member_gray_of_somebody_else(send: Callable[[str], Any], own: str) -> None:
    with pytest.raises(TakenError, match=r"gray.*give yours another name"):
        send(own)


@pytest.mark.parametrize("send", DOCUMENTS[:3], ids=lambda send: send.__name__)
def test_a_member_gray_of_somebody_else_beside_ours(send: Callable[[str], Any]) -> None:
    for own in (f'{{"gray":1,"gray":{json.dumps(ENVELOPE)}}}', f'{{"gray":{json.dumps(ENVELOPE)},"gray":1}}'):
        with pytest.raises(TakenError):
            send(own)


@pytest.mark.parametrize(
    "own",
    [
        {"to": "ada@example.com"},
        {"to": "v2"},
        {"to": None},
        {"lane": "express"},
        {"lane": "v2"},
        {"lane": 1},
        {"environment": {"temperature": 20}},
    ],
    ids=str,
)
def test_a_detail_that_goes_on_with_something_of_its_own(own: dict[str, Any]) -> None:
    # One that was received, and changed: `to` and `lane` are not what we put there.
    with pytest.raises(TakenError, match=f"detail.{next(iter(own))}"):
        detail(json.dumps(BEFORE | own))
    # One of a state machine, whose input we wrote, which has no `to` and `lane` of ours.
    with pytest.raises(TakenError, match=f"detail.{next(iter(own))}"):
        detail(json.dumps(own))


def test_a_detail_that_goes_on_as_it_came_and_a_document_with_names_further_in() -> None:
    detail(json.dumps(BEFORE))
    for send in DOCUMENTS:
        send(json.dumps({"a": {"gray": 1, "to": "ada", "lane": 2, "environment": 3}}))
    for send in (payload, execution_input, result, client_context):
        send(json.dumps({"to": "ada@example.com", "lane": "express", "environment": "prod", "baggage": "two"}))
        send(json.dumps({"gray": ENVELOPE, "a": 1}))


@pytest.mark.parametrize("custom", ["1", '"gray"', "[]", "true"])
def test_a_client_context_whose_custom_is_no_object(custom: str) -> None:
    with pytest.raises(TakenError, match="custom"):
        client_context(custom)


def test_a_client_context_without_custom_gets_one() -> None:
    sent = json.loads(base64.b64decode(client_context("null")["ClientContext"]))
    assert sent["custom"]["gray"]["version"] == "v2"


def text(value: str) -> dict[str, Any]:
    return {"DataType": "String", "StringValue": value}


def messages(attributes: dict[str, Any]) -> list[Callable[[], Any]]:
    """Each call that sends a message with these attributes."""
    message = {"MessageAttributes": attributes}
    return [
        lambda: send_message({"QueueUrl": "q", "MessageBody": "b", **message}, V2, own_lane),
        lambda: send_message_batch({"QueueUrl": "q", "Entries": [{"Id": "1", **message}]}, V2, own_lane),
        lambda: publish({"TopicArn": "t", "Message": "m", **message}, V2, own_lane),
        lambda: publish({"TargetArn": "t", "Message": "m", **message}, V2, own_lane),
        lambda: publish_batch({"TopicArn": "t", "PublishBatchRequestEntries": [{"Id": "1", **message}]}, V2, own_lane),
    ]


@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ({"baggage": text("two suitcases")}, "baggage"),
        ({"baggage": text("23")}, "baggage"),
        ({"baggage": text("hand luggage=1")}, "baggage"),
        ({"baggage": text("Gepäck=1")}, "baggage"),
        ({"baggage": text('{"pieces": 2}')}, "baggage"),
        ({"baggage": text("order=7,two suitcases")}, "baggage"),
        ({"baggage": {"DataType": "Number", "StringValue": "23"}}, "baggage"),
        ({"baggage": {"DataType": "Binary", "BinaryValue": b"a=b"}}, "baggage"),
        ({"baggage": {"DataType": "String.json", "StringValue": "a=b"}}, "baggage"),
        ({"to": text("ada@example.com")}, "to"),
        ({"to": text("v2")}, "to"),
        ({"to": {"DataType": "Number", "StringValue": "2"}}, "to"),
        ({"to": text("v2"), "baggage": text("order=7")}, "to"),
        ({"to": text("v3"), "baggage": text("gray.version=v2,gray.to=v1")}, "to"),
        ({"to": text("v2"), "baggage": text("gray.version=v2")}, "to"),
    ],
    ids=str,
)
def test_an_attribute_of_somebody_else(attributes: dict[str, Any], named: str) -> None:
    for send in messages(attributes):
        with pytest.raises(TakenError, match=f"`{named}`"):
            send()


def test_attributes_that_go_on_as_they_came_and_baggage_of_others() -> None:
    full = {f"mine-{number}": text("x") for number in range(9)}
    before = [
        send_message({"QueueUrl": "q"}, LaneContext("v1"), own_lane)["MessageAttributes"],
        send_message({"QueueUrl": "q", "MessageAttributes": full}, LaneContext("v1"), own_lane)["MessageAttributes"],
        publish({"TopicArn": "t", "MessageAttributes": full}, LaneContext("v1"), own_lane)["MessageAttributes"],
        {"baggage": text("userId=alice;p=1 , order = 7")},
        {"baggage": text("order=7,")},
        {"Baggage": text("two suitcases"), "To": text("ada@example.com"), "gray": text("128"), "lane": text("x")},
    ]
    for attributes in before:
        for send in messages(attributes):
            send()
    sent = send_message({"QueueUrl": "q", "MessageAttributes": before[3]}, V2, own_lane)["MessageAttributes"]
    found = from_record(sqs_record(sent, "b"))
    assert found is not None
    assert found.members == ("userId=alice;p=1", "order = 7")


def test_a_result_that_has_the_envelope_of_another_function_gets_this_ones() -> None:
    assert enveloped({"gray": ENVELOPE, "a": 1}, V2) == enveloped({"a": 1}, V2)
