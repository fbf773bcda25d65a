"""The console's actions: nothing is done without a confirmation, and no input stops a kill."""

import json
from collections.abc import Callable

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.unit.grayctl.console.browser import Browser, head

from gray.history.revisions import Revisions
from grayctl.console.actions import GOOD_SECONDS, Actions
from grayctl.errors import NotConfirmedError
from grayctl.stack.target import discover


def test_nothing_is_done_without_a_confirmation(
    stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]
) -> None:
    grayctl("ramp", "20", "--yes")
    browser = open_console(allow_actions=True)
    asked = browser.post("/api/ask/ramp", {"percent": 55}).json()
    assert asked["question"] == "Ramp to 55 % in test?"
    assert asked["changes"] == ["~ rules[ramp].percent: 20 -> 55"]
    assert head(stack) == (1, "active")
    for wrong in ({}, {"confirmation": "x"}, {"confirmation": None}, {"confirmation": ["x"]}):
        assert browser.post("/api/do/ramp", wrong).status_code == 428
    # A code is for the action it was given for.
    assert browser.post("/api/do/kill", {"confirmation": asked["confirmation"]}).status_code == 428
    assert head(stack) == (1, "active")


def test_a_code_is_good_once(stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]) -> None:
    grayctl("ramp", "20", "--yes")
    browser = open_console(allow_actions=True)
    code = browser.post("/api/ask/ramp", {"percent": 55}).json()["confirmation"]
    done = browser.post("/api/do/ramp", {"confirmation": code, "reason": "it is well"})
    assert done.json() == {"action": "ramp", "revision": 2, "state": "active", "epoch": 1}
    revision = stack.revisions.current()
    assert revision
    assert (revision.author, revision.reason) == ("ada@example.org", "it is well")
    assert browser.post("/api/do/ramp", {"confirmation": code}).status_code == 428
    assert head(stack) == (2, "active")
    assert browser.get("/api/live").json()["status"]["revision"] == 2


def test_a_code_is_good_for_two_minutes(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "20", "--yes")
    now = [0.0]
    actions = Actions(discover("test"), clock=lambda: now[0])
    code = actions.ask("pause", {})["confirmation"]
    now[0] = GOOD_SECONDS
    with pytest.raises(NotConfirmedError):
        actions.do("pause", code)
    assert head(stack) == (1, "active")


def test_pause_resume_and_kill(stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]) -> None:
    grayctl("ramp", "20", "--yes")
    browser = open_console(allow_actions=True)
    assert browser.confirmed("pause", {}).json()["state"] == "paused"
    assert browser.post("/api/ask/pause", {}).status_code == 400
    assert browser.confirmed("resume", {}).json()["state"] == "active"
    killed = browser.confirmed("kill", {}, "orders fail")
    assert killed.json()["state"] == "killed"
    assert head(stack) == (4, "killed")
    assert stack.sync.requests[-1]["reason"] == "orders fail"


def test_a_kill_does_not_wait_for_the_release_to_be_readable(
    stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]
) -> None:
    grayctl("ramp", "20", "--yes")
    stack.dynamodb.delete_item(TableName="graylane-test-config", Key={"pk": {"S": "revision"}, "sk": {"N": "1"}})
    assert open_console(allow_actions=True).confirmed("kill", {}).json()["state"] == "killed"


def test_who_was_faster_wins_and_the_other_is_told(
    stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]
) -> None:
    grayctl("ramp", "20", "--yes")
    browser = open_console(allow_actions=True)
    code = browser.post("/api/ask/ramp", {"percent": 55}).json()["confirmation"]
    other = Revisions(stack.dynamodb, "graylane-test-config")
    other.pause(author="bob", reason="wait", via="grayctl", base=other.head())
    answer = browser.post("/api/do/ramp", {"confirmation": code})
    assert answer.status_code == 409
    assert "revision 2 by bob" in answer.json()["error"]["message"]
    assert answer.json()["error"]["findings"][0]["what"] == "~ state: active -> paused"
    assert head(stack) == (2, "paused")


MISTAKES: list[tuple[str, object, int]] = [
    ("ramp", {"percent": 120}, 400),
    ("ramp", {"percent": "40"}, 400),
    ("ramp", {"percent": True}, 400),
    ("ramp", {}, 400),
    ("ramp", [], 400),
    ("resume", {}, 400),
    ("explode", {}, 400),
    ("ramp", {"percent": 1, "more": "x" * 20_000}, 413),
]


def test_a_mistake_is_told_and_changes_nothing(stack: Stack, open_console: Callable[..., Browser]) -> None:
    browser = open_console(allow_actions=True)
    for action, values, status in MISTAKES:
        answer = browser.post(f"/api/ask/{action}", values)
        assert answer.status_code == status, (action, values)
        assert answer.json()["error"]["message"]
    assert head(stack) == (0, "none")


BODIES: dict[str, str | bytes] = {
    "400 digits": '{"percent": 1' + "0" * 400 + "}",
    "400 digits below nothing": '{"percent": -1' + "0" * 400 + "}",
    "400 digits and a fraction": '{"percent": 1' + "0" * 400 + ".5}",
    "a large exponent": '{"percent": 1e400}',
    "infinity": '{"percent": Infinity}',
    "no number": '{"percent": NaN}',
    "a truth": '{"percent": true}',
    "a text": '{"percent": "5"}',
    "a list": '{"percent": [5]}',
    "nothing": '{"percent": null}',
    "another key": '{"Percent": 5}',
    "a little too much": '{"percent": 100.001}',
    "below nothing": '{"percent": -0.01}',
    "three decimals": '{"percent": 0.001}',
    "5,000 digits": '{"percent": ' + "9" * 5000 + "}",
    "a deep body": "[" * 9000,
    "deep inside": '{"percent": ' + "[" * 9000,
    "half a character": '{"percent": "\\ud800"}',
    "no UTF-8": b'{"percent": "\xff"}',
    "a number alone": "5",
}


@pytest.mark.parametrize("action", ["ask/ramp", "do/ramp", "do/kill", "ask/9999999999"])
def test_no_body_is_a_bug_of_ours(stack: Stack, open_console: Callable[..., Browser], action: str) -> None:
    browser = open_console(allow_actions=True)
    for kind, body in BODIES.items():
        headers = browser._sent({"origin": "http://{here}", "content-type": "application/json"})
        answer = browser.client.post(f"/api/{action}", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, kind
        assert answer.json()["error"]["message"], kind
        if action == "ask/ramp" and "JSON" not in answer.text:
            assert "percent" in answer.json()["error"]["message"] or "decimals" in answer.text, kind
    assert head(stack) == (0, "none")


@pytest.mark.parametrize("values", ['{"reason": 1' + "0" * 400 + "}", '{"reason": "\\ud800\\u001b"}', '{"reason": {}}'])
def test_no_reason_stops_a_kill_of_the_console(
    stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser], values: str
) -> None:
    grayctl("ramp", "5", "--yes", "--no-wait")
    browser = open_console(allow_actions=True)
    code = browser.post("/api/ask/kill", {}).json()["confirmation"]
    done = browser.post("/api/do/kill", {**json.loads(values), "confirmation": code})
    assert done.status_code == 200
    assert head(stack)[1] == "killed"
