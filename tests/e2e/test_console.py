"""The console in a real browser: the page follows an operator, and acts after a question only."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.support.stack.browser import Watched, browser
from tests.support.stack.operator import GRAYCTL, Operator

pytestmark = pytest.mark.long

# A look at everything takes a moment on a busy machine, and the page looks every 5 seconds.
PATIENCE = 60_000


@contextmanager
def console(operator: Operator, *options: str) -> Iterator[str]:
    """`grayctl console` as an operator starts it; gives the address it prints, and ends it by Ctrl-C."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        [str(GRAYCTL), "console", "--json", "--config-env", operator.config_env, *options],
        cwd=operator.folder,
        env={**environment, "GRAYCTL_AUTHOR": "e2e", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        lines: list[str] = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], "the console ended before it said its address"
        yield str(json.loads("".join(lines))["url"])
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in (0, 130)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.fixture
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened.new_page(viewport={"width": 1280, "height": 900})


def shown(page: Page, url: str) -> Watched:
    """Open the console and wait until it shows something."""
    watched = Watched(page)
    page.goto(url)
    expect(page.locator("#board")).to_be_visible(timeout=PATIENCE)
    return watched


def test_it_shows_what_is_and_follows_what_happens(operator: Operator, page: Page) -> None:
    operator.run("ramp", "20", "--yes", "-m", "first <b>step</b>")
    with console(operator) as url:
        watched = shown(page, url)
        # Then what `status` says is there
        expect(page.locator("#state")).to_have_text("active")
        expect(page.locator("#ramp")).to_have_text("20 %")
        expect(page.locator("#why")).to_contain_text("first <b>step</b>")
        expect(page.locator("#way li")).to_have_count(3)
        expect(page.locator("#lanes tbody tr").nth(0)).to_contain_text("stable")
        expect(page.locator("#rules tbody tr")).to_contain_text(["ramp"])
        expect(page.locator("#revisions tbody tr").nth(0)).to_contain_text("first <b>step</b>", timeout=PATIENCE)
        expect(page.locator("#traces-said")).not_to_be_empty(timeout=PATIENCE)
        # And it only looks
        expect(page.locator("#mode")).to_have_text("read-only")
        expect(page.locator("#actions")).to_be_hidden()
        # And the token is not where it could be passed on
        assert page.url == re.sub("#.*", "", url)
        # When somebody ramps elsewhere, the page follows by itself
        operator.run("ramp", "30", "--yes")
        expect(page.locator("#ramp")).to_have_text("30 %", timeout=PATIENCE)
        expect(page.locator("#way li.done")).to_have_count(3, timeout=PATIENCE)
        assert watched.wrong == []
        # And a reload of the tab, which ends the requests under way, needs no new address
        page.reload()
        expect(page.locator("#ramp")).to_have_text("30 %", timeout=PATIENCE)
        assert [each for each in watched.wrong if not each.endswith(": net::ERR_ABORTED")] == []


def test_an_action_is_asked_about_and_then_done(operator: Operator, page: Page) -> None:
    operator.run("ramp", "20", "--yes")
    with console(operator, "--allow-actions") as url:
        shown(page, url)
        before = operator.json("status")["revision"]
        # Given a ramp that is thought better of
        page.fill("#percent", "55")
        page.get_by_role("button", name="Ramp …").click()
        expect(page.locator("#question")).to_have_text("Ramp to 55 % in test?")
        expect(page.locator("#changes")).to_have_text("~ rules[ramp].percent: 20 -> 55")
        page.get_by_role("button", name="Cancel").click()
        assert operator.json("status")["revision"] == before
        # When it is confirmed
        page.get_by_role("button", name="Ramp …").click()
        page.fill("#reason", "it is well")
        page.get_by_role("button", name="Ramp", exact=True).click()
        expect(page.locator("#ramp")).to_have_text("55 %", timeout=PATIENCE)
        # Then it is a revision like any other
        newest = operator.json("history", "-n", "1")[0]
        assert (newest["number"], newest["author"], newest["reason"]) == (before + 1, "e2e", "it is well")
        # And a kill is one question away
        page.get_by_role("button", name="Kill …").click()
        page.get_by_role("button", name="Kill", exact=True).click()
        expect(page.locator("#state")).to_have_text("killed", timeout=PATIENCE)
        assert operator.json("status")["state"] == "killed"


def test_without_the_token_it_shows_nothing(operator: Operator, page: Page) -> None:
    with console(operator) as url:
        bare = re.sub("#.*", "", url)
        page.goto(bare)
        expect(page.locator("#problem")).to_contain_text("the token that this page needs")
        expect(page.locator("#board")).to_be_hidden()
        assert httpx.get(f"{bare}api/live", trust_env=False).status_code == 401
        # And a page of another origin cannot read it even with the token
        token = url.partition("#")[2]
        answer = httpx.get(
            f"{bare}api/live",
            headers={"x-console-token": token, "origin": "http://attacker.example"},
            trust_env=False,
        )
        assert answer.status_code == 403
