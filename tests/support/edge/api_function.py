"""Asks the built API function, on what a location sees of the store."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.aws.strict_store import Location

from edge.engine import EdgeFunction, Result

__all__ = ["VIEWERS", "Answer", "Edge", "answer_of", "api_function", "request_of", "the_edge"]

BUILT = Path(__file__).parents[3] / "src" / "edge" / "build" / "request_api.js"
# Enough viewers to have some in every range, few enough to be asked thousands of times.
VIEWERS = ("ann", "bob", "cleo", "dora", "emil", "fred")
# Reasons that name no publication: the edge was in doubt and chose stable.
DOUBTS = ("no-config", "partial", "expired", "behind", "list-missing", "lane-gone", "error")


@dataclass(frozen=True)
class Answer:
    """Where an API request of a viewer goes, by which rule, in which revision."""

    lane: str
    reason: str
    revision: int

    @property
    def doubtful(self) -> bool:
        return self.lane == "v1" and self.reason in DOUBTS


class _Reading:
    """What one request reads of the store: a key that is read again has not changed."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self.values: dict[str, str | None] = {}

    def __call__(self, key: str) -> str | None:
        if key not in self.values:
            self.values[key] = self._location(key)
        return self.values[key]


class Edge:
    """One API function, asked at many locations.

    Its answer follows from the event, the clock and the values that it reads. So who asks the same again, and would
    read the same, gets the answer of before: tests look hundreds of thousands of times at some thousand states.
    """

    def __init__(self) -> None:
        self._see: Location = dict[str, str]().get
        self._function = api_function(lambda key: self._see(key))
        self._known: dict[tuple[str, float, str | None], list[tuple[dict[str, str | None], Answer]]] = {}

    def ask(self, location: Location, viewer: str, now: float) -> Answer:
        """The answer to `viewer` (an id in the cookie `uid`) at a location."""
        looking = _Reading(location)
        known = self._known.setdefault((viewer, now, looking("config")), [])
        for values, answer in known:
            if all(looking(key) == value for key, value in values.items()):
                return answer
        self._see = reading = _Reading(looking)
        answer = answer_of(self._function.run(request_of(viewer), now=now))
        known.append((reading.values, answer))
        return answer


@cache
def the_edge() -> Edge:
    """One edge for all tests of a process: it takes longer to start than to answer."""
    return Edge()


def api_function(see: Location) -> EdgeFunction:
    """The built function over what `see` gives for each key."""
    return EdgeFunction(BUILT.read_text(encoding="utf-8"), see)


def answer_of(result: Result) -> Answer:
    """What the function tells the API."""
    headers = result.value["headers"]
    lane, reason, revision = (headers[f"x-gray-{name}"]["value"] for name in ("version", "reason", "revision"))
    return Answer(lane, reason, int(revision))


def request_of(viewer: str, **cookies: str) -> dict[str, Any]:
    """An API request of a viewer, whose id is in the cookie `uid`."""
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "requestId": "r"},
        "viewer": {"ip": "192.0.2.1"},
        "request": {
            "method": "GET",
            "uri": "/api/orders",
            "querystring": {},
            "headers": {"host": {"value": "shop.example"}},
            "cookies": {name: {"value": value} for name, value in {"uid": viewer, **cookies}.items()},
        },
    }
