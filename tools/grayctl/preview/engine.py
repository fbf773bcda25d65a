"""The driver's Python side: loads the built functions into QuickJS once, then takes viewers by the thousand."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import quickjs

_DRIVER = Path(__file__).parent / "driver.js"
BUILT = Path(__file__).resolve().parents[3] / "src" / "edge" / "build"
_IMPORT = re.compile(r"\bimport\s+(\w+)\s+from\s*(['\"])(\w+)\2\s*;?")


@dataclass(frozen=True)
class Side:
    """One release as an edge location has it: every key of the store, and where viewers carry their identity.

    `sources` are `c:<cookie>` or `h:<header>`; empty when viewers are known by the anonymous id in their cookie.
    """

    store: Mapping[str, str]
    sources: Sequence[str]


@dataclass(frozen=True)
class Counted:
    """Viewers by what happened to them: (lane before, lane after, reason before, reason after, country, device)."""

    counts: Mapping[tuple[str, str, str, str, str, str], int]
    examples: Mapping[tuple[str, str], Sequence[str]]


class PreviewEngine:
    """One QuickJS context with both releases loaded. Belongs to the thread that made it."""

    def __init__(self, before: Side, after: Side, *, now: int, examples: int = 5) -> None:
        self._context = context = quickjs.Context()
        context.add_callable("__sha256", _sha256)
        context.add_callable("__hmac", _hmac)
        context.add_callable("__base64url", _base64url)
        context.add_callable("__hex", _hex)
        context.add_callable("__text", _text)
        context.set("__driver", context.eval(_DRIVER.read_text(encoding="utf-8")))
        context.set("__api", function_body("request_api"))
        context.set("__document", function_body("request_static"))
        context.set("__sides", json.dumps([_plain(before), _plain(after)]))
        context.set("__now", now)
        context.set("__examples", examples)
        self._run = context.eval(_SETUP)

    def run(self, lines: str) -> Counted:
        """Decide for viewers, one a line: id, country, device, path, ip, cookies, separated by tabs."""
        found: dict[str, Any] = json.loads(self._run(lines))
        return Counted(
            {_fields(key): count for key, count in found["counts"].items()},
            {_movement(key): ids for key, ids in found["examples"].items()},
        )


# JSON.parse is the driver's memory once it is loaded, and its results are frozen: a side needs its functions beside.
_SETUP = """(function () {
  const sides = JSON.parse(__sides).map(function (side) {
    return { store: side.store, sources: side.sources, api: __driver.load(__api), document: __driver.load(__document) };
  });
  __driver.setNow(__now);
  return function (lines) { return __driver.run(sides[0], sides[1], lines, __examples); };
})()"""


def function_body(name: str) -> str:
    """A built function as the body of a synchronous one: imports by `require`, no `async`, the handler returned.

    The store that it awaits answers at once here, so that waiting changes nothing but costs half of the time.
    """
    code = (BUILT / f"{name}.js").read_text(encoding="utf-8")
    code = _IMPORT.sub(r"const \1 = require(\2\3\2);", code)
    code = re.sub(r"\basync\s+function\b", "function", code)
    code = re.sub(r"\bawait\s+", "", code)
    return f"'use strict';\n{code}\nreturn handler;"


def _plain(side: Side) -> dict[str, Any]:
    return {"store": dict(side.store), "sources": list(side.sources)}


def _fields(key: str) -> tuple[str, str, str, str, str, str]:
    before, after, reason_before, reason_after, country, device = key.split("\t")
    return before, after, reason_before, reason_after, country, device


def _movement(key: str) -> tuple[str, str]:
    before, after = key.split("\t")
    return before, after


def _sha256(text: str, _: object = None) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(text: str, key: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


def _base64url(digits: str, _: object = None) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(digits)).rstrip(b"=").decode()


def _hex(text: str, encoding: str) -> str:
    if encoding == "base64url":
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    return text.encode().hex()


def _text(digits: str) -> str:
    return bytes.fromhex(digits).decode(errors="replace")
