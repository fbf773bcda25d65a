"""The built edge function, asked at every location that there may be.

A location may hold any earlier value of each key, whatever it holds of the others. So an answer is looked for by
branching: each key that the function reads may be any of its options, and only keys that are read matter.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from tests.support.control.steady_world import Order, Whole, order_of
from tests.support.control.world import edge_keys
from tests.support.edge.api_function import Answer, answer_of, api_function, request_of

from gray.edge.config import stamped
from gray.edge.grants import sign_cookie

__all__ = ["SALT", "VIEWERS", "answers_of_fresh", "wrong_at_locations"]

NOW, SALT = 1_800_000_000.0, "8f3kq1zt"
# In a range below 20 percent, above 80, in lists, and with cookies of gray from epochs 1 to 4.
VIEWERS = ("low", "high", "member", "former", "gray1", "gray2", "gray3", "gray4")
# Doubts of a location that has all there is: its viewer's cookie is of a later epoch, or of a lane that has gone.
_PROPER_DOUBTS = ("behind", "expired", "lane-gone")

Options = Callable[[str], tuple[str | None, ...]]
Values = dict[str, str | None]
Wholes = Mapping[Order, Whole]


class _Edge:
    """One function; what it answered once to the same values is not asked again."""

    def __init__(self) -> None:
        self._values: Values = {}
        self._options: Options = lambda key: (None,)
        self._read: list[str] = []
        self._function = api_function(self._get)
        self._known: dict[tuple[str, str | None], list[tuple[Values, Answer]]] = {}

    def every_answer(self, viewer: str, config: str | None, options: Options) -> frozenset[Answer]:
        """Every answer to `viewer` where `config` is this one, and each other key has any of its options."""
        found: set[Answer] = set()
        done: set[object] = set()
        todo: list[Values] = [{"config": config}]
        while todo:
            given = todo.pop()
            read, answer = self._ask(viewer, given, options)
            found.add(answer)
            for branch in _branches(given, read, options):
                mark = hash(frozenset(branch.items()))
                if mark not in done:
                    done.add(mark)
                    todo.append(branch)
        return frozenset(found)

    def _ask(self, viewer: str, given: Values, options: Options) -> tuple[Values, Answer]:
        known = self._known.setdefault((viewer, given["config"]), [])
        for read, answer in known:
            if all((given[key] if key in given else options(key)[0]) == value for key, value in read.items()):
                return read, answer
        self._values, self._options, self._read = dict(given), options, []
        answer = answer_of(self._function.run(_event(viewer), now=NOW))
        read = {key: self._values[key] for key in dict.fromkeys(self._read)}
        known.append((read, answer))
        return read, answer

    def _get(self, key: str) -> str | None:
        self._read.append(key)
        if key not in self._values:
            self._values[key] = self._options(key)[0]
        return self._values[key]


def _branches(given: Values, read: Values, options: Options) -> Iterator[Values]:
    """The same up to some key that was read, and another option there."""
    so_far: Values = {"config": given["config"]}
    for key, value in read.items():
        if key not in given:
            yield from ({**so_far, key: other} for other in options(key) if other != value)
        so_far[key] = value


@cache
def _edge() -> _Edge:
    return _Edge()


@cache
def _event(viewer: str) -> dict[str, Any]:
    uid = _uids()["high"] if viewer.startswith("gray") else _uids().get(viewer, viewer)
    cookies = {}
    if viewer.startswith("gray"):
        grant = sign_cookie(
            edge_keys(),
            salt=SALT,
            id="i" * 20,
            lane="v2",
            epoch=int(viewer[4:]),
            expiry=int(NOW) + 86400,
            identity=uid,
        )
        cookies["__Host-gray"] = grant
    return request_of(uid, **cookies)


@cache
def _uids() -> dict[str, str]:
    found: dict[str, str] = {}
    for number in range(1000):
        bucket = int(hashlib.sha256(f"{SALT}:u{number}".encode()).hexdigest()[:8], 16) / 2**32
        found.setdefault("low" if bucket < 0.2 else "high" if bucket > 0.8 else "", f"u{number}")
    return found


def answers_of_fresh(items: Mapping[str, str]) -> dict[str, Answer]:
    """What each viewer gets at a location that has everything."""
    found = {}
    for viewer in VIEWERS:
        (found[viewer],) = _edge().every_answer(viewer, items.get("config"), lambda key: (items.get(key),))
    return found


_allowed: dict[object, frozenset[Answer]] = {}
_looked: dict[object, tuple[tuple[str, str], ...]] = {}


def _of_a_whole(viewer: str, config: str, whole: Whole, wholes: Wholes) -> frozenset[Answer]:
    """What this publication answers, with any list as it was in any publication: lists change in place (0204)."""
    lists = {
        key: tuple(dict.fromkeys([value, *(other.keys[key] for other in wholes.values() if key in other.keys)]))
        for key, value in whole.keys.items()
        if key.startswith("s.")
    }
    mark = (viewer, config, whole.mark, hash(frozenset(lists.items())))
    if mark not in _allowed:
        _allowed[mark] = _edge().every_answer(viewer, config, lambda key: lists.get(key, (whole.keys.get(key),)))
    return _allowed[mark]


def wrong_at_locations(states: Sequence[Mapping[str, str]], wholes: Wholes) -> tuple[tuple[str, str], ...]:
    """Which laws are broken, and how, where a location has of each key its value in any of the states, newest last."""
    mark = (*(hash(frozenset(state.items())) for state in states), hash(frozenset(w.mark for w in wholes.values())))
    if mark not in _looked:
        _looked[mark] = tuple(sorted({*_at_mixtures(states, wholes), *_where_all_has_come(states[-1])}))
    return _looked[mark]


def _at_mixtures(states: Sequence[Mapping[str, str]], wholes: Wholes) -> Iterator[tuple[str, str]]:
    @cache
    def options(key: str) -> tuple[str | None, ...]:
        return tuple(dict.fromkeys(state.get(key) for state in reversed(states)))

    for config in options("config"):
        stamp = stamped(config)
        if not config or not stamp:
            continue
        whole = wholes.get(order_of(stamp))
        for viewer in VIEWERS:
            for answer in _edge().every_answer(viewer, config, options):
                if answer.reason == "error":
                    yield "doubt", "a viewer gets an error"
                elif answer.doubtful and answer.lane == "v1":
                    continue
                elif stamp.state == "killed":
                    if answer.lane != "v1":
                        yield "killed", "a viewer is in gray by a killed config"
                elif not whole:
                    yield "whole", "a config is in the store that is of no publication"
                elif answer not in _of_a_whole(viewer, config, whole, wholes):
                    yield "whole", f"a viewer gets what no publication answers ({answer.lane} by {answer.reason})"


def _where_all_has_come(items: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not stamped(items.get("config")):
        return
    for answer in answers_of_fresh(items).values():
        if answer.doubtful and answer.reason not in _PROPER_DOUBTS:
            yield "complete", f"a location with everything lacks something ({answer.reason})"
