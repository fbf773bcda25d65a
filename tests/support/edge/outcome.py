"""Whether a result is what a case expects, and keeps the rules of CloudFront."""

from collections.abc import Callable, Mapping
from typing import Any

from edge.engine import Result
from edge.shape import shape_problems

__all__ = ["differences"]

Message = dict[str, Any]


def differences(expect: Mapping[str, Any], event: Mapping[str, Any], result: Result | str) -> list[str]:
    """What is not as expected, in words; an exception is always wrong."""
    if isinstance(result, str):
        return [f"threw {result}"]
    found = [
        f"{name}: {seen!r}, not {wanted!r}"
        for name, wanted in expect.items()
        if (seen := _SEEN[name](result, wanted)) != wanted
    ]
    return [*found, *shape_problems(event, result.value)]


def _header(name: str) -> Callable[[Result, Any], Any]:
    def read(result: Result, _: Any) -> Any:
        field = result.value["headers"].get(name)
        return None if field is None else field["value"]

    return read


def _page(place: int) -> Callable[[Result, Any], Any]:
    """A part of what the static function hands over: lane, pin, cookie, explanation."""

    def read(result: Result, _: Any) -> Any:
        parts = (_header("x-gray-page")(result, "") or "").split("|")
        return parts[place] if len(parts) > place else None

    return read


def _explanation(result: Result) -> Any:
    is_page = "x-gray-page" in result.value["headers"]
    return _page(3)(result, "") or None if is_page else _header("x-gray-explain")(result, "")


def _headers(result: Result, wanted: Message) -> Message:
    return {name: _header(name)(result, "") for name in wanted}


def _absent(result: Result, wanted: list[str]) -> list[str]:
    return [name for name in wanted if name not in result.value["headers"]]


def _origin(result: Result, _: Any) -> list[str] | None:
    if result.origin is None:
        return None
    (given,) = result.origin["arguments"]
    access = given.get("originAccessControlConfig")
    signed = [access["originType"], access["signingProtocol"], access["signingBehavior"]] if access else []
    names = {"domainName", "originPath"} | ({"originAccessControlConfig"} if access else set())
    if (
        result.origin["helper"] != "updateRequestOrigin"
        or set(given) != names
        or (access and access["enabled"] is not True)
    ):
        return [str(result.origin)]
    return [given["domainName"], given["originPath"], *signed]


def _set_cookie(result: Result, wanted: str | None) -> str | None:
    """`value;seconds`, as the request function hands it over; the value alone where the case has no seconds."""
    cookie = result.value.get("cookies", {}).get("__Host-gray")
    if cookie is None:
        return None
    if wanted is None or ";" not in wanted:
        return str(cookie["value"])
    age = next(part for part in cookie["attributes"].split("; ") if part.startswith("Max-Age="))
    return f"{cookie['value']};{age.removeprefix('Max-Age=')}"


_SEEN: dict[str, Callable[[Result, Any], Any]] = {
    "lane": lambda result, _: _page(0)(result, "") or _header("x-gray-version")(result, ""),
    "reason": _header("x-gray-reason"),
    "explain": lambda result, _: _explanation(result),
    "pin": _page(1),
    "cookie": _page(2),
    "revision": lambda result, wanted: type(wanted)(_header("x-gray-revision")(result, "")),
    "reload": lambda result, _: _header("x-gray-reload")(result, "") or False,
    "uri": lambda result, _: result.value["uri"],
    "origin": _origin,
    "headers": _headers,
    "absent": _absent,
    "status": lambda result, _: result.value.get("statusCode"),
    "passed": lambda result, _: result.value.get("statusCode"),
    "location": _header("location"),
    "set_cookie": _set_cookie,
    "attributes": lambda result, _: result.value["cookies"]["__Host-gray"]["attributes"],
}
