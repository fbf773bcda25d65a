"""examples/node-http-api-spa comes under Graylane, is released, and goes out again, on a local stack.

Its pages are a single page's paths, so far by a custom error page; so stable's files move into their lane's folder.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.project.pages import ROOT
from tests.support.stack.adopter import Adopter
from tests.support.stack.application import Login, login
from tests.support.stack.browser import Watched, browser
from tests.support.stack.front import Seen, Sent, front, note, seen
from tests.support.stack.viewers import Viewer
from tests.support.stack.waiting import until

from graylocal.stack import LocalStack

pytestmark = [pytest.mark.long, pytest.mark.own_stack]

SCRIPT = b'<script src="/v1/graylane.js"></script>'
FILES = [
    Sent("GET", "/", {"accept": "text/html"}),
    Sent("GET", "/rates/USD", {"accept": "text/html"}),
    Sent("GET", "/favicon.svg", {}),
    Sent("GET", "/assets/index-8a41f3b6.js", {}),
]


def calls(token: str) -> list[Sent]:
    bearer = {"authorization": f"Bearer {token}"}
    return [
        Sent("GET", "/api/settings", {}),
        Sent("GET", "/api/rates", {}),
        Sent("GET", "/api/rates", {"authorization": "Bearer a.b.c"}),
        Sent("GET", "/api/rates", bearer),
        Sent("POST", "/api/rates/USD", {**bearer, "content-type": "application/json"}, b'{"euros": 10}'),
        Sent("POST", "/api/rates/XXX", {**bearer, "content-type": "application/json"}, b'{"euros": 10}'),
    ]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    """An account with nothing in it, whose note is in the application's folder."""
    with LocalStack("rates", state=tmp_path / "rates" / ".graylane" / "local", time_scale=0.1) as stack:
        yield stack


@pytest.fixture
def adopter(stack: LocalStack, tmp_path: Path) -> Adopter:
    """Somebody with a copy of the application."""
    folder = tmp_path / "rates"
    shutil.copytree(ROOT / "examples" / "node-http-api-spa", folder, dirs_exist_ok=True)
    return Adopter(folder, stack)


@pytest.fixture
def provider() -> Iterator[Login]:
    with login() as provider:
        yield provider


def said(answers: Sequence[Seen]) -> list[tuple[int, bytes, str]]:
    """Status, body without the page's script, and type: a file that moved has another age, and an encoding."""
    types = [dict(one.headers)["content-type"].partition(";")[0] for one in answers]
    return [(one.status, one.body.replace(SCRIPT, b""), kind) for one, kind in zip(answers, types, strict=True)]


def grayctl(adopter: Adopter, *arguments: str) -> str:
    return adopter.run("grayctl", *arguments)


def test_a_single_page_application_with_an_http_api(adopter: Adopter, stack: LocalStack, provider: Login) -> None:
    issuer = f"Issuer={provider.issuer}"
    outputs = adopter.deploy(issuer)
    adopter.copy_site("dist", outputs["Site"])
    requests = calls(provider.token(aud="rates", sub="ann"))
    with front(stack, outputs["Distribution"]) as origins:
        files, answers = seen(stack, origins, FILES), seen(stack, origins, requests)
    assert [one.status for one in files] == [200, 200, 200, 200]
    assert [one.status for one in answers] == [200, 401, 401, 200, 200, 404]

    adopter.run("git", "apply", "graylane.patch")
    grayctl(adopter, "init", "--environment", "rates")
    adopter.settle(outputs, Issuer=provider.issuer)
    grayctl(adopter, "platform", "deploy", "--yes")
    grayctl(adopter, "site", "upload", "dist", "--lane", "v1", "--shared", "/assets/", "-e", "rates")
    grayctl(adopter, "lane", "deploy", "--lane", "v1", "--yes")
    assert stack.outputs("rates") == outputs
    note(stack)
    with front(stack, outputs["Distribution"]) as origins:
        assert said(seen(stack, origins, FILES)) == said(files)
        assert seen(stack, origins, requests) == answers

        adopter.run("git", "apply", "v2.patch")
        grayctl(adopter, "lane", "deploy", "--lane", "v2", "--yes")
        grayctl(adopter, "site", "upload", "dist", "--lane", "v2", "--shared", "/assets/", "-e", "rates")
        for command in (("apply", "--new", "--yes"), ("sync",), ("ramp", "20", "--yes")):
            adopter.operates(*command)
        lanes = [Viewer().ask(stack.url, "/rates/USD").lane for _ in range(100)]
        assert 5 < lanes.count("v2") < 40

        adopter.operates("ramp", "100", "--yes")
        with browser() as chromium:
            page = chromium.new_page()
            watched = Watched(page)
            token = provider.token(aud="rates", sub="ann")
            reads(stack, page, token, 2)
            adopter.operates("kill")
            until(lambda: Viewer().ask(stack.url).lane == "v1", "a new viewer in stable")
            reads(stack, page, token, 1)
            assert watched.wrong == []

    adopter.operates("apply", "--new", "--yes")
    grayctl(adopter, "lane", "remove", "--lane", "v2")
    adopter.run("git", "apply", "-R", "v2.patch", "graylane.patch")
    assert adopter.deploy(issuer) == outputs
    grayctl(adopter, "platform", "destroy", "--yes")
    with front(stack, outputs["Distribution"]) as origins:
        assert (seen(stack, origins, FILES), seen(stack, origins, requests)) == (files, answers)


def reads(stack: LocalStack, page: Page, token: str, decimals: int) -> None:
    """Page and API of one viewer, who is signed in, count the same decimals; so does a page behind a link."""
    page.goto("about:blank")  # where only what is behind the # differs, nothing would be loaded
    page.goto(f"{stack.url}/#id_token={token}")
    text = f"The page shows {decimals} decimals, the API gives {decimals}."
    expect(page.locator("#decimals")).to_have_text(text, timeout=30_000)
    page.get_by_role("link", name="USD").click()
    amount = f"{10.9:.{decimals}f}"
    expect(page.locator("main p")).to_have_text(f"10 EUR are {amount} USD", timeout=30_000)
