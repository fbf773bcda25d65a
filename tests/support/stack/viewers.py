"""Simulated viewers: a cookie each, and nothing between them and the socket, so that there can be many."""

import http.client
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

COOKIE = "__Host-gray"
_THREADS = 4
_connections = threading.local()


class _Closing:
    """A kept connection is closed when the thread that it belongs to is gone."""

    def __del__(self) -> None:
        self.close()  # type: ignore[attr-defined]


class _Http(_Closing, http.client.HTTPConnection):
    pass


class _Https(_Closing, http.client.HTTPSConnection):
    pass


@dataclass(frozen=True)
class Answer:
    """A response as a viewer gets it; header names in lower case, Set-Cookie joined by newlines."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def lane(self) -> str | None:
        """The lane that answered."""
        return self.headers.get("x-gray-version")


@dataclass
class Viewer:
    """A browser with its cookie jar."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, url: str, path: str = "/", method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request; keeps the cookies of the answer. The path goes out exactly as given."""
        sent = {
            "accept": "text/html",
            **self.headers,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self.cookies and "cookie" not in sent:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = request(url, method, path, sent, body)
        for line in answer.headers.get("set-cookie", "").splitlines():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def request(
    url: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, *, again: bool = True
) -> Answer:
    """One HTTP request over a kept connection."""
    parts = urlsplit(url)
    known = _connections.__dict__.setdefault("open", {})
    connection = known.get(parts.netloc)
    if connection is None:
        connection = known[parts.netloc] = _connect(parts)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"host": parts.netloc, **headers}.items():
            connection.putheader(name, value.encode("latin-1"))
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
    except (http.client.HTTPException, ConnectionError):
        connection.close()
        del known[parts.netloc]
        if not again:
            raise
        return request(url, method, path, headers, body, again=False)
    collected: dict[str, str] = {}
    for name, value in response.getheaders():
        lower = name.lower()
        collected[lower] = f"{collected[lower]}\n{value}" if lower in collected else value
    return Answer(response.status, collected, content)


def _connect(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or "localhost"
    if parts.scheme == "https":
        return _Https(host, parts.port or 443, timeout=60)
    return _Http("127.0.0.1" if host == "localhost" else host, parts.port or 80, timeout=60)


def everybody[T](viewers: Sequence[T], does: Callable[[T], Answer]) -> list[Answer]:
    """The answers of all viewers, in their order; a few ask at the same time."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(does, viewers, chunksize=1))


def share(answers: Iterable[Answer], lane: str) -> float:
    """The share of answers that came from a lane."""
    lanes = [answer.lane for answer in answers]
    return lanes.count(lane) / len(lanes)
