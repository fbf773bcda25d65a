"""Which buckets a percentage covers: each lane has its own range, so one lane's ramp-up leaves the others alone.

The first lane of the release grows from 0 up, the second from 10,000 down, any other inside its reserved range.
"""

from gray.release.document import Release, Rule, hundredths

__all__ = ["ALL", "bucket_range"]

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
