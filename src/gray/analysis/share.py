"""Does the share of requests that gray gets fit the share the release asks for? (Sample ratio check.)

A share that does not fit says that the edge decides otherwise than the operator thinks: a location that is behind, a
rule that catches more than it should, a lane that loses its viewers. Then the lanes are not comparable, so a plan
holds. The check is looked at again and again, so it is an e-value too: the method of Lindon and Malek, "Anytime-valid
inference for multinomial count data" (NeurIPS 2022), with a few fixed alternatives in place of their Dirichlet
mixture, as the share asked for is an interval here and not a point.

One viewer's requests are all in one lane, so it is viewers that are shared out and not requests. With up to `cluster`
requests of a viewer within a step, the likelihood ratio is raised to the power 1/cluster (see gray.analysis.evidence).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gray.analysis.evidence import log_sum

__all__ = ["ANY_SHARE", "TOLERANCE", "Asked", "asked_by", "asked_for", "contradiction", "percent_by"]

# How far a share may be off where no plan says otherwise, as a proportion of it.
TOLERANCE = 0.25
# The alternatives: that many times the odds of the limit that is overstepped.
ODDS = (1.25, 1.5, 2.0, 4.0, 16.0, 256.0)
# Percent points by which any share may differ: at 1 percent, a few viewers with many requests are a large part.
ALWAYS_ALLOWED = 0.005


@dataclass(frozen=True)
class Asked:
    """The share gray should get, as an interval of proportions. `high` is 1 where other rules lead to the lane too."""

    low: float
    high: float


ANY_SHARE = Asked(0.0, 1.0)


def asked_for(percent: float, *, tolerance: float, others: bool) -> Asked:
    """The interval for `percent` of the viewers, `tolerance` (a proportion of it) to either side.

    `others`: rules with conditions send viewers to the lane as well; how many cannot be known, so there is no upper
    limit.
    """
    share = percent / 100
    low = max(0.0, share * (1 - tolerance) - ALWAYS_ALLOWED)
    high = 1.0 if others else min(1.0, share * (1 + tolerance) + ALWAYS_ALLOWED)
    return Asked(low, high)


def percent_by(document: Mapping[str, Any], lane: str) -> float:
    """The percent of viewers that a release document gives a lane by rules without conditions: the largest, as the
    shares of one lane begin at the same end."""
    rules = [rule for rule in document.get("rules") or [] if rule.get("lane") == lane and not rule.get("when")]
    return max((float(rule.get("percent", 100)) for rule in rules), default=0.0)


def asked_by(document: Mapping[str, Any], lane: str) -> Asked:
    """The interval that a release document asks for a lane.

    Rules with conditions take or give viewers nobody can count beforehand: such a rule for this lane lifts the upper
    limit, one for another lane the lower.
    """
    conditional = [rule.get("lane") for rule in document.get("rules") or [] if rule.get("when")]
    plan = document.get("plan") or {}
    tolerance = float(plan.get("share_tolerance") or TOLERANCE) if plan.get("lane") == lane else TOLERANCE
    asked = asked_for(percent_by(document, lane), tolerance=tolerance, others=lane in conditional)
    return Asked(0.0, asked.high) if any(other != lane for other in conditional) else asked


def contradiction(gray: int, total: int, asked: Asked, *, cluster: float) -> float:
    """The natural logarithm of the e-value against "gray's share is within `asked`", from counts since the step began.

    It exceeds log(1/alpha) at any time of the step with a probability of at most alpha when the share is within.
    """
    above = _beyond(gray, total, asked.high, cluster) if asked.high < 1 else 0.0
    below = _beyond(total - gray, total, 1 - asked.low, cluster) if asked.low > 0 else 0.0
    return log_sum((above, below)) - math.log(2)


def _beyond(count: int, total: int, limit: float, cluster: float) -> float:
    """The logarithm of the e-value against "the proportion is at most `limit`"."""
    odds = limit / (1 - limit)
    logarithms = []
    for times in ODDS:
        q = odds * times / (1 + odds * times)
        ratio = count * math.log(q / limit) + (total - count) * math.log((1 - q) / (1 - limit))
        logarithms.append(ratio / cluster)
    return log_sum(logarithms) - math.log(len(ODDS))
