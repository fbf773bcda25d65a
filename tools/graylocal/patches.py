"""Patches of the emulator (MiniStack 1.5.33), each named after the gap it closes.

This module runs in `.tools/ministack`, is started by `ministack_launcher.py`, and imports nothing of ours. Only what
cannot be done from outside through AWS APIs is here; the rest stands beside the emulator in `graylocal.observe`.
`tests/e2e/test_patches.py` runs every gap with its patch off and on, so a patch that is no longer needed is noticed.
"""

import base64
import binascii
import contextvars
import gzip
import json
import os
import re
import secrets
import socket
import threading
import time
import types
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from ministack import app as gateway
from ministack.core import iam_actions, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1, cloudwatch, eventbridge, lambda_svc
from ministack.services.cloudformation import changesets, engine, handlers, stacks

_API_PATH = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?")
_STORE_PATH = re.compile(r"/key-value-stores/(arn:[^/]+/[^/]+)")
_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.")

# The trace a request arrived with, as the fields of X-Amzn-Trace-Id; the header of the invocation that runs now.
_inbound: contextvars.ContextVar[dict[str, str] | None] = contextvars.ContextVar("inbound_trace", default=None)
_current: contextvars.ContextVar[str | None] = contextvars.ContextVar("current_trace_header", default=None)
_client_context: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("client_context", default=None)
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


