"""Faults put into the control plane on purpose: an explorer that does not find these would find nothing.

The one place where our own code is patched, in this process and for the length of a search. A name that is no longer
there is an error: then the fault has to be put in anew.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from tests.explore.laws import Violation

from gray.edge.config import Fence
from gray.publish.store.write_plan import Observed

__all__ = ["FAULTS", "Seeded", "seeded"]

_OURS = ("gray.", "sync.")


@dataclass(frozen=True)
class Seeded:
    """A fault: what it changes, and the scenario, the law and the cost by which it is found.

    `places` are `module:name` or `module:Class.name`, each with what makes the faulty one from the good one; a name
    after `::` is changed in that module alone, not in all that have imported it.
    `how` is part of what is said of the law that is broken. `cost`: preemptions, turns of the schedule.
    """

    name: str
    places: tuple[tuple[str, Callable[[Any], Any]], ...]
    scenario: str
    law: str
    cost: tuple[int, int]
    how: str = ""

    def breaks(self, violation: Violation) -> bool:
        return violation.law == self.law and self.how in violation.how


@contextmanager
def seeded(fault: Seeded) -> Iterator[None]:
    """With the fault in the code."""
    undo: list[tuple[object, str, object]] = []
    try:
        for where, make in fault.places:
            undo += _put_in(fault.name, where, make)
        yield
    finally:
        for owner, name, before in reversed(undo):
            setattr(owner, name, before)


def _put_in(fault: str, where: str, make: Callable[[Any], Any]) -> list[tuple[object, str, object]]:
    module, _, path = where.partition(":")
    owner: Any = import_module(module)
    *above, name = path.lstrip(":").split(".")
    for part in above:
        owner = getattr(owner, part)
    if name not in vars(owner):
        raise LookupError(f"{where} is no longer there: the fault {fault!r} has to be put in anew")
    before = vars(owner)[name]
    after = make(before)
    owners = (
        [owner] if above or path[0] == ":" else [found for key, found in sys.modules.items() if key.startswith(_OURS)]
    )
    # A function is known by its name in each module that has imported it.
    changed = [one for one in owners if vars(one).get(name) is before]
    for one in changed:
        setattr(one, name, after)
    return [(one, name, before) for one in changed]


# what is done to a function


def _instead(value: object) -> Callable[[Any], Any]:
    return lambda before: value


def _no_fence(superseded: Any) -> Any:
    def faulty(target: Any, observed: Observed, **more: Any) -> Any:
        return superseded(target, replace(observed, fence=Fence(0)), **more)

    return faulty


def _no_revision(superseded: Any) -> Any:
    return lambda target, observed, **more: superseded(target, replace(observed, config=None), **more)


def _backwards(plan: Any) -> Any:
    return lambda *given, **more: list(reversed(plan(*given, **more)))


def _on_any_etag(update: Any) -> Any:
    return lambda store, write, etag: update(store, write, store.describe().etag)


def _not_begun(begin: Any) -> Any:
    return lambda table, *more: table.read()


class _Unconditional:
    """An S3 client that forgets every condition."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def put_object(self, **given: Any) -> Any:
        return self._real.put_object(**{key: value for key, value in given.items() if not key.startswith("If")})


def _without_condition(write: Any) -> Any:
    def faulty(edge_config: Any, *given: Any, **more: Any) -> Any:
        plain = type(edge_config)(_Unconditional(edge_config._client), edge_config._bucket)
        return write(plain, *given, **more)

    return faulty


def _epoch_kept(state: str) -> Callable[[Any], Any]:
    """A revision that comes to be of `state` keeps the epoch."""

    def make(write: Any) -> Any:
        def faulty(revisions: Any, base: Any, epoch: int, to: str, *given: Any, **more: Any) -> Any:
            return write(revisions, base, base.epoch if to == state and base else epoch, to, *given, **more)

        return faulty

    return make


def _as_it_was(undone: Any) -> Any:
    def faulty(revisions: Any, current: Any, to: int | None = None) -> Any:
        return revisions.get(to if to is not None else current.number - 1)

    return faulty


class _HeadOfBefore:
    """Revisions whose HEAD was read once, early."""

    def __init__(self, revisions: Any) -> None:
        self._revisions, self._head = revisions, revisions.head()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._revisions, name)

    def head(self) -> Any:
        return self._head


def _head_first(publish: Any) -> Any:
    def faulty(publisher: Any, *given: Any) -> Any:
        plane = publisher._plane
        early = replace(plane, history=replace(plane.history, revisions=_HeadOfBefore(plane.history.revisions)))
        return publish(type(publisher)(early), *given)

    return faulty


