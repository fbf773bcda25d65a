"""The console's server: who is answered, what is told, and that nothing is done without a confirmation."""

import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from gray.history.revisions import Revisions
from grayctl.commands.console import private_page
from grayctl.console import server
from grayctl.console.actions import GOOD_SECONDS, Actions
from grayctl.console.guard import TOKEN_HEADER, Guard
from grayctl.console.views import Kept
from grayctl.errors import NotConfirmedError
from grayctl.stack.target import discover

PAGE = Path(server.__file__).parent / "page"
Headers = dict[str, str | None]


class Browser:
    """The console's own page, as its requests look; `None` leaves a header out, `{here}` is the console's address."""

    def __init__(self, client: httpx.Client, guard: Guard) -> None:
        self.client, self.guard = client, guard

    def get(self, path: str, headers: Headers | None = None) -> httpx.Response:
        return self.client.get(path, headers=self._sent(headers or {}))

    def post(self, path: str, body: object, headers: Headers | None = None) -> httpx.Response:
        own: Headers = {"origin": "http://{here}", "content-type": "application/json"}
        return self.client.post(path, content=json.dumps(body), headers=self._sent({**own, **(headers or {})}))

    def confirmed(self, action: str, values: dict[str, Any], reason: str = "") -> httpx.Response:
        told = self.post(f"/api/ask/{action}", values)
        assert told.status_code == 200, told.text
        return self.post(f"/api/do/{action}", {"confirmation": told.json()["confirmation"], "reason": reason})

    def _sent(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        own: Headers = {TOKEN_HEADER: self.guard.token, "sec-fetch-site": "same-origin"}
        here = f"127.0.0.1:{self.guard.port}"
        sent = {name: value for name, value in {**own, **headers}.items() if value is not None}
        return [(name.encode(), value.replace("{here}", here).encode()) for name, value in sent.items()]


@pytest.fixture
def open_console(stack: Stack) -> Iterator[Callable[..., Browser]]:
    """The console as `grayctl console` serves it, in a thread."""
    with ExitStack() as open_ones:

        def opened(*, allow_actions: bool = False, table: str = "") -> Browser:
            target = discover("test")
            if table:
                target = replace(target, outputs={**target.outputs, "ConfigTable": table})
            bound = server.listen(0)
            guard = Guard(bound.getsockname()[1])
            app = server.application(target, guard, allow_actions=allow_actions)
            running = uvicorn.Server(server.settings(app))
            thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
            thread.start()
            open_ones.callback(thread.join)
            open_ones.callback(setattr, running, "should_exit", True)
            client = httpx.Client(base_url=f"http://127.0.0.1:{guard.port}", trust_env=False, timeout=60)
            return Browser(open_ones.enter_context(client), guard)

        yield opened


def head(stack: Stack) -> tuple[int, str]:
    found = stack.revisions.head()
    return (found.revision, found.state) if found else (0, "none")


def test_the_page_sees_what_watch_sees(stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]) -> None:
    grayctl("rule", "add", "staff", "--when", "cookie:staff=yes", "--yes", "--no-wait")
    grayctl("ramp", "20", "--yes", "-m", "first step")
    browser = open_console()
    live = browser.get("/api/live")
    assert live.status_code == 200
    watched = grayctl("watch", "--once", "--json").json
    assert set(live.json()) == {*watched, "conditions"}
    assert live.json()["status"]["ramp_percent"] == 20
    assert live.json()["conditions"] == ["cookie:staff=yes", "everybody"]
    history = browser.get("/api/history").json()
    assert [one["reason"] for one in history["revisions"]] == ["first step", "rule add staff"]
    assert history["publications"][0]["status"] == "published"
    about = browser.get("/api/about").json()
    assert (about["environment"], about["actions"]) == ("test", [])


def test_the_page_itself_is_static_and_asks_nobody_else(open_console: Callable[..., Browser]) -> None:
    browser = open_console()
    for path in ("/", "/console.css", "/console.js", "/icon.svg"):
        answer = browser.client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    for file in PAGE.iterdir():
        found = set(re.findall(r"https?://[^\s\"'<)]+", file.read_text()))
        assert found <= {"http://www.w3.org/2000/svg"}
    markup = (PAGE / "index.html").read_text()
    assert not re.search(r"<script>|<style>|\son\w+=|\sstyle=", markup)
    # What comes from the server becomes text only.
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", (PAGE / "console.js").read_text()
    )


