"""Waiting for what comes by itself. Nothing is slept through: what is waited for ends it."""

import time
from collections.abc import Callable
from typing import Literal

__all__ = ["eventually", "until"]


def eventually[T](look: Callable[[], T], good: Callable[[T], bool], seconds: float = 60, pause: float = 0.1) -> T:
    """What `look` sees once it is good, looking again after each `pause`; fails with what it saw last."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"after {seconds:g} s still {str(seen)[:2000]}"
        time.sleep(pause)
    return seen


def until[T](look: Callable[[], T | Literal[False] | None], what: str, patience: float = 90) -> T:
    """What `look` sees once it is something; `what` says in a failure what did not come."""
    end = time.monotonic() + patience
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {patience:g} s: {what}"
        time.sleep(0.1)
    return seen
