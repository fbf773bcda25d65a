"""Why a viewer is in a lane: runs the built edge functions for one request, with an edge location's data.

The answer equals the edge's response to a signed debug request (header `x-gray`): the same JavaScript produces it.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from edge.engine import EdgeFunction
from gray.edge.compile import CompileError, EdgeContext, encoded
from gray.edge.config import CONFIG, Stamp, identity_source, killed_config, signing_key
from gray.edge.grants import EdgeKeys, GrantError, sign_debug_by, sign_identity, sign_jwt
from gray.publish.store.store import Store, StoreError
from gray.release.document import Release
from gray.release.origin import Origin
from gray.release.site_files import DEFAULT_FILES, SiteFiles
from gray.release.user_lists import ListError, build_shards, shard_key
from grayctl.errors import GrayctlError, RefusedError, UnreachableError, UsageError

BUILT = Path(__file__).resolve().parents[3] / "src" / "edge" / "build"
# A key's value at an edge location, or None.
See = Callable[[str], str | None]
# The ids of a list, by its file's digest.
ReadIds = Callable[[str], Iterable[str]]
_DEBUG_SECONDS = 300
_DEVICES = ("mobile", "tablet", "desktop")


@dataclass(frozen=True)
class Viewer:
    """The facts of a request. Repeated fields are listed repeatedly, in order. `now` is unix seconds.

    `identity` is sent in the first place where the release looks for it, and signed if required. `is_api`: CloudFront
    uses the API behavior.
    """

    path: str = "/"
    identity: str = ""
    cookies: Sequence[tuple[str, str]] = ()
    headers: Sequence[tuple[str, str]] = ()
    query: Sequence[tuple[str, str]] = ()
    country: str = ""
    device: str = ""
    ip: str = "192.0.2.1"
    now: int = 0
    is_api: bool = False


@dataclass(frozen=True)
class Explanation:
    """`text` is the header `x-gray`, empty if the edge sends none (killed, no config); `lane` and `reason` are always
    valid. `status` is set if the edge itself answers (302 for a link), else 0.
    """

    lane: str
    reason: str
    text: str = ""
    status: int = 0
    numbers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        bucket = self.numbers.get("bucket", "-")
        return {
            "x_gray": self.text or None,
            "lane": self.lane or None,
            "rule": self.reason or None,
            "bucket": None if bucket == "-" else int(bucket),
            "revision": int(self.numbers["revision"]) if "revision" in self.numbers else None,
            "epoch": int(self.numbers["epoch"]) if "epoch" in self.numbers else None,
            "status": self.status or None,
        }


def explain(viewer: Viewer, see: See) -> Explanation:
    """What the edge would do with the request, and why. Raises UsageError for facts that no request can have."""
    config = see("config") or ""
    event = _event(viewer, config)
    went = _run("request_api" if viewer.is_api else "request_static", see, event, viewer.now)
    if "statusCode" in went:
        return Explanation("", "", status=went["statusCode"])
    back = _run("response", see, _response_event(event, went), viewer.now)["headers"]
    text = _value(back, "x-gray")
    lane = _value(back, "x-gray-version") or _value(went["headers"], "x-gray-version")
    if not text:
        # Without keys in the config the edge reveals no reason for a document. The API function always does, and the
        # reason is the same.
        headers = went["headers"] if viewer.is_api else _run("request_api", see, event, viewer.now)["headers"]
        return Explanation(lane, _value(headers, "x-gray-reason"))
    _, *parts = text.split("; ")
    told = dict(part.split("=", 1) for part in parts)
    return Explanation(lane, told["rule"], text, numbers=told)


def link_status(path: str) -> int:
    """What the edge answers to a link at this path of the site: 302; 0 where links do not count."""
    event = _event(Viewer(path=path, query=(("gray-link", "clear"),)), "")
    return int(_on_stable(event).get("statusCode", 0))


def stored_at(path: str, files: SiteFiles) -> str:
    """The object that stable's viewers get for this path of the site."""
    return unquote(_on_stable(_event(Viewer(path=path), ""), files).get("uri", ""))


def published(store: Store) -> See:
    """The live content of the KeyValueStore; keys are read on demand, which may raise UnreachableError."""
    known: dict[str, str | None] = {}

    def see(key: str) -> str | None:
        if key not in known:
            try:
                known[key] = store.get(key)
            except StoreError as error:
                raise UnreachableError(f"cannot read the KeyValueStore: {error}") from error
        return known[key]

    return see


