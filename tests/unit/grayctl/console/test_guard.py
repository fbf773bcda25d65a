"""The console's guard: foreign pages and programs see nothing and do nothing."""

import http.client
from collections.abc import Callable

from tests.support.grayctl.grayctl_stack import Stack
from tests.unit.grayctl.console.browser import Browser, Headers, head

from grayctl.console.guard import TOKEN_HEADER

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
