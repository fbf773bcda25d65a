"""Which alarms withdraw gray."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gray.analysis.withdrawal import Ignored, Kill, decide
from gray.history.revision import Head

PREFIX = "graylane-test-withdraw-"


def message(**changes: object) -> str:
    alarm = {
        "AlarmName": "graylane-test-withdraw-errors-v2",
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 datapoint [1.0] was greater than or equal to the threshold (1.0).",
        "StateChangeTime": "2026-11-24T19:00:00.000+0000",
    }
    return json.dumps(alarm | changes)


CHANGED = 1_795_546_800  # the message's time of change, in Unix seconds


def decided(
    text: str, *, prefix: str = PREFIX, enabled: bool = True, state: str | None = "active", began: int = 0
) -> Kill | Ignored:
    head = Head(3, 2, state) if state else None
    return decide(text, prefix=prefix, enabled=enabled, head=head, epoch_began=lambda _: began)


def test_an_alarm_of_gray_withdraws() -> None:
    decision = decided(message())
    assert isinstance(decision, Kill)
    assert decision.author == "alarm:graylane-test-withdraw-errors-v2"
    assert "Threshold Crossed" in decision.reason


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        (message(AlarmName="graylane-test-api-5xx-v1"), {}, "is not an alarm of gray"),
        (message(AlarmName="graylane-test-api-5xx-v2"), {}, "is not an alarm of gray"),
        (message(AlarmName="graylane-prod-withdraw-errors-v2"), {}, "is not an alarm of gray"),
        (message(NewStateValue="OK"), {}, "went to OK"),
        (message(NewStateValue="INSUFFICIENT_DATA"), {}, "went to INSUFFICIENT_DATA"),
        (message(), {"enabled": False}, "automatic rollback is off"),
        (message(), {"prefix": ""}, "automatic rollback is off"),
        (message(), {"state": None}, "no release"),
        (message(), {"state": "killed"}, "killed already"),
        (message(), {"state": "finished"}, "finished already"),
        (message(), {"began": CHANGED + 1}, "before the present epoch"),
        ("lunch is ready", {}, "not an alarm's message"),
        ('["ALARM"]', {}, "not an alarm's message"),
        ("{}", {}, "not an alarm's message"),
    ],
)
def test_everything_else_is_left(text: str, options: dict[str, object], why: str) -> None:
    decision = decided(text, **options)  # type: ignore[arg-type]
    assert isinstance(decision, Ignored)
    assert why in decision.reason


@pytest.mark.parametrize(
    ("text", "began"), [(message(), CHANGED), (message(StateChangeTime=""), CHANGED), (message(StateChangeTime="?"), 9)]
)
def test_an_alarm_of_this_epoch_or_of_unknown_time_withdraws(text: str, began: int) -> None:
    assert isinstance(decided(text, began=began), Kill)


def test_a_paused_release_is_withdrawn_too() -> None:
    assert isinstance(decided(message(), state="paused"), Kill)


def test_one_state_change_is_one_cause_and_another_is_another() -> None:
    first, again = decided(message()), decided(message(NewStateReason="told again"))
    later = decided(message(StateChangeTime="2026-11-24T20:00:00.000+0000"))
    assert isinstance(first, Kill)
    assert isinstance(again, Kill)
    assert isinstance(later, Kill)
    assert first.cause == again.cause != later.cause


@given(st.text())
def test_no_message_is_an_error(text: str) -> None:
    assert isinstance(decided(text), Ignored)
