"""What is put into messages: within the limits of SQS and SNS, and without a change of the caller's own."""

import base64
import json
from typing import Any

import pytest
from tests.support.lane.carriers import notification, own_lane, sqs_record

from lane import LaneContext, NoRoomError, TakenError
from lane.context import addressed
from lane.propagation.extract import from_event, from_record
from lane.propagation.inject import (
    lambda_invoke,
    publish,
    put_events,
    send_message,
    send_message_batch,
    start_execution,
)

V2 = LaneContext("v2", "staff", "7")


def attributes(count: int) -> dict[str, Any]:
    return {f"mine-{number}": {"DataType": "String", "StringValue": "x"} for number in range(count)}


def to_stable(destination: str, lane: str) -> str:
    return "v1"


def test_a_message_keeps_its_own_attributes_and_the_callers_parameters_stay_as_they_were() -> None:
    mine = {"QueueUrl": "q", "MessageBody": "b", "MessageAttributes": attributes(8)}
    sent = send_message(mine, V2, own_lane)["MessageAttributes"]
    assert sent.keys() == {*attributes(8), "baggage", "to"}
    assert mine["MessageAttributes"] == attributes(8)


def test_the_lane_of_a_message_sent_again_is_the_lane_of_now() -> None:
    # Given a consumer that forwards what it received, attributes and all
    first = send_message({"QueueUrl": "q", "MessageBody": "b", "MessageAttributes": {}}, LaneContext("v1"), own_lane)
    sent = send_message(first, V2, own_lane)["MessageAttributes"]
    assert len(sent) == 2
    assert sent["to"]["StringValue"] == "v2"


def test_with_nine_attributes_of_its_own_a_queue_message_keeps_the_whole_passage() -> None:
    sent = send_message({"QueueUrl": "q", "MessageBody": "b", "MessageAttributes": attributes(9)}, V2, to_stable)
    assert len(sent["MessageAttributes"]) == 10
    found = from_record(sqs_record(sent["MessageAttributes"], "b"))
    assert found is not None
    assert (found.lane, found.reason, found.to) == ("v2", "staff", "v1")


def test_with_nine_attributes_of_its_own_a_notification_keeps_the_lane_as_filters_need_it() -> None:
    message = {"TopicArn": "t", "Message": "m", "MessageAttributes": attributes(9)}
    sent = publish(message, V2, own_lane)["MessageAttributes"]
    assert len(sent) == 10
    found = from_record({"EventSource": "aws:sns", "Sns": notification(sent)})
    assert found == LaneContext("v2", to="v2")


@pytest.mark.parametrize("count", [10, 11])
def test_a_message_without_room_is_an_error_and_not_another_lanes_message(count: int) -> None:
    with pytest.raises(NoRoomError, match="attribute"):
        send_message({"QueueUrl": "q", "MessageBody": "b", "MessageAttributes": attributes(count)}, V2, own_lane)


def test_a_notification_for_another_lane_without_room_for_both_is_an_error() -> None:
    with pytest.raises(NoRoomError):
        publish({"TopicArn": "t", "Message": "m", "MessageAttributes": attributes(9)}, V2, to_stable)


def test_each_message_of_a_batch_has_its_own_attributes() -> None:
    entries = [
        {"Id": "1", "MessageBody": "b", "MessageAttributes": attributes(1)},
        {"Id": "2", "MessageBody": "b"},
    ]
    sent = send_message_batch({"QueueUrl": "q", "Entries": entries}, V2, own_lane)["Entries"]
    assert [len(entry["MessageAttributes"]) for entry in sent] == [3, 2]


def test_a_text_message_to_a_phone_is_left_alone() -> None:
    assert publish({"PhoneNumber": "+1", "Message": "m"}, V2, own_lane) == {"PhoneNumber": "+1", "Message": "m"}


def test_what_others_put_into_a_messages_baggage_is_kept() -> None:
    mine = {"baggage": {"DataType": "String", "StringValue": "order=7,gray.version=v9"}}
    message = {"QueueUrl": "q", "MessageBody": "b", "MessageAttributes": mine}
    sent = send_message(message, LaneContext("v2", members=("userId=alice", "order=7")), own_lane)["MessageAttributes"]
    found = from_record(sqs_record(sent, "b"))
    assert found is not None
    assert (found.lane, found.members) == ("v2", ("userId=alice", "order=7"))


def test_what_a_message_has_in_the_lanes_place_is_an_error_and_not_overwritten() -> None:
    mine = {"to": {"DataType": "String", "StringValue": "ada@example.org"}}
    with pytest.raises(TakenError, match="attribute `to`"):
        send_message({"QueueUrl": "q", "MessageBody": "b", "MessageAttributes": mine}, V2, own_lane)
    for detail in ({"to": "ada@example.org"}, {"lane": "express"}, {"environment": {"temperature": 20}}):
        with pytest.raises(TakenError, match=f"detail.{next(iter(detail))}"):
            put_events({"Entries": [{"Source": "s", "Detail": json.dumps(detail)}]}, V2, "dev", own_lane)


def test_an_event_that_goes_on_is_stamped_anew() -> None:
    first = put_events({"Entries": [{"Source": "s", "Detail": '{"order": 1}'}]}, LaneContext("v1"), "dev", own_lane)
    (sent,) = put_events(first, V2, "dev", to_stable)["Entries"]
    detail = json.loads(sent["Detail"])
    assert (detail["order"], detail["lane"], detail["to"], detail["gray"]["version"]) == (1, "v2", "v1", "v2")


def test_a_function_or_state_machine_that_stable_alone_has_is_addressed_as_stables() -> None:
    invoked = lambda_invoke({"FunctionName": "f", "InvocationType": "Event", "Payload": b"{}"}, V2, to_stable)
    started = start_execution({"stateMachineArn": "s", "input": "{}"}, V2, to_stable)
    for event in (json.loads(invoked["Payload"]), json.loads(started["input"])):
        assert from_event(event, None) == LaneContext("v2", "staff", "7", to="v1")
    # Whom the caller chose counts more.
    chosen = lambda_invoke({"InvocationType": "Event", "FunctionName": "f"}, addressed(V2, "v3"), to_stable)
    assert from_event(json.loads(chosen["Payload"]), None) == addressed(V2, "v3")


def test_a_detail_that_is_no_object_is_left_to_eventbridge_to_refuse() -> None:
    sent = put_events({"Entries": [{"Source": "s", "Detail": "[1]"}]}, V2, "dev", own_lane)
    assert sent["Entries"] == [{"Source": "s", "Detail": "[1]"}]


def test_a_client_context_of_the_caller_is_kept_and_one_without_room_is_an_error() -> None:
    def context(custom: dict[str, str]) -> str:
        return base64.b64encode(json.dumps({"custom": custom, "env": {"locale": "de"}}).encode()).decode()

    sent = lambda_invoke({"FunctionName": "f", "ClientContext": context({"mine": "1"})}, V2)
    document = json.loads(base64.b64decode(sent["ClientContext"]))
    assert document["custom"].keys() == {"mine", "gray"}
    assert document["env"] == {"locale": "de"}
    with pytest.raises(NoRoomError):
        lambda_invoke({"FunctionName": "f", "ClientContext": context({"mine": "x" * 2600})}, V2)
