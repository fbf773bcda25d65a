"""A CloudFront Function, executed in QuickJS inside this process.

The code runs as deployed: one text that imports `cloudfront` and `crypto` and defines `handler`. Digests come
from hashlib and hmac. tests/edge/ looks for differences from CloudFront's own engine: everything here must also
run in njs (edge.njs).
"""

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import quickjs

_SHIM = (Path(__file__).parent / "shim.js").read_text(encoding="utf-8")
_IMPORT = re.compile(r"\bimport\s+(\w+)\s+from\s*(['\"])(\w+)\2\s*;?")
_ALGORITHMS = {"md5", "sha1", "sha256"}  # as documented (functions-javascript-runtime-20)


class FunctionFailed(Exception):
    """The function did not parse, threw, or never answered: on CloudFront the viewer gets 503."""


class NotLoaded(FunctionFailed):
    """The function's code cannot be loaded."""


@dataclass(frozen=True)
class Result:
    """The result of one invocation.

    `value` is the request or the response that the handler returned. `origin` is the last origin helper it called,
    as {"helper": "updateRequestOrigin", "arguments": [...]}, or None. `logs` are the lines of console.log.
    """

    value: dict[str, Any]
    origin: dict[str, Any] | None = None
    logs: list[str] = field(default_factory=list)

    @property
    def page(self) -> list[str]:
        """What the static function hands over for a document: lane, pin, cookie, explanation; for a file, the lane."""
        return str(self.value["headers"].get("x-gray-page", {}).get("value", "")).split("|")

    @property
    def lane(self) -> str:
        """The lane that a request function chose; empty if it answered itself."""
        return self.page[0] or str(self.value["headers"].get("x-gray-version", {}).get("value", ""))


class EdgeFunction:
    """One function on one key value store.

    `kvs` returns the value of a key as text, or None if the location does not have it: `get` then rejects, as on
    CloudFront. Thread-safe: each thread gets its own engine, which is kept and reused, so the code's global state
    survives between invocations of one thread.
    """

    def __init__(self, code: str, kvs: Callable[[str], str | None]) -> None:
        self.code = code
        self._kvs = kvs
        self._engines = threading.local()

    def run(self, event: Mapping[str, Any], *, now: float | None = None) -> Result:
        """Run the handler once. `now` (seconds since 1970) fixes the function's clock. Raises FunctionFailed."""
        engine = getattr(self._engines, "engine", None)
        if engine is None:
            engine = self._engines.engine = _Engine(self.code, self._kvs)
        return cast(_Engine, engine).run(event, now)


class _Engine:
    """One QuickJS context with the code loaded; belongs to the thread that created it."""

    def __init__(self, code: str, kvs: Callable[[str], str | None]) -> None:
        context = quickjs.Context()
        context.add_callable("__kvsGet", kvs)
        context.add_callable("__digest", _digest)
        context.add_callable("__bytesOf", _bytes_of)
        context.add_callable("__textOf", _text_of)
        program = _IMPORT.sub(r"const \1 = require(\2\3\2);", code)
        try:
            shim = context.eval(_SHIM)
            context.set("__shim", shim)
            handler = context.eval(f"(function () {{ 'use strict';\n{program}\nreturn handler; }})()")
            context.set("__handler", handler)
            context.eval(
                "function __start(e, n) { __shim.start(__handler, e, n); }"
                "function __finish() { return __shim.finish(); }"
            )
        except quickjs.JSException as error:
            raise NotLoaded(f"the function does not load: {error}") from error
        self._context = context
        self._start = context.get("__start")
        self._finish = context.get("__finish")

    def run(self, event: Mapping[str, Any], now: float | None) -> Result:
        try:
            # As a float: QuickJS truncates Python integers to 32 bits.
            self._start(json.dumps(event), None if now is None else float(now * 1000))
            while self._context.execute_pending_job():
                pass
            text = self._finish()
        except quickjs.JSException as error:
            raise FunctionFailed(str(error)) from error
        if text is None:
            raise FunctionFailed("the handler never answered")
        outcome = json.loads(text)
        if "error" in outcome:
            raise FunctionFailed(outcome["error"])
        if not isinstance(outcome.get("value"), dict):
            raise FunctionFailed(f"the handler returned {outcome.get('value')!r}, not a request or a response")
        return Result(outcome["value"], outcome["origin"], outcome["logs"])


def _digest(algorithm: str, key: str | None, data: str, is_text: bool, encoding: str) -> str:
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"unknown digest {algorithm}")
    body = data.encode() if is_text else bytes.fromhex(data)
    if key is None:
        raw = hashlib.new(algorithm, body, usedforsecurity=False).digest()
    else:
        raw = hmac.new(bytes.fromhex(key), body, algorithm).digest()
    return _encoded(raw, encoding)


def _encoded(raw: bytes, encoding: str) -> str:
    if encoding == "hex":
        return raw.hex()
    if encoding == "base64":
        return base64.b64encode(raw).decode()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    raise ValueError(f"unknown encoding {encoding}")


def _bytes_of(text: str, encoding: str) -> str:
    """The bytes of an encoded text, as hex. Base64 is decoded leniently, as in CloudFront's runtime."""
    if encoding == "utf8":
        return text.encode().hex()
    if encoding == "hex":
        return bytes.fromhex(text).hex()
    if encoding in ("base64", "base64url"):
        digits = re.sub(r"[^A-Za-z0-9_-]", "", text.replace("+", "-").replace("/", "_"))
        if len(digits) % 4 == 1:
            digits = digits[:-1]
        return base64.urlsafe_b64decode(digits + "=" * (-len(digits) % 4)).hex()
    raise ValueError(f"unknown encoding {encoding}")


def _text_of(hexadecimal: str, encoding: str) -> str:
    raw = bytes.fromhex(hexadecimal)
    return raw.decode(errors="replace") if encoding == "utf8" else _encoded(raw, encoding)
