"""The system's own Chromium, driven by Playwright; no browser is downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

# Without these it asks Google's hosts at every start, which a closed network refuses.
_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The program's path; fails the test with the remedy where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium on the PATH: apt-get install chromium (or your system's package)", pytrace=False)
    return found


@contextmanager
def browser(*, back_and_forward: bool = False) -> Iterator[Browser]:
    """A headless browser; with `back_and_forward`, with its cache of pages, which Playwright switches off.

    Not for a whole session: while it is open, no other test can run an event loop.
    """
    program = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program,
            args=_QUIET,
            ignore_default_args=["--disable-back-forward-cache"] if back_and_forward else None,
        )
        try:
            yield started
        finally:
            started.close()


class Watched:
    """What goes wrong in a page without showing: errors in the console, uncaught ones, requests without an answer."""

    def __init__(self, page: Page) -> None:
        self.wrong: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(f"{request.url}: {request.failure}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(message.text)
