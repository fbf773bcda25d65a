"""A page and its API calls are in one lane, whatever cookies the browser keeps and whichever identity a call has.

In Chromium, with the order desk's own script, and with calls of a page that has another identity than its document had.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect
from tests.support.stack.browser import browser
from tests.support.stack.cookieless import without_cookies
from tests.support.stack.operator import Operator

from graylocal.stack import LocalStack

pytestmark = pytest.mark.long

PATIENCE = 30_000  # milliseconds: a first call starts four functions
VISITORS = 12
CALL = """async headers => {
  const told = performance.getEntriesByType('navigation')[0].serverTiming.find(timing => timing.name === 'gray');
  const answer = await fetch('/api/orders', {headers: {'x-gray-pin': told.description, ...headers}});
  return [answer.headers.get('x-gray-version'), answer.headers.get('x-gray-reload')];
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser(back_and_forward=True) as started:
        yield started


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def released(operator: Operator, percent: int, **more: Any) -> None:
    """A release in which so many are in gray."""
    operator.run("ramp", str(percent), "--yes")
    if more:
        document = operator.json("show")["release"] | more
        (operator.folder / "identity.json").write_text(json.dumps(document))
        operator.run("apply", "identity.json", "--yes")


def lane_of(page: Page | Frame) -> str:
    lane = page.locator("[data-page-lane]").inner_text()
    # The page's own script has called the API.
    expect(page.locator("[data-api-lane]")).to_have_text(lane, timeout=PATIENCE)
    return lane


def navigations(page: Page) -> list[str]:
    """The documents that the page loads from now on."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if request.is_navigation_request() else None)
    return seen


def test_with_cookies_blocked(stack: LocalStack, operator: Operator, context: BrowserContext) -> None:
    released(operator, 50)
    seen = set()
    with without_cookies(stack.url) as site:
        for _ in range(VISITORS):
            page = context.new_page()
            loads = navigations(page)
            page.goto(site)
            lane = lane_of(page)
            assert page.evaluate(CALL, {}) == [lane, None]
            assert len(loads) == 1
            seen.add(lane)
            page.close()
    assert seen == {"v1", "v2"}


def test_in_a_frame_of_another_site(stack: LocalStack, operator: Operator, context: BrowserContext) -> None:
    released(operator, 100)
    with without_cookies(stack.url) as site:
        page = context.new_page()
        # Chromium takes localhost and 127.0.0.1 for two sites.
        page.goto(f"{site.replace('localhost', '127.0.0.1')}/gray.html")
        page.evaluate("url => { document.body.innerHTML = `<iframe src=${url}></iframe>`; }", site)
        inner = page.wait_for_selector("iframe")
        frame = inner.content_frame() if inner else None
        assert frame
        frame.wait_for_selector("[data-page-lane]")
        assert lane_of(frame) == "v2"
        assert frame.evaluate(CALL, {}) == ["v2", None]


def test_with_an_identity_that_documents_never_carry(
    stack: LocalStack, operator: Operator, context: BrowserContext
) -> None:
    released(operator, 50, identity={"kind": "plain", "sources": ["header:Authorization"]})
    seen = set()
    for number in range(VISITORS):
        context.clear_cookies()
        page = context.new_page()
        loads = navigations(page)
        page.goto(stack.url)
        lane = lane_of(page)
        for user in range(4):
            assert page.evaluate(CALL, {"authorization": f"user-{number}-{user}"}) == [lane, None]
        assert len(loads) == 1
        seen.add(lane)
        page.close()
    assert seen == {"v1", "v2"}


def test_with_a_login_and_a_logout_between_page_and_api(
    stack: LocalStack, operator: Operator, context: BrowserContext
) -> None:
    released(operator, 50, identity={"kind": "plain", "sources": ["cookie:uid"]})
    for number in range(VISITORS):
        context.clear_cookies()
        page = context.new_page()
        loads = navigations(page)
        page.goto(stack.url)
        lane = lane_of(page)
        context.add_cookies([{"name": "uid", "value": f"user-{number}", "url": stack.url}])
        assert page.evaluate(CALL, {}) == [lane, None]
        context.clear_cookies(name="uid")
        assert page.evaluate(CALL, {}) == [lane, None]
        assert len(loads) == 1
        page.close()


def test_in_two_tabs_of_two_lanes(stack: LocalStack, operator: Operator, context: BrowserContext) -> None:
    old, new = context.new_page(), context.new_page()
    old.goto(stack.url)
    assert lane_of(old) == "v1"
    new.goto(operator.json("link", "--lane", "v2")["url"])
    assert lane_of(new) == "v2"
    for _ in range(3):
        assert (old.evaluate(CALL, {}), new.evaluate(CALL, {})) == (["v1", None], ["v2", None])


def test_when_the_page_comes_from_the_cache(stack: LocalStack, operator: Operator, context: BrowserContext) -> None:
    released(operator, 100)
    page = context.new_page()
    page.goto(stack.url)
    assert lane_of(page) == "v2"
    again = page.reload()
    # Playwright shows what the page got; what came over the wire was the 304 of an unchanged page.
    assert again
    assert again.request.all_headers().get("if-none-match")
    assert lane_of(page) == "v2"
    assert page.evaluate(CALL, {}) == ["v2", None]

    page.evaluate("() => { window.stays = true; }")
    page.goto(f"{stack.url}/gray.html")
    page.go_back(wait_until="commit")
    assert page.evaluate("() => window.stays") is True, "the page did not come from the back and forward cache"
    assert page.evaluate(CALL, {}) == ["v2", None]


@pytest.mark.parametrize("storage", ["kept", "forbidden"])
def test_a_kill_loads_an_open_page_anew_once(
    stack: LocalStack, operator: Operator, context: BrowserContext, storage: str
) -> None:
    released(operator, 100)
    page = context.new_page()
    if storage == "forbidden":
        forbid = "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no'); }});"
        page.add_init_script(forbid)
    page.goto(stack.url)
    assert lane_of(page) == "v2"
    loads = navigations(page)

    operator.run("kill")

    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("[data-page-lane]")).to_have_text("v1", timeout=PATIENCE)
    assert lane_of(page) == "v1"
    for _ in range(3):
        page.get_by_role("button", name="Refresh").click()
        assert page.evaluate(CALL, {}) == ["v1", None]
    assert len(loads) == 1
