"""The console's web application: the page, its data, and the actions if allowed."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grayctl.console import views
from grayctl.console.actions import ACTIONS, Actions
from grayctl.console.guard import HEADERS, Guard, Refusal
from grayctl.errors import EXIT_CONFLICT, EXIT_NOT_CONFIRMED, EXIT_UNREACHABLE, GrayctlError, explain
from grayctl.stack.target import Target

_PAGE = Path(__file__).parent / "page"
# An action is a few numbers and a reason.
_BODY_LIMIT = 10_000
_STATUS = {EXIT_CONFLICT: 409, EXIT_NOT_CONFIRMED: 428, EXIT_UNREACHABLE: 502}


class _Json(JSONResponse):
    """In ASCII: what somebody wrote into the table by hand may be half a character, which has no bytes."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, default=str).encode()


Read = Callable[[], dict[str, Any]]


class Guarded:
    """The guard checks every request first; every response gets the security headers."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                kept = [pair for pair in message.get("headers", []) if pair[0].decode().lower() not in HEADERS]
                message = {**message, "headers": [*kept, *own]}
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if len(headers) != len(scope["headers"]):
            # Two Host headers are ambiguous.
            refusal: Refusal | None = Refusal(400, "duplicate header")
        else:
            refusal = self._guard.refuses(scope["method"], scope["path"], headers)
        answer = self._app if refusal is None else _error(refusal.status, "refused", refusal.why)
        await answer(scope, receive, with_headers)


def application(target: Target, guard: Guard, *, allow_actions: bool) -> Guarded:
    """The console of one environment."""
    live = views.Kept(lambda: views.live(target), views.LIVE_SECONDS)
    history = views.Kept(lambda: views.history(target), views.LIVE_SECONDS)
    traces = views.Kept(lambda: views.traces(target), views.TRACES_SECONDS)
    about = {
        "environment": target.environment,
        "stack": target.stack,
        "site": target.site,
        "local": target.clients.local is not None,
        "actions": list(ACTIONS) if allow_actions else [],
    }
    routes = [
        _file("/", "index.html"),
        _file("/console.css", "console.css"),
        _file("/console.js", "console.js"),
        _file("/icon.svg", "icon.svg"),
        Route("/api/about", _reading(lambda: about)),
        Route("/api/live", _reading(live.get)),
        Route("/api/history", _reading(history.get)),
        Route("/api/traces", _reading(traces.get)),
    ]
    if allow_actions:
        actions = Actions(target)
        routes.append(Route("/api/ask/{action}", _acting(lambda name, body: actions.ask(name, body)), methods=["POST"]))

        def do(name: str, body: dict[str, Any]) -> dict[str, Any]:
            try:
                return actions.do(name, body.get("confirmation"), body.get("reason"))
            finally:
                live.forget()
                history.forget()

        routes.append(Route("/api/do/{action}", _acting(do), methods=["POST"]))
    return Guarded(Starlette(routes=routes), guard)


def listen(port: int) -> socket.socket:
    """A loopback socket; port 0 picks a free one. Raises OSError if the port is in use."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


def serve(app: Guarded, bound: socket.socket) -> None:
    """Serve until Ctrl-C."""
    uvicorn.Server(settings(app)).run(sockets=[bound])


def settings(app: Guarded) -> uvicorn.Config:
    """Server settings: no access log, and nothing that the console does not need."""
    return uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off", ws="none")


def _file(path: str, name: str) -> Route:
    def answer(_request: Request) -> Response:
        return FileResponse(_PAGE / name)

    return Route(path, answer)


def _reading(read: Read) -> Callable[[Request], Any]:
    async def answer(_request: Request) -> Response:
        return await _told(read)

    return answer


def _acting(act: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        text = b""
        async for piece in request.stream():
            text += piece
            if len(text) > _BODY_LIMIT:
                return _error(413, "usage", "the action is too large")
        try:
            body = json.loads(text or b"{}")
        except (ValueError, RecursionError):
            return _error(400, "usage", "the action is not valid JSON")
        if not isinstance(body, dict):
            return _error(400, "usage", "the action is not a JSON object")
        return await _told(lambda: act(request.path_params["action"], body))

    return answer


async def _told(act: Read) -> Response:
    """The result, or the error as the command line reports it. A bug of ours is a 500 with a printed traceback."""
    try:
        return _Json(await run_in_threadpool(act))
    except Exception as error:
        known = explain(error)
        if known is None:
            raise
        return _failure(known)


def _failure(error: GrayctlError) -> Response:
    found = [vars(finding) for finding in error.findings]
    return _error(_STATUS.get(error.exit_code, 400), error.kind, str(error), error.remedy, found)


def _error(status: int, kind: str, message: str, remedy: str = "", findings: object = ()) -> Response:
    told = {"kind": kind, "message": message, "remedy": remedy, "findings": findings}
    return _Json({"error": told}, status_code=status)
