"""The lane that the current work belongs to.

A `LaneContext` is what travels beside a request: the lane and why it was chosen. It lives in a context variable, so
threads and asyncio tasks of one process each have their own (a new thread starts without one; see `bound`).
"""

import contextvars
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

STABLE = "v1"
SHARED = "shared"

_LANE = re.compile(r"v[1-9][0-9]?", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LaneContext:
    """The lane carried, and what is known about how it was chosen.

    reason: the rule's id or one of the edge's own reasons (`sticky`, `default`, ...); empty when unknown.
    revision: number of the release's revision as text; empty when unknown.
    to: the lane of the callee that the sender chose; another one than `lane` when that lane has no such service.
    members: the W3C baggage members of others, as they came.
    """

    lane: str
    reason: str = ""
    revision: str = ""
    to: str = ""
    members: tuple[str, ...] = ()


_current: contextvars.ContextVar[LaneContext | None] = contextvars.ContextVar("gray_lane_context", default=None)


def is_lane(text: object) -> bool:
    """Whether this is the name of a lane (`v1` to `v99`)."""
    return isinstance(text, str) and _LANE.fullmatch(text) is not None


def lane_context(
    lane: object, reason: object = "", revision: object = "", to: object = "", members: tuple[str, ...] = ()
) -> LaneContext | None:
    """The lane context from untrusted parts: None when the lane is not valid; other malformed parts are dropped."""
    if not isinstance(lane, str) or not is_lane(lane):
        return None
    return LaneContext(lane, word(reason), word(revision), to if isinstance(to, str) and is_lane(to) else "", members)


def word(text: object) -> str:
    """The text if it is safe to put into headers, logs and annotations, else nothing."""
    text = str(text) if isinstance(text, int) else text
    return text if isinstance(text, str) and _WORD.fullmatch(text) else ""


def current() -> LaneContext | None:
    """The current work's lane context; None outside of any."""
    return _current.get()


@contextmanager
def carrying(found: LaneContext | None) -> Iterator[LaneContext | None]:
    """Make this the lane context of the block. Example: `with carrying(LaneContext("v2")): client.invoke(...)`."""
    token = _current.set(found)
    try:
        yield found
    finally:
        _current.reset(token)


def bound[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """The function, run in a copy of the context of now, for thread pools: a new thread starts without one."""
    context = contextvars.copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        # A context can be entered once at a time; each call gets its own copy.
        return context.copy().run(function, *args, **kwargs)

    return run


def addressed(found: LaneContext, to: str) -> LaneContext:
    """The lane context as sent to a callee of that lane; empty: to whichever lane it reaches."""
    return replace(found, to=to)
