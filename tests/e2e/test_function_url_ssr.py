"""examples/function-url-ssr as it is: served by the local CloudFront, and refused by `grayctl`, which says why."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.project.pages import ROOT
from tests.support.stack.adopter import Adopter
from tests.support.stack.front import Sent, front, seen

from graylocal.stack import LocalStack

pytestmark = [pytest.mark.own_stack, pytest.mark.needs_no_build]


@pytest.fixture
def adopter(tmp_path: Path) -> Iterator[Adopter]:
    """Somebody with a copy of the application, and an account with nothing in it."""
    folder = tmp_path / "news"
    shutil.copytree(ROOT / "examples" / "function-url-ssr", folder)
    with LocalStack("news", state=folder / ".graylane" / "local") as stack:
        yield Adopter(folder, stack)


def test_pages_that_a_function_renders_are_served_and_not_taken(adopter: Adopter) -> None:
    outputs = adopter.deploy()
    with front(adopter.stack, outputs["Distribution"]) as origins:
        pages = [Sent("GET", path, {}) for path in ("/", "/news/1", "/news/7")]
        all_news, one, none = seen(adopter.stack, origins, pages)
    assert [all_news.status, one.status, none.status] == [200, 200, 404]
    assert b'<a href="/news/1">Rain expected</a>' in all_news.body
    assert b"<p>Rain expected" in one.body
    assert [each.asked[0].host.split(".")[1] for each in (all_news, one, none)] == ["lambda-url"] * 3

    findings = json.loads(adopter.run("grayctl", "init", "--environment", "news", "--json"))["findings"]
    assert "rendered-pages" in [each["code"] for each in findings]
    with pytest.raises(AssertionError, match=r"the default behavior \* leads to an origin"):
        adopter.run("grayctl", "attach", "--print", "cloudformation")
