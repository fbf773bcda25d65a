"""The application of tests/support/application on a local stack, and a login that issues tokens for it."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from graylocal.stack import LocalStack

_TEMPLATE = Path(__file__).parents[1] / "application" / "template.yaml"


def deploy(stack: LocalStack, name: str, **parameters: str) -> dict[str, str]:
    """Deploys it as the stack `name`; the outputs."""
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=_TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return stack.outputs(name)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Login:
    """An OpenID provider: its issuer, and the key that it signs tokens with."""

    issuer: str
    key: rsa.RSAPrivateKey

    def token(self, **claims: Any) -> str:
        """A token for the audience `shop`, valid for an hour."""
        given = {"iss": self.issuer, "aud": "shop", "exp": int(time.time()) + 3600, **claims}
        head = {"alg": "RS256", "kid": "one"}
        text = ".".join(_encoded(json.dumps(part).encode()) for part in (head, given))
        return f"{text}.{_encoded(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@contextmanager
def login() -> Iterator[Login]:
    """A provider that publishes its key on this machine."""
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    parts = {name: _encoded(value.to_bytes(256).lstrip(b"\0")) for name, value in (("n", numbers.n), ("e", numbers.e))}
    published = {"keys": [{"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig", **parts}]}
    with _serving({"/.well-known/jwks.json": json.dumps(published).encode()}) as url:
        yield Login(url, key)


@contextmanager
def host(body: bytes, after: threading.Event | None = None) -> Iterator[str]:
    """The URL of somebody's own server on this machine, which answers this, and what it was asked, after an event."""
    with _serving({}, body, after) as url:
        yield url


@contextmanager
def _serving(
    answers: dict[str, bytes], default: bytes | None = None, after: threading.Event | None = None
) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if after is not None:
                after.wait(20)
            body = answers.get(self.path, default)
            self.send_response(200 if body is not None else 404)
            self.send_header("x-asked", f"{self.headers['host']} {self.path}")
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
