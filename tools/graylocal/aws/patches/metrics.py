"""CloudWatch: the metrics of APIs and functions, a statistic, and alarms."""

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ministack import app as gateway
from ministack.services import apigateway_v1, cloudwatch, lambda_svc

from graylocal.aws.patches.api_request import api_request, called_function, http_api_request


def metrics_of_every_caller() -> None:
    """Gap: AWS/Lambda metrics exist only for direct Invoke calls; those of APIs and function URLs not at all."""
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
        count = _counter(scope, headers)
        if count is None:
            await serve(scope, receive, send)
            return
        start, answer = time.time(), {"status": 0}

        async def send_and_look(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
            await send(message)

        await serve(scope, receive, send_and_look)
        count(answer["status"], (time.time() - start) * 1000)

    gateway.app = app
    lambda_svc._execute_function_dispatch = counted_dispatch
    lambda_svc._emit_lambda_metrics = only_throttles


def _counter(scope: Any, headers: Mapping[str, str]) -> Callable[[int, float], None] | None:
    """Counts a request to an API or a function URL, with its status and milliseconds; None for every other request."""
    if called := api_request(scope, headers):
        return partial(_count_rest, *called[:2])
    if called_api := http_api_request(scope, headers):
        return partial(_count_http, *called_api)
    if function := called_function(scope, headers):
        return partial(_count_url, function)
    return None


def _count_rest(api: str, stage: str, status: int, milliseconds: float) -> None:
    name = (apigateway_v1._rest_apis.get(api) or {}).get("name", api)
    for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": stage}):
        _count("AWS/ApiGateway", dimensions, ("Count", "4XXError", "5XXError", "Latency"), status, milliseconds)


def _count_http(api: str, stage: str, status: int, milliseconds: float) -> None:
    for dimensions in ({"ApiId": api}, {"ApiId": api, "Stage": stage}):
        _count("AWS/ApiGateway", dimensions, ("Count", "4xx", "5xx", "Latency"), status, milliseconds)


def _count_url(function: str, status: int, milliseconds: float) -> None:
    names = ("UrlRequestCount", "Url4xxCount", "Url5xxCount", "UrlRequestLatency")
    _count("AWS/Lambda", {"FunctionName": function}, names, status, milliseconds)


def _count(
    namespace: str, dimensions: dict[str, str], names: tuple[str, str, str, str], status: int, milliseconds: float
) -> None:
    """One request; `names` are the metrics of requests, client errors, server errors and latency."""
    values = (1, int(400 <= status < 500), int(status >= 500))
    for name, value in zip(names, values, strict=False):
        cloudwatch.record_metric(namespace, name, value, "Count", dimensions)
    cloudwatch.record_metric(namespace, names[3], milliseconds, "Milliseconds", dimensions)


def alarms_are_evaluated_elsewhere() -> None:
    """Gap: the emulator evaluates alarms only at PutMetricData and ignores their dimensions.

    `graylocal.observe.alarms` evaluates them as AWS does and calls SetAlarmState.
    """
    cloudwatch._evaluate_all_alarms = lambda: None


def trimmed_counts_are_counted() -> None:
    """Gap: the statistic `TC(<bound>:)` silently returns the average.

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
