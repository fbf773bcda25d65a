"""The edge as a program: viewers over http and https, and a control port for the simulation."""

import asyncio
import contextlib
import json
import signal
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as ControlRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from graylocal.cloudfront.edge import Deployed, Edge
from graylocal.cloudfront.follow import Policies, StackFollower
from graylocal.cloudfront.function_urls import FunctionUrls
from graylocal.cloudfront.functions.store import Locations, Simulation
from graylocal.cloudfront.messages import Pairs, Request
from graylocal.cloudfront.metrics import MetricsReport
from graylocal.cloudfront.origins import Emulator, Origins

_LARGEST_BODY = 20 * 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """The ports on 127.0.0.1 and the distribution to serve."""

    distribution: str
    emulator_port: int
    port: int
    tls_port: int
    control_port: int
    certificate: Path | None = None
    key: Path | None = None
    region: str = "us-east-1"


class ViewerApp:
    """The ASGI application for viewers."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one request; the path is passed on unchanged."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        # An absolute-form target is not a path; uvicorn passes it on unchanged.
        path = scope["raw_path"].decode("latin-1")
        client = scope.get("client") or ("127.0.0.1", 0)
        request = Request(
            scope["method"],
            path if path.startswith("/") else "/",
            scope["query_string"].decode("latin-1"),
            headers,
            body,
        )
        request.ip = client[0]
        response = await self._edge.serve(request)
        empty = request.method == "HEAD" or response.status in (204, 304)
        out: Pairs = [pair for pair in response.headers if pair[0] != "content-length"]
        if response.status not in (204, 304) and response.parts is None:
            out.append(("content-length", str(len(response.body))))
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in out]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        if response.parts is not None:
            async with contextlib.aclosing(response.parts) as parts:
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"" if empty else response.body})


async def _body(receive: Any) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= _LARGEST_BODY:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def control_app(edge: Edge, locations: Locations) -> Starlette:
    """`GET /health`, `GET /state`, and `PUT /simulation` with {"everywhere"?, "locations"?: {name: ...}}."""

    async def health(_: ControlRequest) -> JSONResponse:
        return JSONResponse({"distribution": edge.deployed.distribution.id})

    async def state(_: ControlRequest) -> JSONResponse:
        stores = {
            arn: {"etag": store.etag, "keys": len(store.seen_from("local"))}
            for arn, store in edge.deployed.stores.items()
        }
        functions = {name: code.version for name, code in edge.deployed.functions.items()}
        counts = {f"{subject} {name}": count for (subject, name), count in edge.totals.items()}
        return JSONResponse({"stores": stores, "functions": functions, "counts": counts})

    async def simulation(request: ControlRequest) -> JSONResponse:
        asked = json.loads(await request.body())
        locations.everywhere = _simulation(asked.get("everywhere", {}))
        locations.simulations = {name: _simulation(each) for name, each in asked.get("locations", {}).items()}
        return JSONResponse(
            {"everywhere": {**asdict(locations.everywhere), "missing": sorted(locations.everywhere.missing)}}
        )

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/state", state),
            Route("/simulation", simulation, methods=["PUT"]),
        ]
    )


def _simulation(asked: dict[str, Any]) -> Simulation:
    return replace(
        Simulation(),
        lag=float(asked.get("lag", 0)),
        missing=frozenset(asked.get("missing", ())),
        missing_for=float(asked.get("missing_for", 0)),
    )


class _QuietServer(uvicorn.Server):
    """One of several servers in a process: it must not handle the process's signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: Any, port: int, tls: tuple[Path, Path] | None = None) -> _QuietServer:
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=128 * 1024,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=str(tls[1]) if tls else None,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    return _QuietServer(config)


def _soon(loop: asyncio.AbstractEventLoop, callback: Callable[..., object], *arguments: object) -> None:
    loop.call_soon_threadsafe(callback, *arguments)


def _end(servers: Iterable[uvicorn.Server]) -> None:
    for server in servers:
        server.should_exit = True


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    emulator = Emulator("127.0.0.1", settings.emulator_port, settings.region)
    session = boto3.Session("test", "test", region_name=settings.region)
    locations = Locations()
    # `localhost`, not an IP address: the store's endpoint prefixes it with the account.
    follower = StackFollower(session, f"http://localhost:{settings.emulator_port}", settings.distribution, locations)
    loop = asyncio.get_running_loop()
    deployed = await asyncio.to_thread(follower.read)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    function_urls = FunctionUrls(session.client("lambda", endpoint_url=emulator.url))
    # Whatever it calls is on this machine, for which no authority signs a certificate.
    async with httpx.AsyncClient(limits=limits, trust_env=False, verify=False) as client:  # noqa: S501
        origins = Origins(emulator, client, function_urls)
        origins.policies = await asyncio.to_thread(follower.policies, deployed.distribution)
        edge = Edge(deployed, origins)

        def changed(fresh: Deployed, policies: Policies) -> None:
            origins.policies = policies
            edge.replace(fresh)

        await asyncio.to_thread(
            follower.start,
            deployed,
            lambda fresh, policies: _soon(loop, changed, fresh, policies),
            lambda paths: _soon(loop, edge.invalidate, paths),
        )
        report = MetricsReport(session.client("cloudwatch", endpoint_url=emulator.url), edge)
        viewers = ViewerApp(edge)
        servers = [
            _server(viewers, settings.port),
            _server(control_app(edge, locations), settings.control_port),
        ]
        if settings.certificate and settings.key:
            servers.append(_server(viewers, settings.tls_port, (settings.certificate, settings.key)))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _end, servers)
        reporting = asyncio.create_task(report.forever())
        try:
            await asyncio.gather(*(server.serve() for server in servers))
        finally:
            reporting.cancel()
            follower.close()
