"""A proxy before the emulator that writes down what CloudFront asks of origins."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

# Each hop has its own.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


class Asked(NamedTuple):
    """What an origin was asked; `host` is a bucket's path-style host, or an API's, without its port."""

    method: str
    host: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Recorder:
    """What origins were asked since the last look. Everything else that passes is not written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: list[Asked] = []

    def add(self, asked: Asked) -> None:
        """Write one down."""
        with self._lock:
            self._asked.append(asked)

    def taken(self) -> list[Asked]:
        """All of them, which are forgotten."""
        with self._lock:
            taken, self._asked = self._asked, []
        return taken


@contextmanager
def recording(port: int) -> Iterator[tuple[int, Recorder]]:
    """A proxy before this port for as long as the block lasts: its own port, and what it has written down."""
    recorder = Recorder()

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = [(name.lower(), value) for name, value in self.headers.items() if name.lower() not in _HOP]
            if "cloudfront" in self.headers.get("via", "").lower():
                host = self.headers["host"].partition(":")[0]
                recorder.add(Asked(self.command, host, self.path, tuple(sorted(headers)), body))
            onward = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in (*headers, ("content-length", str(len(body))), ("connection", "close")):
                    onward.putheader(name, value.encode("latin-1"))
                onward.endheaders(body)
                answer = onward.getresponse()
                content = answer.read()
            finally:
                onward.close()
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            # A HEAD has no body, and says how long it would be.
            self.send_header("content-length", answer.getheader("content-length") or str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _pass

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port, recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