def _with(**fixed: object) -> Callable[[Any], Any]:
    """A function that is always given these, where its callers give anything of that name."""

    def make(before: Any) -> Any:
        return lambda *given, **more: before(*given, **{name: fixed.get(name, more[name]) for name in more})

    return make


def _without_request(kill: Any) -> Any:
    def faulty(revisions: Any, *, cause: str = "", **more: Any) -> Any:
        return kill(revisions, cause="" if cause.startswith("request:") else cause, **more)

    return faulty


_SUPERSEDED, _WRITE = "gray.publish.store.write_plan:superseded", "gray.history.revisions:Revisions._write"
_KILL, _ACTED_ON = "gray.history.revisions:Revisions.kill", "gray.history.revision_history:RevisionHistory.acted_on"
_UPDATE, _PLAN = "gray.publish.store.store:Store.update", "gray.publish.store.write_plan:plan"
_BEGIN, _UNDONE = "gray.publish.records.list_ledger:begin", "gray.history.revisions:Revisions.undone"
_NO_GUARD = ("gray.publish.store.writer:_keep_killed", _instead(lambda *given: None))
_RELEASES = (
    Seeded("the fence is not compared", ((_SUPERSEDED, _no_fence),), "two-syncs", "fence", (1, 2)),
    Seeded(
        "the ETag is not compared",
        ((_UPDATE, _on_any_etag),),
        "two-syncs",
        "fence",
        (1, 2),
    ),
    Seeded(
        "HEAD is read before the sequence, and no revision compared",
        ((_SUPERSEDED, _no_revision), ("gray.publish.publisher:Publisher.publish", _head_first)),
        "saves",
        "older",
        (1, 4),
    ),
    Seeded(
        "config comes before its parts",
        ((_PLAN, _backwards),),
        "two-syncs",
        "complete",
        (0, 1),
    ),
    Seeded(
        "the cleanup does not wait",
        (("gray.publish.repair.cleanup:GRACE_SECONDS", _instead(0)),),
        "cleanup-parts",
        "early",
        (0, 1),
    ),
    Seeded(
        "the cleanup says nothing before it removes a list",
        (("gray.publish.repair.cleanup::withdraw_lists", _instead(lambda table, sequence, names: names)),),
        "cleanup-list-of-many",
        "complete",
        (1, 3),
    ),
    Seeded("nothing is announced", ((_BEGIN, _not_begun),), "two-syncs", "late", (0, 0)),
    Seeded(
        "S3 is put without its condition",
        (("gray.publish.records.backup:EdgeConfig.write", _without_condition),),
        "event-twice",
        "older",
        (1, 2),
    ),
    Seeded(
        "nothing stands by for a HEAD that is refused",
        (("gray.publish.publisher::stand_by", _instead(lambda *given, **more: None)),),
        "lane-gone",
        "rest",
        (0, 1),
    ),
)
_KILLS = (
    Seeded("no guard, at a publication", (_NO_GUARD,), "direct", "killed", (0, 1)),
    Seeded("no guard, at a rebuild from S3", (_NO_GUARD,), "rebuild-s3-direct", "killed", (0, 1)),
    Seeded("a kill keeps the epoch", ((_WRITE, _epoch_kept("killed")),), "kill", "epoch", (0, 2)),
    Seeded(
        "a resume keeps the epoch, and there is no guard",
        ((_WRITE, _epoch_kept("active")), _NO_GUARD),
        "resume-published",
        "killed",
        (0, 2),
    ),
    Seeded("an undo un-kills", ((_UNDONE, _as_it_was),), "kill-undo", "resume", (0, 2)),
    Seeded(
        "any direct kill is taken as answered",
        ((_ACTED_ON, _instead(lambda *given: True)),),
        "direct-kill",
        "killed",
        (0, 4),
    ),
    Seeded(
        "no direct kill is taken as answered",
        ((_ACTED_ON, _instead(lambda *given: False)),),
        "direct-told",
        "once",
        (0, 3),
    ),
    Seeded("a person's kill has no cause", ((_KILL, _without_request),), "resume", "once", (0, 3)),
    Seeded(
        "an alarm is not judged by the HEAD that it kills",
        ((_KILL, _with(why_not=lambda head: "")),),
        "alarms-resume",
        "once",
        (1, 3),
    ),
    Seeded(
        "a kill does not say that it switches the lanes' APIs",
        (("gray.publish.kill_publisher::begin", _with(switched_at=0)),),
        "resume",
        "rest",
        (1, 4),
    ),
    Seeded(
        "the schedule does not look after the lanes' APIs",
        (("gray.publish.publisher:Publisher._follow", _instead(lambda *given: None)),),
        "kill-redeploy",
        "rest",
        (0, 2),
    ),
)
FAULTS = _RELEASES + _KILLS
