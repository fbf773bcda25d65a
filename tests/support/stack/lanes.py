"""Viewers of a lane, and their orders."""

import json
from typing import Any

from tests.support.stack.viewers import Answer, Viewer, everybody
from tests.support.stack.waiting import eventually

ORDER = {"customer": "Ada", "items": [{"sku": "kettle", "quantity": 1}]}


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


def order_taken(viewer: Viewer, url: str) -> Answer:
    """An order, placed again while a busy machine refuses it: an API that waits too long for a price answers 503."""
    return eventually(lambda: order(viewer, url), lambda answer: answer.status != 503, seconds=60)


def all_started(viewers: list[Viewer], url: str) -> None:
    """There is a copy of each function for each viewer who orders at once: the emulator unpacks a thousand files for
    each, which on a busy machine outlasts the patience of those who wait."""
    eventually(
        lambda: {answer.status for answer in everybody(viewers, lambda viewer: order(viewer, url))},
        lambda statuses: statuses == {201},
        seconds=240,
    )
