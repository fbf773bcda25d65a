"""Traces: one from the API through its functions and EventBridge, as in X-Ray."""

import contextvars
import json
import os
import secrets
import socket
import threading
import time
import types
from collections.abc import Mapping
from typing import Any

from ministack import app as gateway
from ministack.services import apigateway_v1, eventbridge, lambda_svc

from graylocal.aws.patches.api_request import api_request

# The fields of the request's X-Amzn-Trace-Id; the header of the current invocation.
_inbound: contextvars.ContextVar[dict[str, str] | None] = contextvars.ContextVar("inbound_trace", default=None)
_current: contextvars.ContextVar[str | None] = contextvars.ContextVar("current_trace_header", default=None)
_daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _send_segment(segment: Mapping[str, Any]) -> None:
    host, _, port = os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "").rpartition(":")
    if host:
        header = b'{"format":"json","version":1}\n'
        _daemon.sendto(header + json.dumps(segment).encode(), (host, int(port)))


def _fields(header: str) -> dict[str, str]:
    return dict(part.strip().split("=", 1) for part in header.split(";") if "=" in part)


def _new_root() -> str:
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def _header(root: str, parent: str, sampled: str) -> str:
    return f"Root={root};Parent={parent};Sampled={sampled}"


def one_trace_through_api_and_lambda() -> None:
    """Gap: every invocation gets its own trace, API Gateway and Lambda send no segments.

    AWS takes X-Amzn-Trace-Id from the request, adds a segment for the stage and one for the function, and passes the
    function a header with its own segment as parent.
    """
    serve, dispatch = gateway.app, lambda_svc._execute_function_dispatch

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await serve(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        trace = _fields(headers.get("x-amzn-trace-id", ""))
        called = api_request(scope, headers)
        if called is None:
            if trace.get("Root"):
                _inbound.set(trace)
            await serve(scope, receive, send)
            return
        await _traced_api_request(serve, called, trace, scope, receive, send)

    def traced_dispatch(function: Any, config: Any, event: Any, request_id: str, started: float) -> Any:
        trace = _inbound.get()
        active = (config.get("TracingConfig") or {}).get("Mode") == "Active"
        if trace is None and not active:
            return dispatch(function, config, event, request_id, started)
        trace = trace or {}
        root, segment, sampled = trace.get("Root") or _new_root(), secrets.token_hex(8), trace.get("Sampled", "1")
        token, start, fault = _current.set(_header(root, segment, sampled)), time.time(), True
        try:
            result = dispatch(function, config, event, request_id, started)
            fault = bool(result.get("error"))
            return result
        finally:
            _current.reset(token)
            if sampled != "0":
                document = {
                    "name": config.get("FunctionName", ""),
                    "id": segment,
                    "trace_id": root,
                    "start_time": start,
                    "end_time": time.time(),
                    "origin": "AWS::Lambda::Function",
                    "fault": fault,
                    "aws": {"function_arn": config.get("FunctionArn"), "request_id": request_id},
                }
                _send_segment({**document, **({"parent_id": trace["Parent"]} if trace.get("Parent") else {})})

    gateway.app = app
    lambda_svc._execute_function_dispatch = traced_dispatch
    lambda_svc._xray_trace_id_for_invocation = lambda config, inbound_trace_header=None: (
        inbound_trace_header or _current.get()
    )


async def _traced_api_request(
    serve: Any, called: tuple[str, str, str], trace: dict[str, str], scope: dict[str, Any], receive: Any, send: Any
) -> None:
    api, stage, path = called
    root, segment, sampled = trace.get("Root") or _new_root(), secrets.token_hex(8), trace.get("Sampled", "1")
    _inbound.set({"Root": root, "Parent": segment, "Sampled": sampled})
    forwarded = _header(root, segment, sampled).encode()
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"x-amzn-trace-id"]
    answer = {"status": 0}

    async def send_with_trace(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            message = {**message, "headers": [*message["headers"], (b"x-amzn-trace-id", f"Root={root}".encode())]}
        await send(message)

    start = time.time()
    try:
        await serve({**scope, "headers": [*headers, (b"x-amzn-trace-id", forwarded)]}, receive, send_with_trace)
    finally:
        status = answer["status"]
        if sampled != "0":
            request = {"method": scope["method"], "url": f"https://{api}.execute-api/{stage}{path}"}
            document = {
                "name": f"{apigateway_v1._rest_apis[api].get('name', api)}/{stage}"
                if api in apigateway_v1._rest_apis
                else api,
                "id": segment,
                "trace_id": root,
                "start_time": start,
                "end_time": time.time(),
                "origin": "AWS::ApiGateway::Stage",
                "http": {"request": request, "response": {"status": status}},
                "error": 400 <= status < 500,
                "fault": status >= 500,
            }
            _send_segment({**document, **({"parent_id": trace["Parent"]} if trace.get("Parent") else {})})


class _ContextThread(threading.Thread):
    """A thread that inherits its creator's context."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made_in = contextvars.copy_context()

    def run(self) -> None:
        self._made_in.run(super().run)


def trace_of_events_reaches_their_functions() -> None:
    """Gap: EventBridge ignores `TraceHeader` and runs target functions in a new thread, which loses the trace.

    AWS passes the trace of PutEvents on to Lambda targets: the entry's header, else the request's (EventBridge API,
    `PutEventsRequestEntry`).
    """
    put = eventbridge._put_events

    def put_events(data: Any, allow_aws_source: bool = False) -> Any:
        entries = data.get("Entries", [])
        if len(entries) > 10 or not any(entry.get("TraceHeader") for entry in entries):
            return put(data, allow_aws_source)
        results: list[Any] = []
        failed, answer = 0, put({**data, "Entries": []}, allow_aws_source)
        for entry in entries:
            token = _inbound.set(_fields(entry["TraceHeader"]) if entry.get("TraceHeader") else _inbound.get())
            try:
                answer = put({**data, "Entries": [entry]}, allow_aws_source)
            finally:
                _inbound.reset(token)
            part = json.loads(answer[2])
            results += part["Entries"]
            failed += part["FailedEntryCount"]
        return answer[0], answer[1], json.dumps({"FailedEntryCount": failed, "Entries": results}).encode()

    eventbridge._put_events = put_events
    eventbridge.threading = types.SimpleNamespace(**{**vars(threading), "Thread": _ContextThread})