def test_the_browsers_command_line_has_no_token() -> None:
    with private_page("http://127.0.0.1:1/#secret") as address:
        page = Path(address.removeprefix("file://"))
        assert "secret" not in address
        assert 'url=http://127.0.0.1:1/#secret"' in page.read_text()
        assert page.parent.stat().st_mode & 0o077 == 0
    assert not page.exists()


FOREIGN: list[tuple[Headers, int]] = [
    ({TOKEN_HEADER: None}, 401),
    ({TOKEN_HEADER: "x" * 43}, 401),
    ({TOKEN_HEADER: "é"}, 401),
    ({"host": "attacker.example"}, 421),
    ({"host": "attacker.example:80"}, 421),
    ({"host": "127.0.0.1"}, 421),
    ({"host": "127.0.0.1:1"}, 421),
    ({"host": "{here}.attacker.example"}, 421),
    ({"origin": "http://attacker.example"}, 403),
    ({"origin": "null"}, 403),
    ({"origin": "https://{here}"}, 403),
    ({"origin": "http://127.0.0.1:1"}, 403),
    ({"origin": "http://localhost"}, 403),
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "same-site"}, 403),
    ({"sec-fetch-site": "none"}, 403),
]


def test_foreign_pages_and_programs_see_nothing(open_console: Callable[..., Browser]) -> None:
    browser = open_console()
    for headers, status in FOREIGN:
        answer = browser.get("/api/about", headers)
        assert answer.status_code == status, headers
        assert set(answer.json()) == {"error"}
        assert "access-control-allow-origin" not in answer.headers


def test_a_rebound_name_does_not_even_get_the_page(open_console: Callable[..., Browser]) -> None:
    assert open_console().client.get("/", headers={"host": "attacker.example"}).status_code == 421


def test_localhost_is_a_name_of_this_machine_too(open_console: Callable[..., Browser]) -> None:
    browser = open_console()
    host = f"localhost:{browser.guard.port}"
    assert browser.get("/api/about", {"host": host, "origin": f"http://{host}"}).status_code == 200


def test_two_hosts_are_none(open_console: Callable[..., Browser]) -> None:
    browser = open_console()
    connection = http.client.HTTPConnection("127.0.0.1", browser.guard.port)
    connection.putrequest("GET", "/api/about", skip_host=True)
    for name, value in (("host", f"127.0.0.1:{browser.guard.port}"), ("host", "attacker.example")):
        connection.putheader(name, value)
    connection.putheader(TOKEN_HEADER, browser.guard.token)
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


def test_read_only_is_the_default(stack: Stack, open_console: Callable[..., Browser]) -> None:
    browser = open_console()
    for path in ("/api/ask/kill", "/api/do/kill"):
        assert browser.post(path, {}).status_code == 404
    assert head(stack) == (0, "none")


FOREIGN_ACTS: list[tuple[Headers, int]] = [
    ({TOKEN_HEADER: None}, 401),
    ({"origin": None}, 403),
    ({"origin": "http://attacker.example"}, 403),
    ({"content-type": "text/plain"}, 415),  # what a form of another site can send
    ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ({"host": "attacker.example"}, 421),
    ({"sec-fetch-site": "cross-site"}, 403),
]


def test_a_foreign_page_cannot_act(stack: Stack, open_console: Callable[..., Browser]) -> None:
    browser = open_console(allow_actions=True)
    for headers, status in FOREIGN_ACTS:
        assert browser.post("/api/ask/kill", {}, headers).status_code == status, headers
        assert browser.post("/api/do/kill", {}, headers).status_code == status, headers
    assert browser.get("/api/do/kill").status_code == 405
    assert head(stack) == (0, "none")


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


def test_aws_that_does_not_answer_is_told(open_console: Callable[..., Browser]) -> None:
    answer = open_console(table="graylane-gone").get("/api/live")
    assert answer.status_code == 502
    assert "Is the stack fully deployed?" in answer.json()["error"]["remedy"]


def test_many_tabs_read_once() -> None:
    reads: list[int] = []
    now = [0.0]

    def read() -> dict[str, Any]:
        reads.append(1)
        return {"read": len(reads)}

    kept = Kept(read, 2.0, clock=lambda: now[0])
    threads = [threading.Thread(target=kept.get) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.get() == {"read": 1}
    now[0] = 2.0
    assert kept.get() == {"read": 2}
    kept.forget()
    assert kept.get() == {"read": 3}


def test_it_listens_on_this_machine_only() -> None:
    bound = server.listen(0)
    try:
        assert bound.getsockname()[0] == "127.0.0.1"
        with pytest.raises(OSError, match="in use"):
            server.listen(bound.getsockname()[1])
    finally:
        bound.close()
