"""A browser that keeps no cookie, as a proxy in front of the site: blocked, a webview, a frame of another site."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# A frame of another site is refused by the headers that the template adds; here it is let through.
_DROPPED = {"set-cookie", "x-frame-options", "transfer-encoding", "connection", "content-length"}


@contextmanager
def without_cookies(site: str) -> Iterator[str]:
    """The address of the same site, where no cookie comes in or goes out."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(urlsplit(site).netloc))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(behind: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            connection = http.client.HTTPConnection(behind, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("cookie", "host")}
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            connection.request(self.command, self.path, body or None, {**headers, "host": behind})
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _DROPPED:
                    self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

    return Handler
