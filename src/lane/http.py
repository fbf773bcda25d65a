"""Carrying the lane through HTTP clients, to named hosts only: other parties do not learn which lane a viewer is in.

Each function takes what its client offers and changes nothing global. Host names are compared whole, without
port and whatever their case.
"""

from collections.abc import Collection, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lane.context import LaneContext, current
from lane.propagation import baggage

if TYPE_CHECKING:
    import httpx
    import requests
    import urllib3

_HEADERS = {"x-gray-version": "lane", "x-gray-reason": "reason", "x-gray-revision": "revision", "x-gray-to": "to"}


def outgoing(headers: Mapping[str, str], found: LaneContext) -> dict[str, str]:
    """The headers to set for this lane context; members of baggage that the caller set already are kept. Pure."""
    mine = {name: value for name, field in _HEADERS.items() if (value := getattr(found, field))}
    given = next((value for name, value in headers.items() if name.lower() == "baggage"), "")
    return mine | {"baggage": baggage.render(baggage.extended(found, baggage.parse(given)[1]))}


def stamp(headers: MutableMapping[str, str], url: str, hosts: Collection[str]) -> None:
    """Put the lane context of now into headers, if the URL's host is one of these."""
    found = current()
    if found is None or not _named(url, hosts):
        return
    mine = outgoing(headers, found)
    for name in [name for name in headers if name.lower() in mine]:
        del headers[name]
    headers.update(mine)


def requests_session(session: "requests.Session", hosts: Collection[str]) -> "requests.Session":
    """Make a requests session carry the lane; on a redirect to a host that is not named its headers are removed.

    The adapters mounted so far, with their retries and pools, go on to send; mount others before this call.
    """
    import requests

    class Adapter(requests.adapters.BaseAdapter):
        def __init__(self, inner: requests.adapters.BaseAdapter) -> None:
            super().__init__()
            self._inner = inner

        def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
            _settle(request.headers, request.url or "", hosts)
            return self._inner.send(request, *args, **options)

        def close(self) -> None:
            self._inner.close()

    for prefix, inner in list(session.adapters.items()):
        session.mount(prefix, Adapter(inner))
    return session


def httpx_hook(hosts: Collection[str]) -> "dict[str, list[Any]]":
    """Event hooks of an httpx client: `httpx.Client(event_hooks=httpx_hook({"users.internal"}))`."""

    def carry(request: "httpx.Request") -> None:
        _settle(request.headers, str(request.url), hosts)

    return {"request": [carry]}


def httpx_async_hook(hosts: Collection[str]) -> "dict[str, list[Any]]":
    """The same for an httpx.AsyncClient."""

    async def carry(request: "httpx.Request") -> None:
        _settle(request.headers, str(request.url), hosts)

    return {"request": [carry]}


def urllib3_request(
    pool: "urllib3.PoolManager", hosts: Collection[str], method: str, url: str, **options: Any
) -> "urllib3.BaseHTTPResponse":
    """`pool.request` with the lane. Redirects are not followed: urllib3 would take the headers along anywhere."""
    headers = dict(options.pop("headers", None) or pool.headers)
    stamp(headers, url, hosts)
    options.setdefault("redirect", False)
    return pool.request(method, url, headers=headers, **options)


def _settle(headers: MutableMapping[str, str], url: str, hosts: Collection[str]) -> None:
    if _named(url, hosts):
        stamp(headers, url, hosts)
    else:
        _clean(headers)


def _named(url: str, hosts: Collection[str]) -> bool:
    # urlsplit gives it in lower case, as names of hosts are compared.
    return urlsplit(url).hostname in {host.lower() for host in hosts}


def _clean(headers: MutableMapping[str, str]) -> None:
    """Remove what a redirect from a named host to another one carried along."""
    for name in list(headers):
        if name.lower() in _HEADERS:
            del headers[name]
        elif name.lower() == "baggage":
            # The members that came to us went along; the caller's own for this host stay.
            found = current()
            ours = found.members if found else ()
            others = [member for member in baggage.parse(headers[name])[1] if member not in ours]
            del headers[name]
            if others:
                headers["baggage"] = ",".join(others)
