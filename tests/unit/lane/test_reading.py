"""Reading the lane from what AWS delivers: no event breaks it, and only a lane is a lane."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from tests.support.lane.json_texts import EVENTS

from lane import LaneContext
from lane.propagation.extract import from_event, from_headers, from_record, headers_of, unwrapped


@given(EVENTS)
@settings(max_examples=500)
def test_no_event_breaks_the_reader(event: Any) -> None:
    found = from_event(event)
    assert found is None or found.lane.startswith("v")
    unwrapped(event)


def test_headers_in_any_case_and_given_twice_are_one() -> None:
    assert headers_of({"headers": {"X-A": "1"}, "multiValueHeaders": {"BAGGAGE": ["a=1", "gray.version=v2"]}}) == {
        "x-a": "1",
        "baggage": "a=1,gray.version=v2",
    }


def test_the_edges_word_counts_more_than_baggage() -> None:
    assert from_headers({"x-gray-version": "v1", "baggage": "gray.version=v2,a=b"}) == LaneContext(
        "v1", members=("a=b",)
    )


@pytest.mark.parametrize("twice", ["v1,v2", "v2, v2", ""])
def test_a_lane_given_twice_is_none(twice: str) -> None:
    assert from_headers({"x-gray-version": twice}) is None


def test_the_owners_lane_is_read_from_a_deleted_item_too() -> None:
    change = {"OldImage": {"lane": {"S": "v2"}}}
    assert from_record({"eventSource": "aws:dynamodb", "dynamodb": change}) == LaneContext("v2")


@pytest.mark.parametrize(
    "body", ["plain", '{"detail-type": ', '"detail-type"', '{"Type": "Notification"}', json.dumps(["detail-type"])]
)
def test_a_body_that_is_neither_event_nor_notification_has_no_lane(body: str) -> None:
    assert from_record({"eventSource": "aws:sqs", "messageId": "1", "body": body, "messageAttributes": {}}) is None


def test_a_member_called_gray_that_is_not_ours_stays_in_the_event() -> None:
    assert unwrapped({"gray": {"shade": 3}}) == {"gray": {"shade": 3}}
