"""The page's script in Chromium, under a policy that allows the site's own files alone; no stack is needed."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import Browser, Page
from tests.support.aws.serving import serving
from tests.support.stack.browser import Watched, browser

from grayctl.actions.site.page_script import script, with_script

pytestmark = pytest.mark.long

PIN = "v2.12.1800000000.b.092618379009927.108633046965002"
API = {"content-type": "application/json", "cache-control": "private, no-store", "access-control-allow-origin": "*"}
CALL = "path => fetch(path).then(answer => answer.json())"
XHR = """path => new Promise(resolve => {
  const call = new XMLHttpRequest();
  call.open('POST', path);
  call.onload = () => resolve(JSON.parse(call.responseText));
  call.send('body');
})"""


class Site(BaseHTTPRequestHandler):
    """A page with its pin, its script, and calls that answer with what they were sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.partition("?")[0]
        if path == "/":
            head = {"content-type": "text/html", "server-timing": f'gray;desc="{PIN}"'}
            self._answer(with_script(b"<!doctype html><title>t</title>", "v2"), head)
        elif path == "/v2/graylane.js":
            self._answer(script().replace(b"__LANE__", b"v2"), {"content-type": "text/javascript"})
        elif path == "/file.json":
            self._answer(b"{}", {"content-type": "application/json", "cache-control": "public, max-age=60"})
        else:
            lost = {"x-gray-reload": "1"} if path == "/lost" else {}
            sent = {name.lower(): value for name, value in self.headers.items()}
            self._answer(json.dumps(sent).encode(), {**API, **lost})

    do_POST = do_GET

    def _answer(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        policy = "default-src 'self'; connect-src *"
        for name, value in {**headers, "content-security-policy": policy, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with serving(Site) as site:
        page = chromium.new_page()
        watched = Watched(page)
        page.goto(site)
        yield page
        # The reload may come before the body of the very answer that asked for it.
        assert [each for each in watched.wrong if not each.endswith("/lost: net::ERR_ABORTED")] == []
        page.close()


def test_calls_to_the_own_origin_carry_the_pin_and_others_do_not(page: Page) -> None:
    elsewhere = page.url.replace("127.0.0.1", "localhost")

    assert page.evaluate(CALL, "/call?x=1")["x-gray-pin"] == PIN
    as_request = "() => fetch(new Request('/call', {method: 'POST', body: 'b'})).then(answer => answer.json())"
    assert page.evaluate(as_request)["x-gray-pin"] == PIN
    assert page.evaluate(XHR, "/call")["x-gray-pin"] == PIN
    own = "() => fetch('/call', {headers: {'x-gray-pin': 'v1'}}).then(answer => answer.json())"
    assert page.evaluate(own)["x-gray-pin"] == "v1"
    assert "x-gray-pin" not in page.evaluate(CALL, f"{elsewhere}call")
    assert "x-gray-pin" not in page.evaluate(XHR, f"{elsewhere}call")


def test_a_call_that_fails_fails_as_without_the_script(page: Page) -> None:
    wrong = "() => fetch('http://').then(() => 'answered', error => error.constructor.name)"

    assert page.evaluate(wrong) == "TypeError"
    assert (
        page.evaluate("() => fetch('/call', {signal: AbortSignal.abort()}).catch(error => error.name)") == "AbortError"
    )


@pytest.mark.parametrize("way", ["fetch", "xhr"])
def test_a_page_whose_lane_is_lost_loads_again_once_until_an_api_is_right(page: Page, way: str) -> None:
    call = CALL if way == "fetch" else XHR

    with page.expect_navigation():
        page.evaluate(f"path => {{ ({call})(path); }}", "/lost")
    page.evaluate("() => { window.stays = true; }")
    # A file's answer says nothing of the lane, so it ends nothing.
    page.evaluate(CALL, "/file.json")
    page.evaluate(call, "/lost")
    assert page.evaluate("() => window.stays") is True

    page.evaluate(call, "/fine")
    with page.expect_navigation():
        page.evaluate(f"path => {{ ({call})(path); }}", "/lost")


def test_a_page_may_save_first_or_load_again_by_itself(page: Page) -> None:
    page.evaluate(
        """() => addEventListener('gray-reload', event => { event.preventDefault(); window.told = 'yes'; })"""
    )

    page.evaluate(CALL, "/lost")

    assert page.evaluate("() => window.told") == "yes"
