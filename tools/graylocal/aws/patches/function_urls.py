"""Function URLs: their event, and answers that are streamed.

(Lambda developer guide, "Invoking Lambda function URLs" and "Response streaming for Lambda functions".)
"""

import asyncio
import base64
import contextvars
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import StreamingResponse
from ministack.services import lambda_svc

# A line of a streamed answer: {"head": {statusCode, headers, cookies}} or {"part": base64}.
type Line = dict[str, Any]

_listener: contextvars.ContextVar[Callable[[Line], Any] | None] = contextvars.ContextVar("listener", default=None)
_BEFORE = "let handlerFn = null;"
# What AWS's Node runtime offers, on the worker's own protocol of a JSON object a line.
_AWSLAMBDA = """
const { Writable } = require("stream");
const { finished } = require("stream/promises");
globalThis.awslambda = {
  streamifyResponse: (handler) => async (event, context) => {
    const say = (line, done) => _realStdoutWrite(JSON.stringify(line) + "\\n", done);
    const out = new Writable({
      write: (chunk, encoding, done) => say({ part: Buffer.from(chunk, encoding).toString("base64") }, () => done()),
    });
    out.head = (metadata) => say({ head: metadata });
    out.setContentType = (type) => out.head({ headers: { "content-type": type } });
    await Promise.all([finished(out), handler(event, out, context)]);
  },
  HttpResponseStream: {
    from: (out, metadata) => {
      out.head(metadata);
      return out;
    },
  },
};
"""


def a_function_url_gives_its_function_the_cookies() -> None:
    """Gap: an event has no `cookies`."""
    build = lambda_svc._build_function_url_event

    def with_cookies(*args: Any, **kw: Any) -> Any:
        event = build(*args, **kw)
        cookies = [each.strip() for each in event["headers"].get("cookie", "").split(";") if each.strip()]
        return {**event, "cookies": cookies} if cookies else event

    lambda_svc._build_function_url_event = with_cookies


def a_function_streams_its_answer() -> None:
    """Gap: a Node function has no `awslambda`, and a RESPONSE_STREAM URL answers when its function has ended."""
    if _BEFORE not in lambda_runtime._NODEJS_WORKER_SCRIPT:
        raise RuntimeError("the emulator's worker has changed: check whether this patch is still needed")
    script = lambda_runtime._NODEJS_WORKER_SCRIPT.replace(_BEFORE, _AWSLAMBDA + _BEFORE)
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    worker, serve = lambda_runtime.Worker, lambda_svc.handle_function_url_request
    spawn, invoke = worker._spawn, worker.invoke

    def spawned(self: Any) -> None:
        spawn(self)
        self._proc.stdout = _Spoken(self._proc.stdout, self)

    def invoked(self: Any, *args: Any, **kw: Any) -> Any:
        unheard: list[Line] = []
        self.listener = _listener.get() or unheard.append
        answer = invoke(self, *args, **kw)
        if unheard and answer.get("status") == "ok":
            answer["result"] = _collected(unheard)
        return answer

    async def streamed(
        url_id: str,
        method: str,
        path: str,
        headers: Any,
        body: bytes,
        query: Any,
        resolved: Any = None,
        source_ip: str | None = None,
    ) -> Any:
        resolved = resolved or lambda_svc.resolve_function_url(url_id)
        asked = serve(url_id, method, path, headers, body, query, resolved=resolved, source_ip=source_ip)
        if resolved is None or resolved[4].get("InvokeMode") != "RESPONSE_STREAM":
            return await asked
        return await _streamed(asked, lambda_svc._function_url_cors_headers(resolved[4], headers))

    worker._spawn, worker.invoke = spawned, invoked
    lambda_svc.handle_function_url_request = streamed


class _Spoken:
    """A worker's standard output without the lines of a streamed answer, which go to its listener."""

    def __init__(self, lines: Any, worker: Any) -> None:
        self._lines, self._worker = lines, worker

    def readline(self) -> Any:
        while (line := self._lines.readline()).startswith(('{"part":', '{"head":')):
            self._worker.listener(json.loads(line))
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lines, name)


def _collected(lines: list[Line]) -> Any:
    """The answer of a function that streams to somebody who waits for all of it."""
    body = b"".join(base64.b64decode(line["part"]) for line in lines if "part" in line).decode(errors="replace")
    heads = [line["head"] for line in lines if "head" in line]
    return {"statusCode": 200, **heads[-1], "body": body} if heads else body


async def _streamed(asked: Any, cors: Mapping[str, str]) -> Any:
    """Status, headers and the body as it comes; what the function has not streamed, and its errors, as one."""
    loop, heard = asyncio.get_running_loop(), asyncio.Queue[Line | None]()
    token = _listener.set(lambda line: loop.call_soon_threadsafe(heard.put_nowait, line))
    whole = asyncio.ensure_future(asked)  # in a copy of this context
    _listener.reset(token)
    whole.add_done_callback(lambda _: heard.put_nowait(None))
    head: dict[str, Any] | None = None
    while (line := await heard.get()) is not None and "head" in line:
        head = line["head"]
    if line is None and (head is None or (await whole)[0] >= 500):
        return await whole

    async def send_parts(send: Any, receive: Any) -> None:
        part = line
        while part is not None:
            await send(
                {"type": "http.response.body", "body": base64.b64decode(part.get("part", "")), "more_body": True}
            )
            part = await heard.get()
        if (await whole)[0] < 500:  # else the function has failed: the answer stays without its end
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    head = head or {}
    named = {name.lower(): str(value) for name, value in (head.get("headers") or {}).items()}
    headers: dict[str, Any] = {"content-type": "application/octet-stream", **named, **cors}
    if head.get("cookies"):
        headers["set-cookie"] = head["cookies"]
    return int(head.get("statusCode", 200)), headers, StreamingResponse(send_parts)
