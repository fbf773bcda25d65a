"""Which buckets a percentage means: disjoint ranges for the lanes, so that one lane's ramp-up leaves the others alone.

The first lane of the release grows from 0 up, the second from 10,000 down, any other inside its reserved range.
"""

from itertools import pairwise

from gray.release.document import Release, Rule, hundredths

__all__ = ["ALL", "bucket_range", "range_problems"]

ALL = (0, 10_000)


def bucket_range(release: Release, rule: Rule) -> tuple[int, int]:
    """The buckets of a rule: from (inclusive), to (exclusive). Without a percentage all of them."""
    if rule.percent is None:
        return ALL
    share = hundredths(rule.percent)
    place = release.lanes.index(rule.lane) if rule.lane in release.lanes else 0
    if place == 0:
        return 0, share
    if place == 1:
        return ALL[1] - share, ALL[1]
    start = hundredths(release.reserved.get(rule.lane, (0.0, 0.0))[0])
    return start, start + share


def range_problems(release: Release) -> list[tuple[str, str, str]]:
    """Ranges that overlap or leave the 100 %: where, what, remedy."""
    found: list[tuple[str, str, str]] = []
    for lane, (start, end) in release.reserved.items():
        where = f"reserved.{lane}"
        if lane not in release.lanes[2:]:
            found.append((where, f"{lane} is not the third lane or a later one", "Reserve for those only."))
        if start >= end:
            found.append((where, f"{start:g} is not below {end:g}", "Write [from, to] in percent, from below to."))
    for index, rule in enumerate(release.rules):
        if rule.percent and rule.lane in release.lanes[2:]:
            found += _in_reserve(release, index, rule)
    return found + _overlaps(release)


def _in_reserve(release: Release, index: int, rule: Rule) -> list[tuple[str, str, str]]:
    where = f"rules[{index}].percent"
    span = release.reserved.get(rule.lane)
    if span is None:
        return [(where, f"{rule.lane} has no reserved range", f"Add `reserved: {{{rule.lane}: [from, to]}}`.")]
    if rule.percent and hundredths(rule.percent) > hundredths(span[1]) - hundredths(span[0]):
        width = span[1] - span[0]
        return [(where, f"{rule.percent:g} is more than the {width:g} reserved", "Lower it, or widen the range.")]
    return []


def _overlaps(release: Release) -> list[tuple[str, str, str]]:
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
        (
            "rules",
            f"the shares of {one} ({_text(span)}) and {other} ({_text(next_span)}) meet: together over 100 %",
            "Lower one of the percentages, or move the reserved range.",
        )
        for (one, span), (other, next_span) in pairwise(ordered)
        if span[1] > next_span[0]
    ]


def _text(span: tuple[int, int]) -> str:
    return f"{span[0] / 100:g} to {span[1] / 100:g} %"
