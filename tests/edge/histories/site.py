"""What CloudFront does around the edge functions, as far as a history needs it: one request, at one location."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.aws.strict_store import Location

from edge.engine import EdgeFunction, Result
from edge.source import BUILD, FUNCTIONS, assemble, read_sources
from gray.edge.config import FIELDS

__all__ = ["Request", "Served", "Site", "View", "built_site", "site_with"]

GRAY_COOKIE = "__Host-gray"
Message = dict[str, Any]


@dataclass(frozen=True)
class View:
    """The head of the config as a location has it; what is missing there is empty."""

    fields: tuple[str, ...]

    @classmethod
    def of(cls, location: Location) -> "View":
        return cls(tuple((location("config") or "").split("\n")[0].split("|")))

    def _field(self, name: str) -> str:
        place = FIELDS.index(name)
        return self.fields[place] if len(self.fields) > place else ""

    @property
    def is_there(self) -> bool:
        return len(self.fields) > FIELDS.index("revision")

    @property
    def revision(self) -> int:
        return int(self._field("revision") or 0) if self.is_there else 0

    @property
    def epoch(self) -> int:
        return int(self._field("epoch") or 0) if self.is_there else 0

    @property
    def is_closed(self) -> bool:
        """Killed, finished, or no config at all."""
        return not self.is_there or self._field("state")[-1:] in ("k", "f")

    @property
    def is_killed(self) -> bool:
        return self._field("state")[-1:] == "k"

    @property
    def until(self) -> int:
        return 0 if self.is_killed else int(self._field("until") or 0)

    @property
    def salt(self) -> str:
        return self._field("salt")

    @property
    def key_id(self) -> str:
        return self._field("key_id")

    @property
    def lanes(self) -> str:
        return self._field("lanes")

    def knows_key(self, name: str) -> bool:
        return bool(name) and (name == self._field("key_id") or f",{name}:" in self._field("old_keys"))

    def knows_lane(self, lane: str) -> bool:
        return f",{lane}:" in self.lanes


@dataclass(frozen=True)
class Request:
    """What a browser sends. `uri` below /api/ goes to the API's behavior."""

    uri: str
    id: str
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True)
class Served:
    """What the browser gets. `lane` is whose file or API answered; `told` what the answer's headers say of it."""

    status: int
    lane: str
    told: str
    reason: str
    revision: int
    reload: bool
    pin: str
    cookie: str
    seconds: int


class Site:
    """The three functions on a store that is seen through one location at a time."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        self._see: Location = dict[str, str]().get
        self._functions = {name: EdgeFunction(code, lambda key: self._see(key)) for name, code in codes.items()}

    def serve(self, request: Request, location: Location, now: float) -> Served:
        """One request from the viewer to the origin and back. Raises FunctionFailed: a 503 for the viewer."""
        self._see = location
        is_api = request.uri.startswith("/api/")
        name = "request_api" if is_api else "request_static"
        went = self._functions[name].run(_event(request), now=now)
        if "statusCode" in went.value:
            return _served(went.value["statusCode"], "", {}, went.value)
        lane = _api_lane(went) if is_api else went.value["uri"].split("/")[1]
        # A lane's API names itself; a bucket names nobody.
        headers = {"x-gray-version": {"value": lane}} if is_api else {}
        event = {
            **_event(request),
            "request": went.value,
            "response": {"statusCode": 200, "statusDescription": "OK", "headers": headers},
        }
        event["context"]["eventType"] = "viewer-response"
        back = self._functions["response"].run(event, now=now)
        return _served(200, lane, went.value["headers"], back.value)


@cache
def built_site() -> Site:
    """The functions as they are committed and uploaded."""
    return Site({name: (BUILD / f"{name}.js").read_text(encoding="utf-8") for name in FUNCTIONS})


def site_with(defect: Mapping[str, str]) -> Site:
    """The functions from sources in which each key of `defect`, found exactly once, is its value."""
    sources = read_sources()
    for right, wrong in defect.items():
        found = [name for name, text in sources.items() if right in text]
        assert len(found) == 1, f"{right!r} is in {found}"
        assert sources[found[0]].count(right) == 1
        sources[found[0]] = sources[found[0]].replace(right, wrong)
    return Site({name: assemble(name, sources) for name in FUNCTIONS})


def _event(request: Request) -> Message:
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "requestId": request.id},
        "viewer": {"ip": "198.51.100.7"},
        "request": {
            "method": "GET",
            "uri": request.uri,
            "querystring": _fields(request.query),
            "headers": {"host": {"value": "shop.example"}} | _fields(request.headers),
            "cookies": _fields(request.cookies),
        },
    }


def _fields(values: Mapping[str, str]) -> Message:
    return {name: {"value": value} for name, value in values.items()}


def _api_lane(went: Result) -> str:
    """The lane whose API the request goes to. World calls the API of v2 `api2`, that of v3 `api3`."""
    if went.origin is None:
        return "v1"
    domain: str = went.origin["arguments"][0]["domainName"]
    return "v" + domain.split(".")[0].removeprefix("api")


def _served(status: int, lane: str, sent: Message, answer: Message) -> Served:
    headers = answer["headers"]
    debug = dict(part.split("=") for part in _value(headers, "x-gray").split("; ")[1:])
    cookie = answer.get("cookies", {}).get(GRAY_COOKIE, {})
    seconds = next((p for p in cookie.get("attributes", "").split("; ") if p.startswith("Max-Age=")), "=0")
    return Served(
        status=status,
        lane=lane,
        told=_value(headers, "x-gray-version"),
        reason=_value(sent, "x-gray-reason") or debug.get("rule", ""),
        revision=int(_value(sent, "x-gray-revision") or debug.get("revision", "0")),
        reload=_value(headers, "x-gray-reload") == "1",
        pin=_value(headers, "server-timing").removeprefix('gray;desc="').removesuffix('"'),
        cookie=cookie.get("value", ""),
        seconds=int(seconds.partition("=")[2]),
    )


def _value(headers: Message, name: str) -> str:
    return str(headers[name]["value"]) if name in headers else ""
