"""Functions: their invocation, input and interpreter."""

import base64
import binascii
import contextvars
import json
import os
import re
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import apigateway_v1, eventbridge, lambda_svc

_client_context: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("client_context", default=None)


def failed_events_are_kept() -> None:
    """Gap: EventBridge calls a failing function only once, and its `OnFailure` destination gets nothing.

    AWS invokes asynchronously: retries, then the destination (Lambda developer guide, "Asynchronous invocation").
    """

    def dispatch(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if function and config:
            record = lambda_svc._execution_record_for_config(function, config)
            lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch


def client_context_reaches_the_function() -> None:
    """Gap: the client context of Invoke is dropped.

    AWS passes it to a synchronously invoked function as `context.client_context` (Lambda API, Invoke). Here it is
    passed next to the payload in the worker's envelope, with the other values of an invocation.
    """
    invoke, overlay = lambda_svc._invoke, lambda_svc._durable_env_overlay
    plain = '"client_context": None'
    decoded = (
        '"client_context": (lambda given: given and __import__("types").SimpleNamespace(client=None, '
        'custom=given.get("custom") or {}, env=given.get("env") or {}))(_ms_durable.get("client_context"))'
    )
    if plain not in lambda_runtime._PYTHON_WORKER_SCRIPT:
        raise RuntimeError("the emulator's worker has changed: check whether this patch is still needed")
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


def functions_run_in_their_own_interpreter() -> None:
    """Gap: functions run in the emulator's interpreter and see its packages; a missing requirement goes unnoticed.

    `LAMBDA_PYTHON` is an interpreter with exactly the packages of the managed runtime.
    """
    binary = lambda_runtime._detect_runtime_binary
    own = os.environ.get("LAMBDA_PYTHON")

    def detect(runtime: str) -> tuple[str, str]:
        program, script = binary(runtime)
        return (own if own and runtime.startswith("python") else program), script

    lambda_runtime._detect_runtime_binary = detect


def stage_variables_name_the_function() -> None:
    """Gap: `${stageVariables.name}` in an integration's uri is taken literally.

    AWS inserts the stage's value (API Gateway developer guide, "Use stage variables"); the kill at the API uses one.
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
