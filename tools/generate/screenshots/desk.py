"""The order desk in both versions, as seen by two viewers with orders; and the console."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from generate.screenshots.operator import Operator, PictureError

__all__ = ["take"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# No network access beyond this machine. Text without subpixel colours halves the file size.
_QUIET = [
    *("--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-first-run"),
    "--disable-lcd-text",
]
_ORDERS = (("Ada", "kettle", 1), ("Grace", "scale", 2), ("Linus", "beans-1kg", 12))
_SIZE = {"width": 1000, "height": 760}
_BESIDE = """<body style="margin:0;display:flex;gap:16px;background:#fff">
<img src="{left}" width="592"><img src="{right}" width="592">"""


def take(operator: Operator, folder: Path) -> list[Path]:
    """Write the pictures of the operator's stack, whose release sends nobody to gray yet. Raises PictureError."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)  # the page's functions have a cold start
    try:
        with _browser() as browser:
            operator.grayctl("rule", "add", "staff", "--when", "cookie:staff=yes", "-m", "the team first")
            operator.grayctl("ramp", "20", "-m", "first step")
            return [*_desks(browser, operator, folder), _console(browser, operator, folder / "console.png")]
    except (Error, AssertionError) as error:
        raise PictureError(f"a page did not load: {error}") from error


def _desks(browser: Browser, operator: Operator, folder: Path) -> list[Path]:
    stable, gray = folder / "desk-v1.png", folder / "desk-v2.png"
    for lane, file in (("v1", stable), ("v2", gray)):
        page = _viewer(browser, operator.grayctl("link", *(["--out"] if lane == "v1" else ["--lane", lane])))
        expect(page.locator("[data-page-lane]")).to_have_text(lane)
        for customer, article, pieces in _ORDERS:
            _place(page, customer, article, pieces)
        expect(page.locator("tbody tr").first).to_contain_text("fulfilled")
        page.reload()
        expect(page.locator("tbody tr")).not_to_have_count(0)
        expect(page.locator("[data-chain] li").last).to_contain_text("fulfilment")
        page.screenshot(path=file)
    return [stable, gray, _beside(browser, stable, gray, folder / "order-desk.png")]


def _console(browser: Browser, operator: Operator, file: Path) -> Path:
    with operator.console() as url:
        page = _viewer(browser, url)
        expect(page.locator("#board")).to_be_visible()
        # A new stack has no comparison yet, so its alarm fires for a minute.
        expect(page.locator("#findings")).not_to_contain_text("watch-silent", timeout=120_000)
        expect(page.locator("#traces-said")).to_contain_text("one lane")
        page.screenshot(path=file, full_page=True)
    return file


def _place(page: Page, customer: str, article: str, pieces: int) -> None:
    page.get_by_label("Name", exact=True).fill(customer)
    page.get_by_label("Article").select_option(article)
    page.get_by_label("Pieces").fill(str(pieces))
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("status")).to_contain_text("Order placed")
    expect(page.locator("tbody tr").first).to_contain_text(customer)


def _beside(browser: Browser, left: Path, right: Path, file: Path) -> Path:
    """Two pictures side by side."""
    html = file.with_suffix(".html")
    html.write_text(_BESIDE.format(left=left.name, right=right.name))
    try:
        page = browser.new_page(viewport={"width": 1200, "height": round(592 * _SIZE["height"] / _SIZE["width"])})
        page.goto(html.as_uri())
        page.screenshot(path=file)
    finally:
        html.unlink()
    return file


def _viewer(browser: Browser, url: str) -> Page:
    """A new viewer's page."""
    page = browser.new_context(viewport=_SIZE, locale="en-GB", timezone_id="UTC").new_page()  # type: ignore[arg-type]
    page.goto(url)
    return page


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        raise PictureError("Chromium not found: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET)
        try:
            yield browser
        finally:
            browser.close()
