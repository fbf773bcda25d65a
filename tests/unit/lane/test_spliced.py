"""What a caller sends through the library arrives as it was, byte for byte, plus what carries the lane."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from tests.support.lane.carriers import own_lane
from tests.support.lane.json_texts import OURS, VALUES, objects

from lane import LaneContext
from lane.propagation.extract import from_event, unwrapped
from lane.propagation.inject import (
    invoke_async,
    lambda_invoke,
    put_events,
    send_message,
    start_execution,
)

V2 = LaneContext("v2", "ramp", "7")

type Send = Callable[[str], str]


def as_detail(text: str) -> str:
    sent: str = put_events({"Entries": [{"Source": "s", "Detail": text}]}, V2, "dev", own_lane)["Entries"][0]["Detail"]
    return sent


def as_payload(text: str) -> str:
    """Bytes, which need not be UTF-8: AWS says what it thinks of them."""
    parameters = {"FunctionName": "f", "InvocationType": "Event", "Payload": text.encode(errors="surrogatepass")}
    sent: bytes = lambda_invoke(parameters, V2)["Payload"]
    return sent.decode(errors="surrogatepass")


def as_file(text: str) -> str:
    body = io.BytesIO(text.encode(errors="surrogatepass"))
    sent: bytes = lambda_invoke({"InvocationType": "Event", "Payload": body}, V2)["Payload"]
    return sent.decode(errors="surrogatepass")


def as_arguments(text: str) -> str:
    sent: str = invoke_async({"FunctionName": "f", "InvokeArgs": text}, V2)["InvokeArgs"]
    return sent


def as_input(text: str) -> str:
    sent: str = start_execution({"stateMachineArn": "s", "input": text}, V2)["input"]
    return sent


def as_client_context(text: str) -> str:
    """The member `custom` of the client context."""
    around = f'{{ "env" : {{"a": 1e400}}, "custom" : {text} , "x":1.0}}'
    context = base64.b64encode(around.encode(errors="surrogatepass")).decode()
    try:
        sent = base64.b64decode(lambda_invoke({"FunctionName": "f", "ClientContext": context}, V2)["ClientContext"])
    except ValueError:
        return text  # no room for the lane: refused before it is sent
    before, after = around.split(text, 1) if text != "{}" else ('{ "env" : {"a": 1e400}, "custom" : ', ' , "x":1.0}')
    shown = sent.decode(errors="surrogatepass")
    assert shown.startswith(before)
    assert shown.endswith(after)
    return shown[len(before) : len(shown) - len(after)]


SPLICED: list[Send] = [as_detail, as_payload, as_file, as_arguments, as_input]


def added(before: str, after: str) -> str:
    """What is in the second text and not in the first one, which is there whole around it."""
    place = before.index("{") + 1
    rest = before[place:]
    assert after.startswith(before[:place])
    assert after.endswith(rest)
    return after[place : len(after) - len(rest)]


@pytest.mark.parametrize("send", [*SPLICED, as_client_context], ids=lambda send: send.__name__)
@given(objects(VALUES))
@settings(max_examples=60)
def test_an_object_arrives_byte_for_byte_with_at_most_200_bytes_more(send: Send, text: str) -> None:
    sent = send(text)
    if sent == text:
        assert send is as_client_context
        return
    ours = added(text, sent)
    assert len(ours.encode()) <= 200
    assert json.loads("{" + ours.removesuffix(",") + "}").keys() <= OURS


@given(VALUES)
@settings(max_examples=200)
def test_any_other_json_arrives_byte_for_byte_under_payload(text: str) -> None:
    if text.strip(" \t\n\r").startswith("{"):
        return
    for send in (as_payload, as_input):
        sent = send(text)
        assert sent.endswith(f',"payload":{text}}}')
        assert len(sent.encode(errors="surrogatepass")) - len(text.encode(errors="surrogatepass")) <= 200
    assert as_detail(text) == text  # EventBridge takes objects alone, and says so


BROKEN = [
    "{",
    "{a: 1}",
    '{"a": 1,}',
    '{"a": 1} x',
    '{"a"',
    "{'a': 1}",
    '{"a" 1}',
    "[1",
    "nope",
    '"',
    "{\x00}",
    "\ud800",
]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("send", SPLICED, ids=lambda send: send.__name__)
def test_what_is_no_json_arrives_as_it_was_for_aws_to_refuse(send: Send, text: str) -> None:
    assert send(text) == text


@pytest.mark.parametrize("send", SPLICED, ids=lambda send: send.__name__)
def test_chinese_text_keeps_its_size(send: Send) -> None:
    text = json.dumps({"t": "漢" * 80_000}, ensure_ascii=False)
    assert len(send(text).encode()) - len(text.encode()) < 150


@pytest.mark.parametrize(
    "text",
    [
        '{"price":0.1234567890123456789,"big":1e400}',
        '{"id":' + "7" * 5000 + "}",
        '{"a":1,"a":2}',
        '{"a":"\\ud800"}',
        '\n{\t"a" :\r\n1 }\n',
        '{"a":NaN}',
        '{"deep":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"deep":' + '{"]":' * 100_000 + '"\\"}"' + "}" * 100_000 + ', "b": 1}',
        '{"' + "n" * 1000 + '":"' + "\\\\" * 1000 + '"}',
        '{"a":"line\nbreak"}',
        '\ufeff{"a": 1}',
    ],
    ids=lambda text: text[:20],
)
@pytest.mark.parametrize("send", SPLICED, ids=lambda send: send.__name__)
def test_what_a_parser_would_have_changed_or_refused_stays(send: Send, text: str) -> None:
    assert '"gray"' in added(text, send(text))


def test_bytes_that_are_not_utf_8_go_out_as_they_came() -> None:
    sent = lambda_invoke({"InvocationType": "Event", "Payload": b'{"a":"\xff\xed\xa0\x80"}'}, V2)["Payload"]
    assert sent.endswith(b',"a":"\xff\xed\xa0\x80"}')


@pytest.mark.parametrize("payload", [b"", "", None])
def test_an_empty_payload_is_an_empty_event(payload: Any) -> None:
    parameters = {"FunctionName": "f", "InvocationType": "Event"} | ({} if payload is None else {"Payload": payload})
    event = json.loads(lambda_invoke(parameters, V2)["Payload"])
    assert (from_event(event), unwrapped(event)) == (V2, {})


@pytest.mark.parametrize("event", [{"payload": [1]}, {"payload": {"a": 1}}, {"payload": None}])
def test_an_event_whose_one_member_is_called_payload_arrives_whole(event: Any) -> None:
    sent = json.loads(as_payload(json.dumps(event)))
    assert (from_event(sent), unwrapped(sent)) == (V2, event)


def test_what_was_received_and_goes_on_has_the_lane_of_now_alone() -> None:
    text = '{ "a" : 1e400 }'
    once = put_events({"Entries": [{"Source": "s", "Detail": text}]}, LaneContext("v1"), "test", own_lane)
    assert put_events(once, V2, "dev", own_lane)["Entries"][0]["Detail"] == as_detail(text)
    # However another service has arranged it in between.
    (entry,) = once["Entries"]
    detail = json.loads(entry["Detail"])
    for names in (sorted(detail), sorted(detail, reverse=True), ["a", "gray", "lane", "to", "environment"]):
        arranged = json.dumps({name: detail[name] for name in names})
        again = json.loads(as_detail(arranged))
        assert again == json.loads(as_detail(text))
    only = json.dumps({name: value for name, value in detail.items() if name != "a"}, indent=1)
    assert json.loads(as_detail(only)) == json.loads(as_detail("{}"))


def test_a_client_context_that_lambda_would_refuse_is_left_for_it_to_refuse() -> None:
    for context in ("%%%", base64.b64encode(b"[1]").decode(), base64.b64encode(b"{").decode()):
        parameters = {"FunctionName": "f", "ClientContext": context}
        assert lambda_invoke(parameters, V2) == parameters


def test_parameters_that_are_wrong_are_left_for_boto3_to_refuse() -> None:
    event = {"FunctionName": "f", "InvocationType": "Event", "Payload": {"a": 1}}
    assert lambda_invoke(event, V2) == event
    for entries in (None, "x", [None], [{"Source": "s"}], [{"Source": "s", "Detail": {"a": 1}}]):
        assert put_events({"Entries": entries}, V2, "dev", own_lane) == {"Entries": entries}
    assert send_message({"MessageAttributes": []}, V2, own_lane).keys() == {"MessageAttributes"}
    assert send_message({"MessageAttributes": {"a": "b"}}, V2, own_lane) == {"MessageAttributes": {"a": "b"}}
