"""An origin's health, asked over HTTP as sync asks: with its guard's key or signature, and no more."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.support.release.registrations import registration, rest_api

from gray.lanes.preflight import DEFAULT_ORIGIN_URL, base_url, health_problem
from gray.lanes.registration import LaneOrigin
from sync.fetch import fetch, signed_fetch

(API,) = registration("v2", rest_api("v2", "api2", health="/healthy?deep=1")).origins
CREDENTIALS = Credentials("AKID", "secret", "token")


class _Answering(ThreadingHTTPServer):
    """Answers the health check as told, and keeps what it was asked."""

    status, body = 200, b"ok"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/live"


class _Handler(BaseHTTPRequestHandler):
    server: _Answering

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[_Answering]:
    with _Answering() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("body", [b"", b"ok", b"[1]", b'"v1"', b"{}", b'{"lane": "v2", "build": "7"}', b"\xff"])
def test_any_200_is_health(server: _Answering, body: bytes) -> None:
    server.body = body

    assert health_problem(fetch, server.url, "v2", API, "k3y") == ""
    assert [path for path, _ in server.asked] == ["/live/healthy?deep=1"]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (500, b"ok", "api of v2 answers its health check /healthy?deep=1 with 500"),
        (301, b"", "api of v2 answers its health check /healthy?deep=1 with 301"),
        (200, b'{"lane": "v1"}', "api of v2 answers as v1: register the origin of v2"),
    ],
)
def test_what_is_no_health(server: _Answering, status: int, body: bytes, why: str) -> None:
    server.status, server.body = status, body

    assert health_problem(fetch, server.url, "v2", API, "k3y") == why


def test_nobody_answers(server: _Answering) -> None:
    server.server_close()

    assert "api of v2 does not answer: " in health_problem(fetch, server.url, "v2", API, "k3y")


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        (API, "k3y"),
        (replace(API, guard="header"), "k3y"),
        (replace(API, guard="none"), None),
        (replace(API, guard="oac"), None),
    ],
)
def test_the_key_goes_to_whom_it_guards(server: _Answering, origin: LaneOrigin, key: str | None) -> None:
    health_problem(fetch, server.url, "v2", origin, "k3y")

    ((_, headers),) = server.asked
    assert headers.get("x-api-key") == key


def test_a_function_url_gets_a_signature_of_what_is_sent(server: _Answering) -> None:
    health_problem(signed_fetch(CREDENTIALS, "eu-central-1"), server.url, "v2", replace(API, guard="oac"), "k3y")

    ((path, headers),) = server.asked
    assert "/eu-central-1/lambda/aws4_request" in headers["authorization"]
    assert headers["authorization"].endswith(f"Signature={_signature(server, path, headers)}")


def _signature(server: _Answering, path: str, headers: dict[str, str]) -> str:
    """As the receiver computes it, from what has arrived."""
    request = AWSRequest("GET", f"http://{headers['host']}{path}")
    request.headers["X-Amz-Date"] = headers["x-amz-date"]
    request.headers["X-Amz-Security-Token"] = headers["x-amz-security-token"]
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(CREDENTIALS, "lambda", "eu-central-1")
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        (API, "https://api2.execute-api.eu-central-1.amazonaws.com/live"),
        (LaneOrigin("a", "http-api", "http2"), "https://http2.execute-api.eu-central-1.amazonaws.com"),
        (LaneOrigin("a", "function-url", "f" * 32), f"https://{'f' * 32}.lambda-url.eu-central-1.on.aws"),
        (LaneOrigin("a", "url", "shop.example.com"), "https://shop.example.com"),
        (LaneOrigin("a", "url", "shop.example.com", "v2/x"), "https://shop.example.com/v2/x"),
    ],
)
def test_where_an_origin_answers(origin: LaneOrigin, url: str) -> None:
    assert base_url(DEFAULT_ORIGIN_URL, origin, "eu-central-1") == url
