"""The deployed edge functions, executed as deployed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.engine import EdgeFunction, FunctionFailed, NotLoaded
from graylocal.cloudfront.configuration.distribution import FunctionCode
from graylocal.cloudfront.functions.store import Store, View

__all__ = ["Function", "FunctionFailed", "NotLoaded", "OriginCall", "Outcome"]

# CPU time (seconds) that counts as 100 % of CloudFront's limit, which is unpublished and for another engine: a hundred
# times the cost of a decision here, so a function gets near it only if something is badly wrong.
_ALLOWED = 0.025


@dataclass(frozen=True)
class OriginCall:
    """A call of one of the origin helpers, e.g. `cf.updateRequestOrigin({...})`."""

    helper: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Outcome:
    """A function's return value, the origin it selected, if any, and its compute utilization in percent."""

    result: object
    origin: OriginCall | None = None
    utilization: float = 0.0


class Function:
    """One function at one location."""

    def __init__(self, code: FunctionCode, store: Store | None, location: str) -> None:
        self.code = code
        self._view = View(store, location) if store is not None else None
        self._engine = EdgeFunction(code.code, self._value)

    def _value(self, key: str) -> str | None:
        return self._view.get(key) if self._view is not None else None

    def run(self, event: Mapping[str, Any]) -> Outcome:
        """Run the function once. Raises FunctionFailed."""
        if self._view is not None:
            self._view.pin()
        began = time.thread_time()
        result = self._engine.run(event)
        took = min(100.0, 100 * (time.thread_time() - began) / _ALLOWED)
        called = OriginCall(result.origin["helper"], tuple(result.origin["arguments"])) if result.origin else None
        return Outcome(result.value, called, took)
