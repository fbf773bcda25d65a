"""Finds requests to deployed APIs and function URLs among the emulator's requests."""

import re
from collections.abc import Mapping
from typing import Any

from ministack import app as gateway
from ministack.services import apigateway, apigateway_v1, lambda_svc

_API_PATH = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?")
_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.")


def api_request(scope: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[str, str, str] | None:
    """API id, stage and path of a request to a REST API, or None for every other request."""
    path = scope["path"]
    by_path = _API_PATH.match(path)
    if by_path:
        return by_path[1], by_path[2], by_path[3] or "/"
    by_host = _API_HOST.match(headers.get("host", ""))
    if by_host is None or by_host[1] not in apigateway_v1._rest_apis:
        return None
    stage, _, rest = path.lstrip("/").partition("/")
    return by_host[1], stage, "/" + rest


def http_api_request(scope: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[str, str] | None:
    """API id and stage of a request to an HTTP API, or None for every other request."""
    parsed = gateway._parse_execute_api_url(headers.get("host", ""), scope["path"])
    if parsed is None or parsed[0] not in apigateway._apis:
        return None
    return parsed[0], gateway._resolve_stage_and_path(*parsed)[0]


def called_function(scope: Mapping[str, Any], headers: Mapping[str, str]) -> str | None:
    """The function of a request to a function URL, or None for every other request."""
    parsed = gateway._parse_lambda_url(headers.get("host", ""), scope["path"])
    found = lambda_svc.resolve_function_url(parsed[0]) if parsed else None
    return found[2] if found else None
