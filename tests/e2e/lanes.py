"""What the tests of lanes share: viewers of a lane, their orders, and waiting for what is asynchronous."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.viewers import Answer, Viewer, everybody

ORDER = {"customer": "Ada", "items": [{"sku": "kettle", "quantity": 1}]}


def eventually[T](look: Callable[[], T], good: Callable[[T], bool], seconds: float = 60, pause: float = 0.1) -> T:
    """What `look` sees once it is good, looking again after each `pause`; fails with what it saw last."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"after {seconds} s still {str(seen)[:2000]}"
        time.sleep(pause)
    return seen


def viewer_in(lane: str, url: str) -> Viewer:
    """A viewer whom the release puts into this lane."""
    for _ in range(200):
        viewer = Viewer()
        if viewer.ask(url).lane == lane:
            return viewer
    raise AssertionError(f"nobody of 200 got into {lane}")


def order(viewer: Viewer, url: str, **more: Any) -> Answer:
    """Place an order through the edge."""
    body = json.dumps({**ORDER, **more}).encode()
    return viewer.ask(url, "/api/orders", "POST", body, accept="application/json", content_type="application/json")


def all_started(viewers: list[Viewer], url: str) -> None:
    """There is a copy of each function for each viewer who orders at once: the emulator unpacks a thousand files for
    each, which on a busy machine outlasts the patience of those who wait."""
    eventually(
        lambda: {answer.status for answer in everybody(viewers, lambda viewer: order(viewer, url))},
        lambda statuses: statuses == {201},
        seconds=240,
    )
