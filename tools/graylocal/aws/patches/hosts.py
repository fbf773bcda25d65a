"""The hosts of origins: those that AWS gives to APIs and function URLs, and others that are on this machine."""

import asyncio
import os
import re
from collections.abc import Mapping
from typing import Any

import urllib3
from ministack import app as gateway

from graylocal.system.local_hosts import base_url

_API = re.compile(r"([a-z0-9]+\.execute-api)\.[a-z0-9-]+\.amazonaws\.com")
_FUNCTION_URL = re.compile(r"[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws")
_BELOW = re.compile(r"/_origins/([^/]+)")


def origins_answer_by_their_host() -> None:
    """Gap: an API does not answer at the host that AWS gives it.

    `/_origins/HOST/PATH` is for programs that can choose neither Host nor an address: a function that asks a lane's
    origin for its health. There, a host that is no API's and no function's is called where it is on this machine.
    """
    serve = gateway.app

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await serve(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        below = _BELOW.match(scope["path"])
        host = below[1] if below else headers.get(b"host", b"").decode("latin-1").partition(":")[0]
        api = _API.fullmatch(host)
        if below and not api and not _FUNCTION_URL.fullmatch(host):
            await _relay(host, scope["path"][below.end() :], headers, send)
        elif below or api:
            name = f"{api[1]}.localhost:{os.environ['GATEWAY_PORT']}" if api else host
            await serve(_moved(scope, name, below.end() if below else 0), receive, send)
        else:
            await serve(scope, receive, send)

    gateway.app = app


def _moved(scope: dict[str, Any], host: str, prefix: int) -> dict[str, Any]:
    """The request, to this host, without so many characters of its path."""
    others = [pair for pair in scope["headers"] if pair[0].lower() != b"host"]
    raw = scope.get("raw_path") or scope["path"].encode()
    path = {"path": scope["path"][prefix:] or "/", "raw_path": raw[prefix:] or b"/"}
    return {**scope, **path, "headers": [*others, (b"host", host.encode())]}


async def _relay(host: str, path: str, headers: Mapping[bytes, bytes], send: Any) -> None:
    sent = {"host": host, "x-api-key": headers.get(b"x-api-key", b"").decode("latin-1")}
    status, body = await asyncio.to_thread(_fetched, host, path, sent)
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


def _fetched(host: str, path: str, sent: Mapping[str, str]) -> tuple[int, bytes]:
    base = base_url(host, f"https://{host}")
    if base is None:
        return 502, f"{host} is not on this machine".encode()
    # On this machine, for which no authority signs a certificate.
    with urllib3.PoolManager(retries=False, timeout=8, cert_reqs="CERT_NONE") as pool:
        try:
            answer = pool.request("GET", base + path, headers=sent, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            return 502, f"{host}: {error}".encode()
        return answer.status, answer.data
