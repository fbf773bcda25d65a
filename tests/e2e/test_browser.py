"""The order desk in a real browser: what each version shows, and that an open page stays one version."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.stack.browser import Watched, browser
from tests.support.stack.deployed import DeployedStack
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import COOKIE

from graylocal.stack import LocalStack
from graylocal.system.places import REPOSITORY

pytestmark = pytest.mark.long

Stack = LocalStack | DeployedStack
PATIENCE = 30_000  # milliseconds: a first call starts four functions


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Page]:
    """A first visit: no cookies. Nothing may have gone wrong in its page in the end."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    watched = Watched(page)
    yield page
    context.close()
    assert watched.wrong == []


def open_desk(page: Page, stack: Stack) -> str:
    """Opens the order desk and waits until its API has answered; the lane of the page."""
    page.goto(stack.url)
    lane = page_lane(page)
    expect(page.locator("[data-api-lane]")).to_have_text(lane, timeout=PATIENCE)
    return lane


def page_lane(page: Page) -> str:
    return page.locator("[data-page-lane]").inner_text()


def api_lane(page: Page) -> str:
    """Asks the API from the open page; the lane that answered."""
    with page.expect_response("**/api/orders") as answered:
        page.get_by_role("button", name="Refresh").click()
    lane = answered.value.header_value("x-gray-version") or ""
    expect(page.locator("[data-api-lane]")).to_have_text(lane)
    return lane


def place_order(page: Page, customer: str) -> list[str]:
    """Fills the form in; the chain of services that the page then shows, once the consumer has had the order."""
    page.get_by_label("Name").fill(customer)
    page.get_by_label("Pieces").fill("2")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("status")).to_contain_text("Order placed", timeout=PATIENCE)
    first = page.locator("[data-orders] tr").first
    expect(first).to_contain_text(customer)
    # The page looks again by itself for some seconds, and then when asked.
    end = time.monotonic() + PATIENCE / 1000
    while "fulfilled" not in first.inner_text():
        assert time.monotonic() < end, "the consumer has not had the order"
        api_lane(page)
    return page.locator("[data-chain] li").all_inner_texts()


def style_of(page: Page) -> tuple[str, str]:
    """What a person sees at once: the colour of the head and the heading."""
    colour = page.locator("header").evaluate("element => getComputedStyle(element).backgroundColor")
    return str(colour), page.get_by_role("heading", level=1).inner_text()


@pytest.mark.verify
def test_at_0_percent_the_desk_is_stable_and_shows_the_chain(stack: Stack, operator: Operator, visitor: Page) -> None:
    assert open_desk(visitor, stack) == "v1"
    chain = place_order(visitor, "Ada")
    assert chain == [
        "api was given v1, is v1",
        "pricing was given v1, is shared",
        "stock was given v1, is v1",
        "fulfilment was given v1, is v1",
    ]


@pytest.mark.verify
def test_at_100_percent_it_is_gray_and_looks_different(stack: Stack, operator: Operator, visitor: Page) -> None:
    open_desk(visitor, stack)
    stable = style_of(visitor)
    operator.run("ramp", "100", "--yes")

    assert open_desk(visitor, stack) == "v2"

    assert all(one != other for one, other in zip(stable, style_of(visitor), strict=True))
    visitor.get_by_label("Express").check()
    chain = place_order(visitor, "Grace")
    assert "stock was given v2, is v2" in chain
    assert "fulfilment was given v2, is v2" in chain
    expect(visitor.locator("[data-orders] tr").first).to_contain_text("express")


@pytest.mark.verify
def test_the_cookie_is_kept_as_the_browser_demands_of_its_prefix(
    stack: Stack, operator: Operator, visitor: Page
) -> None:
    operator.run("ramp", "100", "--yes")
    open_desk(visitor, stack)
    (cookie,) = [each for each in visitor.context.cookies() if each["name"] == COOKIE]
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert (cookie["path"], cookie["value"].split(".")[1]) == ("/", "v2")


