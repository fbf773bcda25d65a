"""CloudFront's answer to where the KeyValueStore is, and the store's own API, by HTTP in front of a StrictStore."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.exceptions import ClientError
from tests.support.aws.strict_store import ARN, StrictStore

ACTIVE = "2a|1|1|1|9999999999||||||||||||\n[];"


def store_handler(store: StrictStore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = unquote(urlsplit(self.path).path), parse_qs(urlsplit(self.path).query)
            if path.startswith("/2020-05-31/key-value-store/"):
                self._send(200, f"<KeyValueStore><ARN>{ARN}</ARN></KeyValueStore>".encode(), {})
                return
            arn, listed, key = path.removeprefix("/key-value-stores/").partition("/keys")
            if key:
                self._answer(lambda: store.get_key(KvsARN=arn, Key=key.removeprefix("/")))
            elif listed:
                more: dict[str, Any] = {name: values[0] for name, values in query.items()}
                more |= {"MaxResults": int(more["MaxResults"])} if "MaxResults" in more else {}
                self._answer(lambda: store.list_keys(KvsARN=arn, **more))
            else:
                self._answer(lambda: store.describe_key_value_store(KvsARN=arn))

        def do_POST(self) -> None:
            arn = unquote(self.path).removeprefix("/key-value-stores/").removesuffix("/keys")
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(lambda: store.update_keys(KvsARN=arn, IfMatch=self.headers["If-Match"], **body))

        def _answer(self, call: Callable[[], dict[str, Any]]) -> None:
            try:
                found = call()
            except ClientError as error:
                kind = error.response["Error"]["Code"]
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                self._send(status, b"{}", {"x-amzn-errortype": kind})
                return
            etag = {"ETag": found.pop("ETag")} if "ETag" in found else {}
            self._send(200, json.dumps(found).encode(), etag)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler
