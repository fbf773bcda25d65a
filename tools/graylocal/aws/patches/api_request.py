"""Finds requests to a deployed API among the emulator's requests."""

import re
from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1

_API_PATH = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?")
_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.")


def api_request(scope: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[str, str, str] | None:
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
