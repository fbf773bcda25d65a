"""What is around the functions in one process: variables, the lanes' health, and a memory that can be forgotten."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from aws_lambda_powertools import Metrics
from tests.iam.resolved import REGION

__all__ = ["environment_variables", "forget", "healthy_lanes"]

_OURS = ("api_v1", "api_v2", "pricing", "stock", "fulfilment", "data_copy", "sync", "watch", "lane", "gray")


@contextmanager
def environment_variables() -> Iterator[None]:
    """Those that Lambda sets, and no others of AWS."""
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_TRACE_DISABLED": "true",
        "POWERTOOLS_METRICS_NAMESPACE": "Graylane",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "TRACE_SETTLE_SECONDS": "0",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with mock.patch.dict(os.environ, {**kept, **variables}, clear=True):
        yield


@contextmanager
def healthy_lanes() -> Iterator[str]:
    """The lanes' APIs, as far as a health check goes."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"lane": "v1" if "stable" in self.path else "v2"}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def forget() -> None:
    """A new process: what the functions keep between invocations is gone."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in _OURS:
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()
                if isinstance(value, Metrics):
                    value.clear_default_dimensions()
                    value.clear_metrics()
