"""Rules that can never match: what earlier rules leave over, and conditions that exclude each other."""

from ipaddress import ip_network
from itertools import combinations

from gray.release.buckets import bucket_range
from gray.release.conditions import Condition
from gray.release.document import Release
from gray.release.validation.problem import Problem
from gray.release.validation.release_problems import ReleaseProblem

__all__ = ["contradiction", "unreachable"]

_Span = tuple[int, int]


def unreachable(release: Release) -> list[Problem]:
    """Rules that no viewer can reach. A percentage of 0 is a ramp that has not begun."""
    found: list[Problem] = []
    for index, rule in enumerate(release.rules):
        span = bucket_range(release, rule)
        if span[0] == span[1]:
            continue
        covers = [
            (bucket_range(release, earlier), earlier.id)
            for earlier in release.rules[:index]
            if earlier.when is None or earlier.when == rule.when
        ]
        if _left_over(span, [cover for cover, _ in covers]) == 0:
            names = ", ".join(name for cover, name in covers if cover[0] < span[1] and cover[1] > span[0])
            found.append(ReleaseProblem.RULE_COVERED(index=index, id=rule.id, names=names))
        elif rule.when is not None and (reason := contradiction(rule.when)):
            found.append(ReleaseProblem.RULE_IMPOSSIBLE(index=index, id=rule.id, reason=reason))
    return found


def _left_over(span: _Span, covers: list[_Span]) -> int:
    """Buckets of a span that no cover has."""
    at, left = span[0], 0
    for start, end in sorted(covers):
        if start > at:
            left += min(start, span[1]) - at
        at = min(max(at, end), span[1])
        if at == span[1]:
            break
    return left + span[1] - at


def contradiction(when: Condition) -> str:
    """Why no viewer can match a condition; empty when there is no obvious reason."""
    if when.some is not None:
        reasons = [contradiction(part) for part in when.some]
        return reasons[0] if all(reasons) else ""
    if when.every is None:
        return ""
    inner = next(filter(None, map(contradiction, when.every)), "")
    return (
        inner
        or _no_common(when.every)
        or _no_path(when.every)
        or _no_address(when.every)
        or _no_time(when.every)
        or _with_its_not(when.every)
    )


def _no_common(parts: list[Condition]) -> str:
    for kind in ("country", "device"):
        sets = [set(getattr(part, kind)) for part in parts if getattr(part, kind) is not None]
        if len(sets) > 1 and not set.intersection(*sets):
            return f"no viewer has two values of {kind}"
    return ""


def _no_path(parts: list[Condition]) -> str:
    """Plain paths only: what two globs have in common is not tried."""
    sets = [set(part.path) for part in parts if part.path is not None and not any("*" in glob for glob in part.path)]
    return "no request has two paths" if len(sets) > 1 and not set.intersection(*sets) else ""


def _no_address(parts: list[Condition]) -> str:
    ranges = [[ip_network(cidr) for cidr in part.ip] for part in parts if part.ip is not None]
    for one, other in combinations(ranges, 2):
        if not any(a.version == b.version and a.overlaps(b) for a in one for b in other):
            return "no address is in both ranges"
    return ""


def _no_time(parts: list[Condition]) -> str:
    windows = [part.time for part in parts if part.time is not None]
    starts = [window.start for window in windows if window.start]
    ends = [window.end for window in windows if window.end]
    return "the time windows do not meet" if starts and ends and max(starts) >= min(ends) else ""


def _with_its_not(parts: list[Condition]) -> str:
    denied = [part.no for part in parts if part.no is not None]
    return "a condition stands beside its `not`" if any(part in denied for part in parts) else ""
