"""Everything that is wrong with a release, all at once, each with where it is and what to do."""

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import ValidationError

from gray.compile import CompileError, LaneApi, Stamp, encoded
from gray.conditions import Condition
from gray.grants import EdgeKeys
from gray.lists import RESERVE, STORE_BYTES, fits, store_bytes
from gray.model import Release, State
from gray.plan_check import plan_problems
from gray.problem import Problem
from gray.ranges import range_problems
from gray.reach import unreachable
from gray.structure import structure_problems, without_broken_parts

__all__ = ["InvalidRelease", "Problem", "check", "problems", "read_release", "structure_problems"]

_MAX_DEPTH = 4
_MAX_CONDITIONS = 24
_WIDEST = Stamp(10**9, 10**9, 10**9, 10**10)


class InvalidRelease(ValueError):
    """When a document is not a valid release."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def read_release(document: Any, *, lanes: Collection[str] | None = None) -> Release:
    """The document as a model, wholly checked. Raises InvalidRelease."""
    try:
        release = Release.model_validate(document)
    except ValidationError as error:
        raise InvalidRelease([*structure_problems(error), *_of_the_rest(document, error, lanes)]) from error
    found = problems(release, lanes=lanes)
    if found:
        raise InvalidRelease(found)
    return release


def _of_the_rest(document: Any, error: ValidationError, lanes: Collection[str] | None) -> list[Problem]:
    """What is wrong beside a broken part, so that all errors are said at once."""
    try:
        release = Release.model_validate(without_broken_parts(document, error))
    except (ValidationError, TypeError):
        return []
    return problems(release, lanes=lanes)


def check(document: Any, *, lanes: Collection[str] | None = None) -> list[Problem]:
    """What is wrong with a document; empty when it is a valid release."""
    try:
        read_release(document, lanes=lanes)
    except InvalidRelease as error:
        return error.problems
    return []


def problems(
    release: Release, *, lanes: Collection[str] | None = None, lists: Collection[str] | None = None
) -> list[Problem]:
    """What is wrong with a release as a whole.

    `lanes` are the lanes that exist, `lists` the digests of list files that are there; None: not known, not checked.
    """
    found = [
        *_lane_problems(release, lanes),
        *_rule_problems(release),
        *_list_problems(release, lists),
        *(Problem(*problem) for problem in range_problems(release)),
        *(Problem(*problem) for problem in unreachable(release)),
        *(Problem(*problem) for problem in plan_problems(release)),
    ]
    return found or _size_problems(release)


def _lane_problems(release: Release, lanes: Collection[str] | None) -> Iterator[Problem]:
    for index, lane in enumerate(release.lanes):
        if lane in release.lanes[:index]:
            yield Problem(f"lanes[{index}]", f"{lane} is there twice", "Name each lane once.")
    for index, rule in enumerate(release.rules):
        if rule.lane not in release.lanes:
            remedy = f"Add {rule.lane} to `lanes`, or use one of: {', '.join(release.lanes) or 'none yet'}."
            yield Problem(f"rules[{index}].lane", f"{rule.lane} is not among the release's lanes", remedy)
        elif lanes is not None and rule.lane not in lanes:
            there = ", ".join(sorted(set(lanes))) or "none"
            remedy = f"Deploy {rule.lane} first, or use one that is there: {there}."
            yield Problem(f"rules[{index}].lane", f"there is no lane {rule.lane} in this environment", remedy)


def _rule_problems(release: Release) -> Iterator[Problem]:
    ids = [rule.id for rule in release.rules]
    for index, rule in enumerate(release.rules):
        where = f"rules[{index}]"
        if rule.id in ids[:index]:
            yield Problem(f"{where}.id", f"{rule.id!r} is there twice", "Give each rule its own id.")
        if rule.when is None:
            continue
        parts = list(_walk(rule.when, f"{where}.when"))
        if len(parts) > _MAX_CONDITIONS:
            yield Problem(
                f"{where}.when", f"has {len(parts)} conditions", f"At most {_MAX_CONDITIONS}: split the rule."
            )
        for path, part in parts:
            if path.count(".all[") + path.count(".any[") + path.count(".not") == _MAX_DEPTH + 1:
                yield Problem(path, "is nested too deep", f"Use at most {_MAX_DEPTH} levels of all, any and not.")
            if part.user_list is not None:
                yield from _list_use_problems(release, path, part.user_list)


def _walk(part: Condition, path: str) -> Iterator[tuple[str, Condition]]:
    yield path, part
    for name, inner in (("all", part.every), ("any", part.some)):
        for index, condition in enumerate(inner or ()):
            yield from _walk(condition, f"{path}.{name}[{index}]")
    if part.no is not None:
        yield from _walk(part.no, f"{path}.not")


def _list_use_problems(release: Release, path: str, name: str) -> Iterator[Problem]:
    where = f"{path}.list"
    if name not in release.lists:
        yield Problem(where, f"there is no list {name!r}", f"Run `grayctl list put {name} ids.txt` first.")
        return
    if release.identity is None:
        yield Problem(where, "a list needs identities, and the release names none", "Add `identity`.")
    elif release.lists[name].restricted and release.identity.kind == "plain":
        yield Problem(
            where, f"{name!r} is restricted, and a plain identity can be sent by anybody", "Use kind signed or jwt."
        )


def _list_problems(release: Release, lists: Collection[str] | None) -> Iterator[Problem]:
    used = 0
    for name, entry in release.lists.items():
        where = f"lists.{name}"
        used += store_bytes(entry.ids, entry.shards, name)
        if entry.ids > entry.shards * 249:
            yield Problem(
                where,
                f"{entry.ids:,} ids do not fit into {entry.shards} shards",
                "Put the list again under a new name.",
            )
        if lists is not None and entry.digest not in lists:
            yield Problem(
                f"{where}.digest", "there is no file of that digest", f"Run `grayctl list put {name} ids.txt`."
            )
    if used > STORE_BYTES - RESERVE:
        yield Problem(
            "lists",
            f"the lists take {used:,} bytes, and the store has {STORE_BYTES:,}",
            f"Keep to {fits(name=max(release.lists, key=len)):,} ids in all lists together.",
        )


def _size_problems(release: Release) -> list[Problem]:
    """Whether the release, compiled, fits at the edge: by the longest numbers, ids and keys it may get."""
    if release.state == State.KILLED:
        return []
    api = LaneApi("a" * 10, "live")
    secret = "s" * 43
    try:
        encoded(
            release,
            stamp=_WIDEST,
            lanes=dict.fromkeys(release.lanes, api),
            region="ap-southeast-2",
            keys=EdgeKeys((("a", secret), ("b", secret)), identity=secret),
        )
    except CompileError as error:
        return list(error.problems)
    return []
