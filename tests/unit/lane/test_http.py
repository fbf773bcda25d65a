"""HTTP clients against a real server: named hosts get the lane, nobody else does."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from lane import LaneContext, bound, carrying
from lane.http import httpx_async_hook, httpx_hook, outgoing, requests_session, stamp, urllib3_request
from lane.propagation.extract import from_headers

NAMED, OTHER = "localhost", "127.0.0.1"
HOSTS = {"LocalHost"}  # names of hosts are compared whatever their case
V2 = LaneContext("v2", "staff", "7", members=("userId=alice",))

type Seen = dict[str, str]
type Ask = Callable[[str, Seen], Seen]


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it got; `/to/<host>` redirects there."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        _, _, host = self.path.partition("/to/")
        body = b"" if host else json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(302 if host else 200)
        if host:
            self.send_header("Location", f"http://{host}:{self.connection.getsockname()[1]}/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def with_requests(url: str, headers: Seen) -> Seen:
    with requests_session(requests.Session(), HOSTS) as session:
        session.trust_env = False
        found: Seen = session.get(url, headers=headers, timeout=10).json()
        return found


def with_httpx(url: str, headers: Seen) -> Seen:
    with httpx.Client(event_hooks=httpx_hook(HOSTS), follow_redirects=True, trust_env=False) as client:
        found: Seen = client.get(url, headers=headers).json()
        return found


def with_httpx_async(url: str, headers: Seen) -> Seen:
    async def ask() -> Seen:
        hooks = httpx_async_hook(HOSTS)
        async with httpx.AsyncClient(event_hooks=hooks, follow_redirects=True, trust_env=False) as client:
            found: Seen = (await client.get(url, headers=headers)).json()
            return found

    return asyncio.run(ask())


def with_urllib3(url: str, headers: Seen) -> Seen:
    with urllib3.PoolManager() as pool:
        found: Seen = urllib3_request(pool, HOSTS, "GET", url, headers=headers).json()
        return found


EVERY = [with_requests, with_httpx, with_httpx_async, with_urllib3]
FOLLOWING = [with_requests, with_httpx, with_httpx_async]


@pytest.mark.parametrize("ask", EVERY)
def test_a_named_host_gets_the_lane_and_the_callers_own_headers(ask: Ask, port: int) -> None:
    with carrying(V2):
        seen = ask(
            f"http://{NAMED}:{port}/", {"x-mine": "1", "Baggage": "order=7,gray.version=v1", "X-Gray-Version": "v1"}
        )
    assert from_headers(seen) == LaneContext("v2", "staff", "7", members=("userId=alice", "order=7"))
    assert seen["x-mine"] == "1"


@pytest.mark.parametrize("ask", EVERY)
def test_a_host_that_is_not_named_learns_nothing(ask: Ask, port: int) -> None:
    with carrying(V2):
        seen = ask(f"http://{OTHER}:{port}/", {"x-mine": "1"})
    assert not [name for name in seen if name.startswith("x-gray") or name == "baggage"]
    assert seen["x-mine"] == "1"


@pytest.mark.parametrize("ask", EVERY)
def test_outside_of_a_request_nothing_is_added(ask: Ask, port: int) -> None:
    assert not [name for name in ask(f"http://{NAMED}:{port}/", {}) if name.startswith("x-gray") or name == "baggage"]


@pytest.mark.parametrize("ask", FOLLOWING)
def test_a_redirect_away_takes_the_lane_off_and_leaves_the_callers_own_baggage(ask: Ask, port: int) -> None:
    with carrying(LaneContext("v2", "staff", members=("userId=alice",))):
        seen = ask(f"http://{NAMED}:{port}/to/{OTHER}", {"baggage": "order=7"})
    assert {name: value for name, value in seen.items() if name.startswith("x-gray") or name == "baggage"} == {
        "baggage": "order=7"
    }


def test_urllib3_follows_no_redirect(port: int) -> None:
    with carrying(V2), urllib3.PoolManager() as pool:
        assert urllib3_request(pool, HOSTS, "GET", f"http://{NAMED}:{port}/to/{OTHER}").status == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost.evil.example/",
        "http://evil.example/localhost",
        "http://localhost@evil.example/",
        "http://[::1]/",
    ],
)
def test_only_the_whole_name_of_a_host_counts(url: str) -> None:
    headers: Seen = {}
    with carrying(V2):
        stamp(headers, url, HOSTS)
    assert headers == {}


def test_the_adapters_of_a_session_go_on_to_send(port: int) -> None:
    class Counting(HTTPAdapter):
        calls = 0

        def send(self, *args: object, **options: object) -> requests.Response:
            Counting.calls += 1
            return super().send(*args, **options)  # type: ignore[arg-type]

    session = requests.Session()
    session.trust_env = False
    session.mount("http://", Counting())
    with requests_session(session, HOSTS), carrying(V2):
        assert session.get(f"http://{NAMED}:{port}/", timeout=10).json()["x-gray-version"] == "v2"
    assert Counting.calls == 1


def test_threads_that_share_a_session_send_their_own_lane(port: int) -> None:
    lanes = [f"v{number}" for number in range(1, 9)] * 5
    with requests_session(requests.Session(), HOSTS) as session, ThreadPoolExecutor(8) as pool:
        session.trust_env = False

        def ask(lane: str) -> str:
            with carrying(LaneContext(lane)):
                found: str = session.get(f"http://{NAMED}:{port}/", timeout=10).json()["x-gray-version"]
                return found

        assert list(pool.map(bound(ask), lanes)) == lanes


def test_tasks_that_share_a_client_send_their_own_lane(port: int) -> None:
    lanes = [f"v{number}" for number in range(1, 9)] * 5

    async def everything() -> list[str]:
        async with httpx.AsyncClient(event_hooks=httpx_async_hook(HOSTS), trust_env=False) as client:

            async def ask(lane: str) -> str:
                with carrying(LaneContext(lane)):
                    found: str = (await client.get(f"http://{NAMED}:{port}/")).json()["x-gray-version"]
                    return found

            return await asyncio.gather(*(ask(lane) for lane in lanes))

    assert asyncio.run(everything()) == lanes


def test_a_member_of_baggage_is_sent_once() -> None:
    assert outgoing({"baggage": "userId=alice"}, V2)["baggage"].count("userId=alice") == 1