def _api_request(scope: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[str, str, str] | None:
    """API id, stage and path of a request to a deployed API, or None for every other request."""
    path = scope["path"]
    by_path = _API_PATH.match(path)
    if by_path:
        return by_path[1], by_path[2], by_path[3] or "/"
    by_host = _API_HOST.match(headers.get("host", ""))
    if by_host is None or by_host[1] not in apigateway_v1._rest_apis:
        return None
    stage, _, rest = path.lstrip("/").partition("/")
    return by_host[1], stage, "/" + rest


def one_trace_through_api_and_lambda() -> None:
    """Gap: every invocation gets a trace of its own, API Gateway and Lambda send no segments.

    AWS takes X-Amzn-Trace-Id from the request, adds a segment for the stage and one for the function, and hands the
    function a header with its own segment as parent.
    """
    serve, dispatch = gateway.app, lambda_svc._execute_function_dispatch

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await serve(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        trace = _fields(headers.get("x-amzn-trace-id", ""))
        called = _api_request(scope, headers)
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
    """A thread that keeps the context of the code that made it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made_in = contextvars.copy_context()

    def run(self) -> None:
        self._made_in.run(super().run)


def trace_of_events_reaches_their_functions() -> None:
    """Gap: EventBridge ignores `TraceHeader` and starts its target functions in a bare thread, where a trace ends.

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


def failed_events_are_kept() -> None:
    """Gap: EventBridge calls a function that fails once, and its `OnFailure` destination gets nothing.

    On AWS it invokes asynchronously: tried again, then kept (Lambda developer guide, "Asynchronous invocation").
    """

    def dispatch(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if function and config:
            record = lambda_svc._execution_record_for_config(function, config)
            lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch


def client_context_reaches_the_function() -> None:
    """Gap: the client context of Invoke is dropped.

    AWS hands it to a function that is invoked synchronously as `context.client_context` (Lambda API, Invoke). It
    travels beside the payload in the worker's envelope, with the other values that differ by invocation.
    """
    invoke, overlay = lambda_svc._invoke, lambda_svc._durable_env_overlay
    plain = '"client_context": None'
    decoded = (
        '"client_context": (lambda given: given and __import__("types").SimpleNamespace(client=None, '
        'custom=given.get("custom") or {}, env=given.get("env") or {}))(_ms_durable.get("client_context"))'
    )
    if plain not in lambda_runtime._PYTHON_WORKER_SCRIPT:
        raise RuntimeError("the emulator's worker has changed: look again whether this patch is needed")
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(plain, decoded)

    async def with_context(name: str, event: Any, headers: Any, *args: Any, **kw: Any) -> Any:
        kind = headers.get("x-amz-invocation-type") or headers.get("X-Amz-Invocation-Type") or "RequestResponse"
        given = headers.get("x-amz-client-context") or headers.get("X-Amz-Client-Context")
        token = _client_context.set(_decoded_context(given) if kind == "RequestResponse" else None)
        try:
            return await invoke(name, event, headers, *args, **kw)
        finally:
            _client_context.reset(token)

    def overlay_with_context() -> dict[str, Any]:
        given = _client_context.get()
        return {**overlay(), **({"client_context": given} if given is not None else {})}

    lambda_svc._invoke = with_context
    lambda_svc._durable_env_overlay = overlay_with_context


def _decoded_context(header: str | None) -> dict[str, Any] | None:
    try:
        decoded = json.loads(base64.b64decode(header or "", validate=True) or b"null")
    except (binascii.Error, ValueError):
        return None
    return decoded if isinstance(decoded, dict) else None


def metrics_of_every_caller() -> None:
    """Gap: AWS/Lambda metrics come from direct Invoke only, AWS/ApiGateway has none at all."""
    serve, dispatch, emit = gateway.app, lambda_svc._execute_function_dispatch, lambda_svc._emit_lambda_metrics

    def only_throttles(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:
            emit(name, duration_ms, error, throttle)

    def counted_dispatch(function: Any, config: Any, event: Any, request_id: str, started: float) -> Any:
        start, error = time.time(), True
        try:
            result = dispatch(function, config, event, request_id, started)
            error = bool(result.get("error"))
            return result
        finally:
            emit(config.get("FunctionName", ""), (time.time() - start) * 1000, error, False)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await serve(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        called = _api_request(scope, headers)
        if called is None:
            await serve(scope, receive, send)
            return
        start, answer = time.time(), {"status": 0}

        async def send_and_look(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
            await send(message)

        await serve(scope, receive, send_and_look)
        _count_api_request(called[0], called[1], answer["status"], (time.time() - start) * 1000)

    gateway.app = app
    lambda_svc._execute_function_dispatch = counted_dispatch
    lambda_svc._emit_lambda_metrics = only_throttles


def _count_api_request(api: str, stage: str, status: int, milliseconds: float) -> None:
    name = (apigateway_v1._rest_apis.get(api) or {}).get("name", api)
    values = {"Count": 1, "4XXError": int(400 <= status < 500), "5XXError": int(status >= 500)}
    for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": stage}):
        for metric, value in values.items():
            cloudwatch.record_metric("AWS/ApiGateway", metric, value, "Count", dimensions)
        cloudwatch.record_metric("AWS/ApiGateway", "Latency", milliseconds, "Milliseconds", dimensions)


def alarms_are_evaluated_elsewhere() -> None:
    """Gap: the emulator evaluates alarms at PutMetricData only and ignores their dimensions.

    `graylocal.observe.alarms` evaluates them as AWS does and calls SetAlarmState.
    """
    cloudwatch._evaluate_all_alarms = lambda: None


def functions_run_in_their_own_interpreter() -> None:
    """Gap: functions run in the emulator's interpreter and see its packages; a forgotten requirement passes.

    `LAMBDA_PYTHON` names the interpreter that has what the managed runtime has, and nothing else.
    """
    binary = lambda_runtime._detect_runtime_binary
    own = os.environ.get("LAMBDA_PYTHON")

    def detect(runtime: str) -> tuple[str, str]:
        program, script = binary(runtime)
        return (own if own and runtime.startswith("python") else program), script

    lambda_runtime._detect_runtime_binary = detect


def stage_variables_name_the_function() -> None:
    """Gap: `${stageVariables.name}` in an integration's uri is taken literally.

    AWS puts the stage's value there (API Gateway developer guide, "Use stage variables"); the kill at the API is one.
    """
    invoke = apigateway_v1._invoke_lambda_proxy_v1

    async def with_stage_variables(
        integration: Any, api_id: str, stage_name: str, stage: Any, *args: Any, **kw: Any
    ) -> Any:
        variables = stage.get("variables") or {}
        uri = re.sub(
            r"\$\{stageVariables\.(\w+)\}", lambda match: variables.get(match[1], ""), integration.get("uri", "")
        )
        return await invoke({**integration, "uri": uri}, api_id, stage_name, stage, *args, **kw)

    apigateway_v1._invoke_lambda_proxy_v1 = with_stage_variables


def a_path_of_parameters_is_a_resource() -> None:
    """Gap: GetParametersByPath is authorized on `*`, so a role that names the path is refused.

    On AWS the resource is the path's ARN (Service Authorization Reference, Systems Manager).
    """
    resource_of = iam_actions.extract_resource_arn

    def with_paths(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        target = {name.lower(): value for name, value in headers.items()}.get("x-amz-target", "")
        if service == "ssm" and target.endswith(".GetParametersByPath"):
            asked = json.loads(body or b"{}").get("Path", "")
            return f"arn:aws:ssm:{region}:{account}:parameter/{asked.strip('/')}"
        return resource_of(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = with_paths


def a_key_value_store_is_a_resource() -> None:
    """Gap: the KeyValueStore's data API is authorized on `*`, so a role that names the store is refused.

    On AWS the resource is the store's ARN, which is in the path (Service Authorization Reference, CloudFront
    KeyValueStore).
    """
    resource_of = iam_actions.extract_resource_arn

    def with_stores(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if service == "cloudfront-keyvaluestore":
            store = _STORE_PATH.match(unquote(path))
            return store[1] if store else "*"
        return resource_of(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = with_stores


def an_event_has_a_source_in_policies() -> None:
    """Gap: the condition key `events:source` has no value, so a role that may send its own source only is refused.

    On AWS PutEvents carries it (EventBridge user guide, "Using IAM policy conditions").
    """
    context_of = iam_actions.request_tag_context

    def with_sources(service: str, iam_action: str, body: bytes, params: Any) -> Any:
        context = context_of(service, iam_action, body, params)
        if iam_action == "events:PutEvents":
            entries = json.loads(body or b"{}").get("Entries", [])
            sources = sorted({str(entry.get("Source", "")) for entry in entries})
            context = {**context, "events:source": sources[0] if len(sources) == 1 else sources}
        return context

    iam_actions.request_tag_context = with_sources


def a_metric_has_a_namespace_in_policies() -> None:
    """Gap: the condition key `cloudwatch:namespace` has no value, so a role that may write to its own is refused.

    On AWS PutMetricData carries it (CloudWatch user guide, "Using condition keys to limit access to CloudWatch
    namespaces").
    """
    context_of = iam_actions.request_tag_context

    def with_namespace(service: str, iam_action: str, body: bytes, params: Any) -> Any:
        context = context_of(service, iam_action, body, params)
        if iam_action == "cloudwatch:PutMetricData":
            context = {**context, "cloudwatch:namespace": _namespace_in(body)}
        return context

    iam_actions.request_tag_context = with_namespace


def _namespace_in(body: bytes) -> str:
    """The name space of a PutMetricData, in JSON; the SDKs compress what is long."""
    plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    try:
        return str(json.loads(plain)["Namespace"])
    except (ValueError, KeyError, TypeError):
        return ""  # refused then, as without the patch


def conditions_know_pseudo_parameters() -> None:
    """Gap: a condition on `AWS::Region` compares the parameter's name, so it is always false.

    On AWS pseudo parameters have their values in conditions too (CloudFormation user guide, "Pseudo parameters").
    """
    evaluate = engine._evaluate_conditions

    def with_pseudo_parameters(template: Any, params: Any) -> Any:
        pseudo = {"AWS::Region": get_region(), "AWS::AccountId": get_account_id(), "AWS::Partition": "aws"}
        return evaluate(template, {**params, **{name: {"Value": value} for name, value in pseudo.items()}})

    for module in (engine, changesets, handlers, stacks):
        module._evaluate_conditions = with_pseudo_parameters


def trimmed_counts_are_counted() -> None:
    """Gap: the statistic `TC(<bound>:)` is answered with the average, in silence.

    On AWS it is the number of values above the bound (CloudWatch user guide, "CloudWatch statistics definitions");
    the watch function counts slow requests with it.
    """
    value_of = cloudwatch._stat_value

    def with_trimmed_count(stats: Any, name: str, points: Any = None) -> Any:
        bound = re.fullmatch(r"TC\(([\d.]+):\)", name or "")
        if not bound:
            return value_of(stats, name, points)
        samples = cloudwatch._percentile_samples(points or []) or []
        return float(sum(weight for value, weight in samples if value > float(bound[1])))

    cloudwatch._stat_value = with_trimmed_count


PATCHES: tuple[Callable[[], None], ...] = (
    one_trace_through_api_and_lambda,
    trace_of_events_reaches_their_functions,
    failed_events_are_kept,
    client_context_reaches_the_function,
    metrics_of_every_caller,
    alarms_are_evaluated_elsewhere,
    functions_run_in_their_own_interpreter,
    stage_variables_name_the_function,
    a_path_of_parameters_is_a_resource,
    a_key_value_store_is_a_resource,
    an_event_has_a_source_in_policies,
    a_metric_has_a_namespace_in_policies,
    conditions_know_pseudo_parameters,
    trimmed_counts_are_counted,
)


def apply(without: frozenset[str] = frozenset()) -> list[str]:
    """Apply every patch but those named, and return the names of the applied ones."""
    applied = []
    for patch in PATCHES:
        if patch.__name__ not in without:
            patch()
            applied.append(patch.__name__)
    return applied
