"""What docs/your-application.md says to type is typed, on a local stack, in a copy of the example that it speaks of.

Before and after, and with everybody in stable, the same requests reach the same origins and come back the same.
"""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.project.pages import ROOT, blocks
from tests.support.project.typist import Typist
from tests.support.stack.adopter import Adopter
from tests.support.stack.browser import Watched, browser
from tests.support.stack.front import Sent, front, note, seen
from tests.support.stack.viewers import Viewer
from tests.support.stack.waiting import until

from grayctl.onboarding.settings import NAME
from graylocal.stack import LocalStack

pytestmark = [pytest.mark.long, pytest.mark.own_stack]

PAGE = ROOT / "docs" / "your-application.md"
REQUESTS = [
    Sent("GET", "/", {"accept": "text/html"}),
    Sent("GET", "/index.html", {"accept": "text/html", "cookie": "theme=dark"}),
    Sent("GET", "/basket/index.html?from=mail", {"accept": "text/html"}),
    Sent("HEAD", "/about/index.html", {}),
    Sent("GET", "/about/", {"accept": "text/html"}),  # S3 has no such file
    Sent("GET", "/shop.js", {"accept-encoding": "gzip"}),
    Sent("GET", "/shop.css", {"range": "bytes=0-3"}),
    Sent("GET", "/missing.png", {}),
    Sent("GET", "/product", {"authorization": "Bearer x"}),
    Sent("GET", "/product/1?currency=EUR", {}),
    Sent("GET", "/product/nine", {}),
    Sent("GET", "/cart/nobody", {"cookie": "uid=ann"}),
    Sent("POST", "/cart/somebody", {"content-type": "application/json"}, b'{"product": "2"}'),
    Sent("DELETE", "/cart/nobody", {}),
]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    """An account with nothing in it, whose note is in the application's folder."""
    with LocalStack("shop", state=tmp_path / "shop" / ".graylane" / "local", time_scale=0.1) as stack:
        yield stack


@pytest.fixture
def adopter(stack: LocalStack, tmp_path: Path) -> Adopter:
    """Somebody with a copy of the shop."""
    return Adopter(
        Path(shutil.copytree(ROOT / "examples" / "multi-page-rest", tmp_path / "shop", dirs_exist_ok=True)), stack
    )


class Reader:
    """Follows the page, section by section."""

    def __init__(self, adopter: Adopter) -> None:
        self._adopter = adopter

    def types(self, section: str, *, local: bool = False) -> None:
        """Everything of a section; with `local`, grayctl finds the stack by its note, and so the site's address."""
        variables = self._adopter.variables
        if local:
            variables = {name: value for name, value in variables.items() if not name.startswith("AWS_")}
        typed = Typist(self._adopter.folder, variables).problems(PAGE, section)
        assert typed, f"{PAGE.name} has nothing to type in {section}"
        wrong = "\n\n".join(filter(None, typed))
        assert not wrong, wrong


def filled_in(folder: Path, outputs: dict[str, str]) -> bool:
    """Whether the settings say what the page has somebody fill in, with this stack's outputs."""
    (shown,) = [block.text for block in blocks(PAGE) if block.language == "toml"]
    page = tomllib.loads(shown.replace("BUCKET", outputs["Site"]).replace("DISTRIBUTION", outputs["Distribution"]))
    here = tomllib.loads((folder / NAME).read_text(encoding="utf-8"))
    return (
        page["platform"]["parameters"].items() <= here["platform"]["parameters"].items()
        and page["lanes"]["v2"].items() <= here["lanes"]["v2"].items()
        and all(any(one.items() <= other.items() for other in here["origins"]) for one in page["origins"])
    )


def test_an_application_comes_in_is_released_and_goes_out_as_it_was(
    adopter: Adopter, stack: LocalStack, tmp_path: Path
) -> None:
    reader, folder = Reader(adopter), adopter.folder
    outputs = adopter.deploy()
    adopter.copy_site("site", outputs["Site"])
    with front(stack, outputs["Distribution"]) as origins:
        before = seen(stack, origins, REQUESTS)
    assert {each.status for each in before} == {200, 202, 403, 404}

    reader.types("1. Look (5 minutes)")
    adopter.settle(outputs, health="/cart/nobody")
    assert filled_in(folder, outputs)
    reader.types("2. The platform (10 minutes)")
    reader.types("3. Attach to an existing distribution (5 minutes)")
    assert stack.outputs("shop") == outputs
    note(stack)
    with front(stack, outputs["Distribution"]) as origins:
        assert seen(stack, origins, REQUESTS) == before

        reader.types("4. The next version (5 minutes)")
        reader.types("5. The first viewers", local=True)
        lanes = [Viewer().ask(stack.url).lane for _ in range(100)]
        assert 5 < lanes.count("v2") < 40
        assert lanes.count("v1") == 100 - lanes.count("v2")

        reader.types("6. Everybody", local=True)
        with browser() as chromium:
            page = chromium.new_page()
            watched = Watched(page)
            shops(stack, page, "summer")
            reader.types("7. If it is bad", local=True)
            until(lambda: Viewer().ask(stack.url).lane == "v1", "a new viewer in stable")
            shops(stack, page, "spring")
            assert watched.wrong == []
        assert Viewer().ask(stack.url, "/product").body == before[8].body

    reader.types("8. Out again")
    with front(stack, outputs["Distribution"]) as origins:
        assert seen(stack, origins, REQUESTS) == before


def shops(stack: LocalStack, page: Page, season: str) -> None:
    """One viewer's page and API are of one season, and what the viewer puts into the basket is in it."""
    page.goto(stack.url)
    expect(page.locator("h1")).to_have_text(f"Our {season} catalogue")
    expect(page.locator("#products li").first).to_contain_text(f"Tea ({season})", timeout=30_000)
    with page.expect_response("**/cart/*") as added:
        page.get_by_role("button", name="Add").first.click()
    assert added.value.status == 202
    page.get_by_role("link", name="Basket").click()
    expect(page.locator("h1")).to_have_text(f"Your basket, this {season}")
    page.wait_for_load_state("networkidle")

    def in_basket() -> bool:
        page.reload(wait_until="networkidle")
        return page.locator("#basket li").count() > 0

    until(in_basket, "the product in the basket, which a queue brings")
