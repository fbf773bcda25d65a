"""Requests and responses as event objects of edge functions, and back.

(Developer guide, "CloudFront Functions event structure".)
"""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from edge.restrictions import hidden
from graylocal.cloudfront.configuration.distribution import Distribution
from graylocal.cloudfront.messages import Pairs, Request, Response, without

type Event = dict[str, Any]


class InvalidResult(ValueError):
    """A function returned a value that CloudFront rejects: the viewer gets 502."""


def cookie_pairs(request: Request) -> Pairs:
    """The cookies of a request in order, undecoded."""
    pairs = []
    for name, line in request.headers:
        if name == "cookie":
            for part in line.split(";"):
                cookie, equals, value = part.strip().partition("=")
                if cookie or equals:
                    pairs.append((cookie, value))
    return pairs


def query_pairs(query: str) -> Pairs:
    """The query string's parts in order, undecoded."""
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((name, value))
    return pairs


def entries(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Pairs in event form: the last value, plus all of them under `multiValue` if there are several."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name not in result:
            result[name] = {"value": value}
            continue
        entry = result[name]
        entry.setdefault("multiValue", [{"value": entry["value"]}]).append({"value": value})
        entry["value"] = value
    return result


def values(name: str, entry: object) -> list[str]:
    """All values of an entry; `multiValue` overrides `value`. Raises InvalidResult for an invalid entry."""
    if not isinstance(entry, Mapping):
        raise InvalidResult(f"{name} is not an object")
    several = entry.get("multiValue")
    parts = several if isinstance(several, list) else [entry]
    found = [part.get("value", "") if isinstance(part, Mapping) else None for part in parts]
    if not all(isinstance(value, str) for value in found):
        raise InvalidResult(f"{name} has a value that is not a string")
    return [value for value in found if isinstance(value, str)]


def request_object(request: Request) -> Event:
    """The `request` member of an event."""
    headers = [(name, value) for name, value in request.headers if name != "cookie" and not hidden(name)]
    return {
        "method": request.method,
        "uri": request.uri,
        "querystring": entries(query_pairs(request.query)),
        "headers": entries(headers),
        "cookies": entries(cookie_pairs(request)),
    }


def event(distribution: Distribution, kind: str, request_id: str, ip: str, request: Event) -> Event:
    """An event of this kind (`viewer-request`, `viewer-response`) around a `request` member."""
    context = {
        "distributionDomainName": distribution.domain,
        "endpoint": distribution.domain,
        "distributionId": distribution.id,
        "eventType": kind,
        "requestId": request_id,
    }
    return {"version": "1.0", "context": context, "viewer": {"ip": ip}, "request": request}


def changed_request(before: Event, after: Mapping[str, Any], request: Request) -> Request:
    """The request a function returned. Unchanged parts are passed on byte for byte, as the viewer sent them.

    Raises InvalidResult where CloudFront answers 502.
    """
    if after.get("method", request.method) != request.method:
        raise InvalidResult("method is read-only")
    uri = after.get("uri")
    if not isinstance(uri, str) or not uri.startswith("/"):
        raise InvalidResult("uri does not start with /")
    query, cookies = after.get("querystring") or {}, after.get("cookies") or {}
    invisible = [(name, value) for name, value in request.headers if hidden(name)]
    headers: Pairs = list(invisible)
    for name, entry in (after.get("headers") or {}).items():
        headers += [(name, value) for value in values(name, entry)]
    if cookies == before["cookies"]:
        headers += [(name, value) for name, value in request.headers if name == "cookie"]
    elif cookies:
        parts = [f"{name}={value}" for name, entry in cookies.items() for value in values(name, entry)]
        headers.append(("cookie", "; ".join(parts)))
    return Request(
        method=request.method,
        uri=uri,
        query=request.query if query == before["querystring"] else _query(query),
        headers=headers,
        body=request.body,
        ip=request.ip,
        location=request.location,
    )


def _query(query: object) -> str:
    if isinstance(query, str):
        return query
    if not isinstance(query, Mapping):
        raise InvalidResult("querystring is neither an object nor a string")
    return "&".join(f"{name}={value}" for name, entry in query.items() for value in values(name, entry))


def response_object(response: Response) -> Event:
    """The `response` member of a viewer-response event; Set-Cookie lines become `cookies`."""
    cookies: list[tuple[str, dict[str, str]]] = []
    for name, value in response.headers:
        if name == "set-cookie":
            pair, _, attributes = value.partition(";")
            cookie, _, content = pair.strip().partition("=")
            entry = {"value": content, **({"attributes": attributes.strip()} if attributes.strip() else {})}
            cookies.append((cookie, entry))
    grouped: dict[str, Any] = {}
    for cookie, entry in cookies:
        if cookie in grouped:
            first = grouped[cookie]
            several = first.get("multiValue") or [dict(first)]
            grouped[cookie] = {**entry, "multiValue": [*several, entry]}
        else:
            grouped[cookie] = dict(entry)
    visible = [(name, value) for name, value in response.headers if name != "set-cookie" and not hidden(name)]
    return {
        "statusCode": response.status,
        "statusDescription": "",
        "headers": entries(visible),
        "cookies": grouped,
    }


def changed_response(after: Mapping[str, Any], origin: Response) -> Response:
    """The response a function returned, with the origin's hidden headers, and its body unless it has its own."""
    status = after.get("statusCode")
    if not isinstance(status, (int, float)) or not 100 <= int(status) <= 599:
        raise InvalidResult("statusCode is not an HTTP status")
    headers = [pair for pair in origin.headers if hidden(pair[0])]
    for name, entry in (after.get("headers") or {}).items():
        headers += [(name, value) for value in values(name, entry)]
    for name, entry in (after.get("cookies") or {}).items():
        if not isinstance(entry, Mapping):
            raise InvalidResult(f"cookie {name} is not an object")
        headers += [("set-cookie", line) for line in _set_cookie_lines(name, entry)]
    if "body" in after:
        return Response(
            int(status), without(headers, "content-length", "etag", "content-encoding"), _body(after["body"])
        )
    return Response(int(status), headers, origin.body, origin.parts)


def _set_cookie_lines(name: str, entry: Mapping[str, Any]) -> Iterable[str]:
    several = entry.get("multiValue")
    for part in several if isinstance(several, list) else [entry]:
        attributes = part.get("attributes")
        yield f"{name}={part.get('value', '')}" + (f"; {attributes}" if attributes else "")


def _body(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, Mapping) and isinstance(body.get("data"), str):
        return base64.b64decode(body["data"]) if body.get("encoding") == "base64" else str(body["data"]).encode()
    raise InvalidResult("body is neither text nor {encoding, data}")
