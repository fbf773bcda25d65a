"""The console's page: what it is told, by whom it is served, and that nobody else is asked."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.unit.grayctl.console.browser import Browser

from grayctl.commands.console import private_page
from grayctl.console import server
from grayctl.console.views import Kept

PAGE = Path(server.__file__).parent / "page"


def test_the_page_sees_what_watch_sees(stack: Stack, grayctl: Grayctl, open_console: Callable[..., Browser]) -> None:
    grayctl("rule", "add", "staff", "--when", "cookie:staff=yes", "--yes", "--no-wait")
    grayctl("ramp", "20", "--yes", "-m", "first step")
    browser = open_console()
    live = browser.get("/api/live")
    assert live.status_code == 200
    watched = grayctl("watch", "--once", "--json").json
    assert set(live.json()) == {*watched, "conditions"}
    assert live.json()["status"]["ramp_percent"] == 20
    assert live.json()["conditions"] == ["cookie:staff=yes", "everybody"]
    history = browser.get("/api/history").json()
    assert [one["reason"] for one in history["revisions"]] == ["first step", "rule add staff"]
    assert history["publications"][0]["status"] == "published"
    about = browser.get("/api/about").json()
    assert (about["environment"], about["actions"]) == ("test", [])


def test_the_page_itself_is_static_and_asks_nobody_else(open_console: Callable[..., Browser]) -> None:
    browser = open_console()
    for path in ("/", "/console.css", "/console.js", "/icon.svg"):
        answer = browser.client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    for file in PAGE.iterdir():
        found = set(re.findall(r"https?://[^\s\"'<)]+", file.read_text()))
        assert found <= {"http://www.w3.org/2000/svg"}
    markup = (PAGE / "index.html").read_text()
    assert not re.search(r"<script>|<style>|\son\w+=|\sstyle=", markup)
    # What comes from the server becomes text only.
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", (PAGE / "console.js").read_text()
    )


def test_the_browsers_command_line_has_no_token() -> None:
    with private_page("http://127.0.0.1:1/#secret") as address:
        page = Path(address.removeprefix("file://"))
        assert "secret" not in address
        assert 'url=http://127.0.0.1:1/#secret"' in page.read_text()
        assert page.parent.stat().st_mode & 0o077 == 0
    assert not page.exists()


def test_aws_that_does_not_answer_is_told(open_console: Callable[..., Browser]) -> None:
    answer = open_console(table="graylane-gone").get("/api/live")
    assert answer.status_code == 502
    assert "Is the stack fully deployed?" in answer.json()["error"]["remedy"]


def test_many_tabs_read_once() -> None:
    reads: list[int] = []
    now = [0.0]

    def read() -> dict[str, Any]:
        reads.append(1)
        return {"read": len(reads)}

    kept = Kept(read, 2.0, clock=lambda: now[0])
    threads = [threading.Thread(target=kept.get) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.get() == {"read": 1}
    now[0] = 2.0
    assert kept.get() == {"read": 2}
    kept.forget()
    assert kept.get() == {"read": 3}


def test_it_listens_on_this_machine_only() -> None:
    bound = server.listen(0)
    try:
        assert bound.getsockname()[0] == "127.0.0.1"
        with pytest.raises(OSError, match="in use"):
            server.listen(bound.getsockname()[1])
    finally:
        bound.close()