@pytest.mark.verify
def test_at_50_percent_both_are_there_and_nobody_changes(stack: Stack, operator: Operator, chromium: Browser) -> None:
    operator.run("ramp", "50", "--yes")
    seen = set()
    for _ in range(60):
        context = chromium.new_context()
        page = context.new_page()
        lane = open_desk(page, stack)
        seen.add(lane)
        page.reload()
        assert page_lane(page) == lane
        assert api_lane(page) == lane
        context.close()
        if seen == {"v1", "v2"}:
            break
    assert seen == {"v1", "v2"}


@pytest.mark.verify
def test_two_tabs_on_two_versions_keep_their_files_and_their_api(
    stack: Stack, operator: Operator, visitor: Page
) -> None:
    # Given a tab of stable, and one of gray that the same visitor opened by a link
    old = visitor
    assert open_desk(old, stack) == "v1"
    new = old.context.new_page()
    watched = Watched(new)
    new.goto(operator.json("link", "--lane", "v2")["url"])
    assert page_lane(new) == "v2"

    # When the ramp changes under them
    for percent in ("30", "60", "100"):
        operator.run("ramp", percent, "--yes")

        # Then each goes on as the version it is, whatever the other does
        assert (api_lane(old), api_lane(new)) == ("v1", "v2")
        for page, lane in ((old, "v1"), (new, "v2")):
            assert loaded(page) == {f"/{lane}/{name}" for name in ("app.css", "app.js", "graylane.js", "icon.svg")}
            assert fetched(page, f"/{lane}/app.css") == (REPOSITORY / "web" / lane / "app.css").read_text()
    assert place_order(old, "Old tab")[0] == "api was given v1, is v1"
    assert place_order(new, "New tab")[0] == "api was given v2, is v2"
    assert watched.wrong == []


def loaded(page: Page) -> set[str]:
    """Paths of the files that the open page has loaded from the first on, its API's answers left out."""
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)")
    return {name for name in names if not name.startswith("/api/")}


def fetched(page: Page, path: str) -> str:
    """A file's text, as the open page gets it now, past its own cache."""
    return str(page.evaluate("path => fetch(path, {cache: 'reload'}).then(answer => answer.text())", path))


@pytest.mark.verify
def test_after_a_kill_an_open_gray_page_becomes_stable_and_keeps_what_was_typed(
    stack: Stack, operator: Operator, visitor: Page
) -> None:
    operator.run("ramp", "100", "--yes")
    assert open_desk(visitor, stack) == "v2"
    visitor.get_by_label("Name").fill("half an order")

    operator.run("kill")

    visitor.get_by_role("button", name="Refresh").click()
    expect(visitor.locator("[data-page-lane]")).to_have_text("v1", timeout=PATIENCE)
    expect(visitor.get_by_label("Name")).to_have_value("half an order")
    assert api_lane(visitor) == "v1"
    assert len([each for each in visitor.context.cookies() if each["name"] == COOKIE]) == 1


@pytest.mark.verify
def test_a_bad_order_is_shown_at_its_field(stack: Stack, operator: Operator, chromium: Browser) -> None:
    visitor = chromium.new_page()
    open_desk(visitor, stack)
    visitor.get_by_label("Pieces").fill("0")
    visitor.get_by_role("button", name="Place order").click()
    expect(visitor.get_by_role("status")).to_contain_text("Not placed", timeout=PATIENCE)
    assert visitor.locator("[data-error=customer]").inner_text()
    assert visitor.locator("[data-error=quantity]").inner_text()
    expect(visitor.get_by_label("Name")).to_be_focused()
    visitor.close()


@pytest.mark.verify
def test_the_version_page_says_the_lane_and_how_to_leave(stack: Stack, operator: Operator, visitor: Page) -> None:
    operator.run("ramp", "100", "--yes")
    assert open_desk(visitor, stack) == "v2"
    visitor.get_by_role("link", name="Which version am I in?").click()
    expect(visitor.get_by_role("heading", name="You are in v2")).to_be_visible()

    visitor.get_by_role("link", name="Always give me the stable version").click()
    expect(visitor.get_by_role("heading", name="You are in v1")).to_be_visible()
    assert open_desk(visitor, stack) == "v1"

    visitor.goto(f"{stack.url}/gray.html")
    visitor.get_by_role("link", name="Forget my choice").click()
    expect(visitor.get_by_role("heading", name="You are in v2")).to_be_visible()
