"""What is wrong with a release as a whole, all at once, each with where it is and what to do."""

from collections.abc import Collection, Iterator

from gray.release.conditions import Condition
from gray.release.document import Release
from gray.release.user_lists import RESERVE, STORE_BYTES, fits, store_bytes
from gray.release.validation.plan_steps import plan_problems
from gray.release.validation.problem import Problem
from gray.release.validation.ranges import range_problems
from gray.release.validation.release_problems import ReleaseProblem
from gray.release.validation.unreachable import unreachable

__all__ = ["problems"]

_MAX_DEPTH = 4
_MAX_CONDITIONS = 24


def problems(
    release: Release, *, lanes: Collection[str] | None = None, lists: Collection[str] | None = None
) -> list[Problem]:
    """What is wrong with a release as a whole.

    `lanes` are the lanes that exist, `lists` the digests of list files that are there; None: not known, not checked.
    """
    return [
        *_lane_problems(release, lanes),
        *_rule_problems(release),
        *_list_problems(release, lists),
        *range_problems(release),
        *unreachable(release),
        *plan_problems(release),
    ]


def _lane_problems(release: Release, lanes: Collection[str] | None) -> Iterator[Problem]:
    for index, lane in enumerate(release.lanes):
        if lane in release.lanes[:index]:
            yield ReleaseProblem.LANE_TWICE(index=index, lane=lane)
    for index, rule in enumerate(release.rules):
        if rule.lane not in release.lanes:
            others = ", ".join(release.lanes) or "none yet"
            yield ReleaseProblem.LANE_NOT_NAMED(index=index, lane=rule.lane, others=others)
        elif lanes is not None and rule.lane not in lanes:
            others = ", ".join(sorted(set(lanes))) or "none"
            yield ReleaseProblem.LANE_MISSING(index=index, lane=rule.lane, others=others)


def _rule_problems(release: Release) -> Iterator[Problem]:
    ids = [rule.id for rule in release.rules]
    for index, rule in enumerate(release.rules):
        if rule.id in ids[:index]:
            yield ReleaseProblem.RULE_TWICE(index=index, id=rule.id)
        if rule.when is None:
            continue
        parts = list(_walk(rule.when, f"rules[{index}].when"))
        if len(parts) > _MAX_CONDITIONS:
            yield ReleaseProblem.RULE_LONG(index=index, count=len(parts), limit=_MAX_CONDITIONS)
        for path, part in parts:
            if path.count(".all[") + path.count(".any[") + path.count(".not") == _MAX_DEPTH + 1:
                yield ReleaseProblem.RULE_DEEP(path=path, limit=_MAX_DEPTH)
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
    if name not in release.lists:
        yield ReleaseProblem.LIST_NOT_NAMED(path=path, name=name)
        return
    if release.identity is None:
        yield ReleaseProblem.LIST_WITHOUT_IDENTITY(path=path)
    elif release.lists[name].restricted and release.identity.kind == "plain":
        yield ReleaseProblem.LIST_RESTRICTED(path=path, name=name)


def _list_problems(release: Release, lists: Collection[str] | None) -> Iterator[Problem]:
    used = 0
    for name, entry in release.lists.items():
        used += store_bytes(entry.ids, entry.shards, name)
        if entry.ids > entry.shards * 249:
            yield ReleaseProblem.LIST_FULL(name=name, ids=entry.ids, shards=entry.shards)
        if lists is not None and entry.digest not in lists:
            yield ReleaseProblem.LIST_FILE_MISSING(name=name)
    if used > STORE_BYTES - RESERVE:
        ids = fits(name=max(release.lists, key=len))
        yield ReleaseProblem.LISTS_LARGE(used=used, room=STORE_BYTES, ids=ids)
