"""Shares of lanes that overlap, and reserved ranges that do not fit."""

from itertools import pairwise

from gray.release.buckets import bucket_range
from gray.release.document import Release, Rule, hundredths
from gray.release.validation.problem import Problem
from gray.release.validation.release_problems import ReleaseProblem

__all__ = ["range_problems"]


def range_problems(release: Release) -> list[Problem]:
    """Ranges that overlap or leave the 100 %."""
    found: list[Problem] = []
    for lane, (start, end) in release.reserved.items():
        if lane not in release.lanes[2:]:
            found.append(ReleaseProblem.RESERVED_LANE(lane=lane))
        if start >= end:
            found.append(ReleaseProblem.RESERVED_ORDER(lane=lane, start=start, end=end))
    for index, rule in enumerate(release.rules):
        if rule.percent and rule.lane in release.lanes[2:]:
            found += _in_reserve(release, index, rule)
    return found + _overlaps(release)


def _in_reserve(release: Release, index: int, rule: Rule) -> list[Problem]:
    span = release.reserved.get(rule.lane)
    if span is None:
        return [ReleaseProblem.RESERVED_MISSING(index=index, lane=rule.lane)]
    if rule.percent and hundredths(rule.percent) > hundredths(span[1]) - hundredths(span[0]):
        return [ReleaseProblem.RESERVED_SMALL(index=index, percent=rule.percent, width=span[1] - span[0])]
    return []


def _overlaps(release: Release) -> list[Problem]:
    """Lanes whose shares meet: together they would be over 100 %, or one would take from the other."""
    spans: dict[str, tuple[int, int]] = {
        lane: (hundredths(span[0]), hundredths(span[1]))
        for lane, span in release.reserved.items()
        if lane in release.lanes[2:]
    }
    for lane in release.lanes[:2]:
        shares = [bucket_range(release, rule) for rule in release.rules if rule.lane == lane and rule.percent]
        if shares:
            spans[lane] = (min(start for start, _ in shares), max(end for _, end in shares))
    ordered = sorted(spans.items(), key=lambda item: item[1])
    return [
        ReleaseProblem.SHARES_MEET(one=one, span=_text(span), other=other, next_span=_text(next_span))
        for (one, span), (other, next_span) in pairwise(ordered)
        if span[1] > next_span[0]
    ]


def _text(span: tuple[int, int]) -> str:
    return f"{span[0] / 100:g} to {span[1] / 100:g} %"
