"""What is wrong with a release as a whole, all at once, each with where it is and what to do."""

from collections.abc import Collection, Iterator

from gray.release.buckets import range_problems
from gray.release.conditions import Condition
from gray.release.document import Release
from gray.release.plan_check import plan_problems
from gray.release.problems import Problem
from gray.release.unreachable import unreachable
from gray.release.user_lists import RESERVE, STORE_BYTES, fits, store_bytes

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
        *(Problem(*problem) for problem in range_problems(release)),
        *(Problem(*problem) for problem in unreachable(release)),
        *(Problem(*problem) for problem in plan_problems(release)),
    ]


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
