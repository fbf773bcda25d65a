"""CloudFront's control plane for functions, behind a real boto3 client, as its API reference tells it.

Requests are what botocore serializes after its own validation; functions run in njs. Strict where AWS is: an ETag that
is not the newest is refused, a function is tested at the stage where its code is, a store must be known.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from edge.njs import Case, run_njs

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

STORE_ARN = "arn:aws:cloudfront::123456789012:key-value-store/0f7e1d2c-0000-4000-8000-000000000001"
NOW = 1_800_000_000


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code


@dataclass
class StrictCloudFront:
    """Stores by name with their keys; functions by name as (ETag, code, has a store); the operations seen."""

    stores: dict[str, Mapping[str, str]] = field(default_factory=dict)
    functions: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    utilization: int = 31
    calls: list[str] = field(default_factory=list)
    _writes: int = 0

    def client(self) -> "CloudFrontClient":
        """A real client whose requests end here."""
        client = boto3.client(
            "cloudfront",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send.cloudfront.*", self._answer)  # type: ignore[arg-type]
        return client

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = urlsplit(str(request.url))
        parts = [unquote(part) for part in url.path.split("/")[2:]]
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else str(body)
        try:
            status, headers, xml = self._route(
                str(request.method), parts, parse_qs(url.query), dict(request.headers), text
            )
        except _Refused as error:
            status, headers = error.status, {}
            xml = f"<ErrorResponse><Error><Code>{error.code}</Code><Message>no</Message></Error></ErrorResponse>"
        return AWSResponse(str(request.url), status, headers, _Raw(xml.encode()))  # type: ignore[arg-type]

    def _route(
        self, method: str, parts: list[str], query: Mapping[str, list[str]], headers: Mapping[str, Any], body: str
    ) -> tuple[int, dict[str, str], str]:
        kind, name, action = (*parts, "", "")[:3]
        self.calls.append(f"{method} {kind} {action}".strip())
        if kind == "key-value-store":
            if name not in self.stores:
                raise _Refused(404, "EntityNotFound")
            return 200, {"ETag": "S1"}, f"<KeyValueStore><Name>{name}</Name><ARN>{STORE_ARN}</ARN></KeyValueStore>"
        if method == "POST" and not name:
            return self._create(body)
        if name not in self.functions:
            raise _Refused(404, "NoSuchFunctionExists")
        if action == "describe":
            if query.get("Stage") != ["DEVELOPMENT"]:
                raise _Refused(404, "NoSuchFunctionExists")
            return 200, {"ETag": self.functions[name][0]}, _summary(name)
        if headers.get("If-Match", b"") not in (self.functions[name][0], self.functions[name][0].encode()):
            raise _Refused(400, "InvalidIfMatchVersion")
        changes: dict[tuple[str, str], Callable[[], tuple[int, dict[str, str], str]]] = {
            ("PUT", ""): lambda: self._store(name, body, 200),
            ("DELETE", ""): lambda: self._delete(name),
            ("POST", "test"): lambda: self._test(name, body),
        }
        return changes[method, action]()

    def _create(self, body: str) -> tuple[int, dict[str, str], str]:
        name = _element(body, "Name")
        if name in self.functions:
            raise _Refused(409, "FunctionAlreadyExists")
        return self._store(name, body, 201)

    def _store(self, name: str, body: str, status: int) -> tuple[int, dict[str, str], str]:
        code = base64.b64decode(_element(body, "FunctionCode")).decode()
        if len(code) > 10_240:
            raise _Refused(413, "FunctionSizeLimitExceeded")
        if _element(body, "Runtime") != "cloudfront-js-2.0" or not 0 < len(_element(body, "Comment")) <= 128:
            raise _Refused(400, "InvalidArgument")
        arn = _element(body, "KeyValueStoreARN")
        if arn and arn != STORE_ARN:
            raise _Refused(404, "EntityNotFound")
        self._writes += 1
        self.functions[name] = (f"E{self._writes}", code, bool(arn))
        # An update's answer has it in `ETtag`, as the service model says.
        return status, {"ETag" if status == 201 else "ETtag": self.functions[name][0]}, _summary(name)

    def _delete(self, name: str) -> tuple[int, dict[str, str], str]:
        del self.functions[name]
        return 204, {}, ""

    def _test(self, name: str, body: str) -> tuple[int, dict[str, str], str]:
        if _element(body, "Stage") != "DEVELOPMENT":
            raise _Refused(404, "NoSuchFunctionExists")
        raw = base64.b64decode(_element(body, "EventObject"))
        if len(raw) > 40_960:
            raise _Refused(413, "InvalidArgument")
        _, code, has_store = self.functions[name]
        keys = next(iter(self.stores.values())) if has_store else {}
        event = json.loads(raw)
        error, output = _run(code, event, keys)
        return 200, {}, (
            f"<TestResult><ComputeUtilization>{self.utilization}</ComputeUtilization>"
            f"<FunctionErrorMessage>{_escaped(error)}</FunctionErrorMessage>"
            f"<FunctionOutput>{_escaped(output)}</FunctionOutput></TestResult>"
        )  # fmt: skip


def _run(code: str, event: dict[str, Any], keys: Mapping[str, str]) -> tuple[str, str]:
    """The error message and the output of one run; njs stops as a whole at a syntax error."""
    try:
        (result,) = run_njs(code, [Case(event, keys, NOW)])
    except RuntimeError as error:
        return f"The CloudFront function is invalid: {error}", ""
    if isinstance(result, str):
        return f"The CloudFront function returned an error: {result}", ""
    kind = "response" if "statusCode" in result.value else "request"
    return "", json.dumps({kind: result.value})


def _element(body: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", body, re.DOTALL)
    return found.group(1) if found else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _summary(name: str) -> str:
    return f"<FunctionSummary><Name>{name}</Name><Status>UNPUBLISHED</Status></FunctionSummary>"
