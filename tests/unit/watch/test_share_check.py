"""The sample ratio check."""

import math
import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gray.analysis.share import ANY_SHARE, Asked, asked_by, asked_for, contradiction, percent_by


@given(st.integers(1, 25), st.floats(0, 1), st.sampled_from([1, 5, 25, 50, 100]), st.sampled_from([1.0, 3.0]))
def test_a_share_within_what_was_asked_is_not_expected_to_raise_the_evidence(
    total: int, place: float, percent: int, cluster: float
) -> None:
    asked = asked_for(percent, tolerance=0.25, others=False)
    p = asked.low + place * (asked.high - asked.low)
    mean = sum(
        comb(total, k) * p**k * (1 - p) ** (total - k) * math.exp(contradiction(k, total, asked, cluster=cluster))
        for k in range(total + 1)
    )
    assert mean <= 1 + 1e-9


@pytest.mark.parametrize("percent", [1, 5, 25, 50])
def test_a_share_as_asked_is_never_contradicted_over_a_long_step(percent: int) -> None:
    rng = random.Random(percent)
    asked = asked_for(percent, tolerance=0.25, others=False)
    gray = total = 0
    for _ in range(500):
        gray += rng.binomialvariate(400, percent / 100)
        total += 400
        assert contradiction(gray, total, asked, cluster=1) < math.log(100)


@pytest.mark.parametrize(("gray", "percent"), [(0, 5), (2000, 5), (2000, 50), (0, 1), (1000, 1)])
def test_a_share_that_is_far_off_is_found(gray: int, percent: int) -> None:
    asked = asked_for(percent, tolerance=0.25, others=False)
    assert contradiction(20 * gray, 20 * 10_000, asked, cluster=10) > math.log(100)


def test_nothing_seen_says_nothing() -> None:
    assert contradiction(0, 0, asked_for(5, tolerance=0.25, others=False), cluster=50) == 0


def test_everything_is_within_any_share() -> None:
    assert contradiction(10**6, 10**6, ANY_SHARE, cluster=1) == 0


def test_a_huge_contradiction_is_a_number() -> None:
    assert math.isfinite(contradiction(10**9, 10**9, Asked(0.0, 0.01), cluster=1))


RAMP = {"id": "ramp", "lane": "v2", "percent": 5}
STAFF = {"id": "staff", "lane": "v2", "when": {"list": "staff"}}
OTHER = {"id": "beta", "lane": "v3", "when": {"country": ["DE"]}}


@pytest.mark.parametrize(
    ("rules", "low", "high"),
    [
        ([RAMP], 0.0325, 0.0675),
        ([STAFF, RAMP], 0.0325, 1.0),
        ([OTHER, RAMP], 0.0, 0.0675),
        ([], 0.0, 0.005),
        ([{"id": "all", "lane": "v2"}], 0.745, 1.0),
        ([{"id": "none", "lane": "v2", "percent": 0}], 0.0, 0.005),
    ],
)
def test_what_a_release_asks_for(rules: list[dict[str, object]], low: float, high: float) -> None:
    asked = asked_by({"rules": rules}, "v2")
    assert (asked.low, asked.high) == pytest.approx((low, high))


def test_a_plan_sets_the_tolerance() -> None:
    asked = asked_by({"rules": [RAMP], "plan": {"lane": "v2", "share_tolerance": 0.5}}, "v2")
    assert (asked.low, asked.high) == pytest.approx((0.02, 0.08))


def test_percent_counts_rules_without_conditions() -> None:
    assert percent_by({"rules": [STAFF | {"percent": 50}, RAMP, RAMP | {"percent": 2.5}]}, "v2") == 5
