"""moto at an address, for a grayctl in a process of its own: its requests are answered from this process's moto."""

import re
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber

# Credential=KEY/DAY/REGION/SERVICE/aws4_request: the one place where a request to a foreign address names its service.
_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")


def aws_handler() -> type[BaseHTTPRequestHandler]:
    """Answers what AWS_ENDPOINT_URL sends here. Lambda has an address of its own: see `functions_handler`."""
    stubber, turn = BotocoreStubber(), threading.Lock()

    class Aws(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            scope = _SCOPE.search(self.headers.get("authorization", ""))
            assert scope, "the request is not signed"
            host = f"{scope['service']}.{scope['region']}.amazonaws.com"
            headers = HTTPHeaders()
            for name, value in self.headers.items():
                headers[name] = host if name.lower() == "host" else value
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            request = AWSPreparedRequest(self.command, f"https://{host}{self.path}", headers, body, False)
            with turn:
                status, answered, said = _answered(stubber, request)
            content = said.encode() if isinstance(said, str) else said
            self.send_response(status)
            for name, value in answered.items():
                if name.lower() not in ("content-length", "date", "server"):
                    self.send_header(name, str(value))
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

        def log_message(self, *_arguments: object) -> None:
            pass

    return Aws


def _answered(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    found = stubber.process_request(request)
    assert found is not None, f"moto does not know {request.url}"
    return found
