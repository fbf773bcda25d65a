"""The sequential test of two proportions: never too eager, never blind."""

import math
import random
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gray.analysis.evidence import STEPS, Counts, Evidence, Test, begin, observe

RATES = st.floats(0, 1)
WINDOWS = st.lists(
    st.tuples(st.integers(0, 300), st.floats(0, 0.3), st.integers(0, 300), st.floats(0, 0.3)), min_size=0, max_size=8
)
TESTS = st.builds(
    Test, margin=st.sampled_from([0.0, 0.005, 0.05]), expected=st.sampled_from([0.001, 0.05]), cluster=st.just(1.0)
)


def counts(requests: int, rate: float) -> Counts:
    return Counts(requests, round(requests * rate))


def after(history: list[tuple[int, float, int, float]], test: Test) -> Evidence:
    evidence = begin()
    for n_s, r_s, n_g, r_g in history:
        evidence = observe(evidence, counts(n_s, r_s), counts(n_g, r_g), test)
    return evidence


def mean_factor(evidence: Evidence, n_s: int, p_s: float, n_g: int, p_g: float, test: Test) -> float:
    """The exact mean of what one more window multiplies the e-value by."""
    total = 0.0
    for bad_s in range(n_s + 1):
        for bad_g in range(n_g + 1):
            chance = comb(n_s, bad_s) * p_s**bad_s * (1 - p_s) ** (n_s - bad_s)
            chance *= comb(n_g, bad_g) * p_g**bad_g * (1 - p_g) ** (n_g - bad_g)
            grown = observe(evidence, Counts(n_s, bad_s), Counts(n_g, bad_g), test)
            total += chance * math.exp(grown.log - evidence.log)
    return total


@settings(max_examples=150)
@given(WINDOWS, st.integers(1, 6), st.integers(1, 6), RATES, st.floats(0, 1), TESTS)
def test_no_window_is_expected_to_raise_the_evidence_while_gray_is_within_the_margin(
    history: list[tuple[int, float, int, float]], n_s: int, n_g: int, p_s: float, part: float, test: Test
) -> None:
    # Given any past, and rates of now that keep to the null (gray anywhere up to stable plus the margin)
    p_g = min(1.0, p_s + test.margin) * part

    # Then the mean factor of the next window is at most 1: the e-process is a supermartingale
    assert mean_factor(after(history, test), n_s, p_s, n_g, p_g, test) <= 1 + 1e-9


@settings(max_examples=60)
@given(WINDOWS, st.integers(1, 6), st.integers(1, 6), st.floats(0, 1), TESTS)
def test_the_same_at_the_very_edge_of_the_null(
    history: list[tuple[int, float, int, float]], n_s: int, n_g: int, p_s: float, test: Test
) -> None:
    p_s = p_s * (1 - test.margin)
    assert mean_factor(after(history, test), n_s, p_s, n_g, p_s + test.margin, test) <= 1 + 1e-9


@settings(max_examples=60)
@given(WINDOWS, st.integers(1, 3), st.integers(1, 3), st.floats(0, 1), TESTS)
def test_pairs_that_fail_together_are_covered_by_a_cluster_of_two(
    history: list[tuple[int, float, int, float]], n_s: int, n_g: int, p: float, test: Test
) -> None:
    paired = Test(test.margin, test.expected, cluster=2)
    evidence = after(history, paired)
    total = 0.0
    for bad_s in range(n_s + 1):
        for bad_g in range(n_g + 1):
            chance = comb(n_s, bad_s) * p**bad_s * (1 - p) ** (n_s - bad_s)
            chance *= comb(n_g, bad_g) * p**bad_g * (1 - p) ** (n_g - bad_g)
            grown = observe(evidence, Counts(2 * n_s, 2 * bad_s), Counts(2 * n_g, 2 * bad_g), paired)
            total += chance * math.exp(grown.log - evidence.log)
    assert total <= 1 + 1e-9


@given(WINDOWS, TESTS)
def test_the_evidence_is_a_number_whatever_the_counts(history: list[tuple[int, float, int, float]], test: Test) -> None:
    assert math.isfinite(after(history, test).log)


@pytest.mark.parametrize(
    ("stable", "gray"),
    [
        (Counts(10**7, 10**7), Counts(10**7, 0)),
        (Counts(10**7, 0), Counts(10**7, 10**7)),
        (Counts(1, 1), Counts(1, 1)),
        (Counts(10**7, 10**7), Counts(1, 1)),
    ],
)
def test_extreme_counts_stay_finite(stable: Counts, gray: Counts) -> None:
    evidence = begin()
    for _ in range(200):
        evidence = observe(evidence, stable, gray, Test(margin=0.005))
    assert math.isfinite(evidence.log)


def test_begins_at_one() -> None:
    assert begin().log == pytest.approx(0)


@pytest.mark.parametrize(("stable", "gray"), [(Counts(0, 0), Counts(500, 400)), (Counts(500, 0), Counts(0, 0))])
def test_a_window_without_one_of_the_lanes_says_nothing(stable: Counts, gray: Counts) -> None:
    assert observe(begin(), stable, gray, Test(margin=0.0)).log == begin().log


def test_a_lane_that_fails_a_fifth_of_its_requests_is_found_within_a_hundred() -> None:
    evidence = begin()
    for _ in range(10):
        evidence = observe(evidence, Counts(190, 1), Counts(10, 2), Test(margin=0.005))
    assert evidence.exceeds(0.025)


def test_trouble_of_both_lanes_is_not_held_against_gray() -> None:
    evidence = begin()
    for minute in range(120):
        rate = 0.3 if 40 <= minute < 60 else 0.005
        evidence = observe(evidence, counts(1000, rate), counts(1000, rate), Test(margin=0.005))
        assert not evidence.exceeds(0.025)


def test_stables_own_trouble_is_not_held_against_gray() -> None:
    evidence = begin()
    for _ in range(60):
        evidence = observe(evidence, counts(1000, 0.5), counts(1000, 0.005), Test(margin=0.005))
        assert not evidence.exceeds(0.5)


def test_six_good_hours_do_not_hide_a_bad_one() -> None:
    # Given a lane that was fine for six hours, at a load where every minute speaks for it
    evidence = begin()
    for _ in range(360):
        evidence = observe(evidence, Counts(3000, 15), Counts(3000, 15), Test(margin=0.005))

    # When it begins to fail three percent
    minutes = 0
    while not evidence.exceeds(0.025):
        evidence = observe(evidence, Counts(3000, 15), Counts(3000, 105), Test(margin=0.005))
        minutes += 1

    # Then it is found within minutes
    assert minutes <= 3


def test_false_findings_stay_below_the_promise_in_play() -> None:
    rng = random.Random(7)
    found = 0
    for _ in range(200):
        evidence = begin()
        for _ in range(150):
            rate = rng.choice([0.005, 0.02])
            stable = Counts(200, rng.binomialvariate(200, rate))
            evidence = observe(evidence, stable, Counts(50, rng.binomialvariate(50, rate)), Test(margin=0.0))
            if evidence.exceeds(0.05):
                found += 1
                break
    # 5 % are promised; more than 20 of 200 would happen by chance once in a thousand.
    assert found <= 20


def test_counts_are_checked() -> None:
    with pytest.raises(ValueError, match="3 bad requests of 2"):
        Counts(2, 3)


def test_the_weights_are_one_for_idle_and_one_a_step() -> None:
    assert len(begin().weights) == 1 + len(STEPS)