def compiled(
    release: Release, *, revision: int, epoch: int, now: int, region: str, keys: EdgeKeys, read_ids: ReadIds
) -> See:
    """What an edge location would have after publishing this release, with every lane live.

    Raises RefusedError if the release exceeds the edge's limits, or a list's file is missing.
    """
    stamp = Stamp(1, revision, epoch, until=now + release.lease_minutes * 60)
    lanes = {lane: (Origin("api", "rest-api", f"api{lane}", "live"),) for lane in release.lanes}
    try:
        made = encoded(release, stamp, EdgeContext(lanes, region, keys))
    except CompileError as error:
        raise RefusedError("the release exceeds the edge's limits", findings=error.problems) from error
    keys_there: dict[str, str] = {"config": made.config}
    keys_there |= {f"c.1.{number}": part for number, part in enumerate(made.parts, 1)}

    def see(key: str) -> str | None:
        if key.startswith("s.") and key not in keys_there:
            keys_there.update(_shards(release, key.split(".")[1], read_ids))
        return keys_there.get(key)

    return see


def _shards(release: Release, name: str, read_ids: ReadIds) -> dict[str, str]:
    entry = release.lists[name]
    try:
        values = build_shards(read_ids(entry.digest), salt=entry.salt, shards=entry.shards)
    except (FileNotFoundError, ListError) as error:
        raise RefusedError(f"list {name}: {error}", "Upload it again: grayctl list put NAME FILE") from error
    return {shard_key(name, number): value for number, value in enumerate(values)}


def _on_stable(event: Mapping[str, Any], files: SiteFiles = DEFAULT_FILES) -> dict[str, Any]:
    """What an edge location does with a request for a file or a document when everybody is on stable."""
    return _edge_on_stable(files).run(copy.deepcopy(event), now=1).value


@cache
def _edge_on_stable(files: SiteFiles) -> EdgeFunction:
    return EdgeFunction(_code("request_static"), {CONFIG: killed_config(1, 1, 1, files)}.get)


def _code(name: str) -> str:
    return (BUILT / f"{name}.js").read_text(encoding="utf-8")


def _run(name: str, see: See, event: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The result of a built function. An unreadable key is an error here, not a missing key."""
    failures: list[GrayctlError] = []

    def watched(key: str) -> str | None:
        try:
            return see(key)
        except GrayctlError as error:
            failures.append(error)  # the engine does not pass on exceptions
            return None

    value = EdgeFunction(_code(name), watched).run(copy.deepcopy(event), now=now).value
    if failures:
        raise failures[0]
    return value


def _event(viewer: Viewer, config: str) -> dict[str, Any]:
    cookies, headers = list(viewer.cookies), [(name.lower(), value) for name, value in viewer.headers]
    if viewer.country:
        headers.append(("cloudfront-viewer-country", viewer.country))
    if viewer.device:
        headers += [(f"cloudfront-is-{kind}-viewer", str(kind == viewer.device).lower()) for kind in _DEVICES]
    if viewer.identity and signing_key(config):  # a killed release identifies nobody
        place, name, value = _identity(viewer, config)
        (cookies if place == "c" else headers).insert(0, (name, value))
    key = signing_key(config)
    if key:
        headers.append(("x-gray-debug", sign_debug_by(key, expiry=viewer.now + _DEBUG_SECONDS)))
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "requestId": "grayctl-explain"},
        "viewer": {"ip": viewer.ip},
        "request": {
            "method": "GET",
            "uri": viewer.path,
            "querystring": _fields(viewer.query),
            "headers": {"host": {"value": "localhost"}} | _fields(headers),
            "cookies": _fields(cookies),
        },
    }


def _response_event(event: Mapping[str, Any], went: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **event,
        "context": {**event["context"], "eventType": "viewer-response"},
        "request": went,
        "response": {"statusCode": 200, "statusDescription": "OK", "headers": {}},
    }


def _fields(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """In CloudFront's event form: the first value, plus all values if there are several."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {
        name: {"value": values[0]} | ({"multiValue": [{"value": one} for one in values]} if len(values) > 1 else {})
        for name, values in found.items()
    }


def _identity(viewer: Viewer, config: str) -> tuple[str, str, str]:
    """Location (`c` or `h`), name and value of the identity as the application would send it."""
    found = identity_source(config)
    if found is None:
        raise UsageError("the release defines no identity", "Omit --id.")
    kind, place, name, secret = found
    try:
        if kind == "s":
            return place, name, sign_identity(secret, viewer.identity)
        if kind.startswith("j"):
            claims = {kind.partition(":")[2]: viewer.identity, "exp": viewer.now + _DEBUG_SECONDS}
            return place, name, sign_jwt(secret, claims)
    except GrantError as error:
        raise UsageError(str(error), "Set it: grayctl keys identity") from error
    return place, name, viewer.identity


def _value(headers: Mapping[str, Any], name: str) -> str:
    return str(headers[name]["value"]) if name in headers else ""
