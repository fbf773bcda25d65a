"""A lane on trial."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gray.analysis.evidence import Counts
from gray.analysis.share import Asked
from gray.analysis.trial import Limits, Trial, Window, findings, take_in

LIMITS = Limits()
NEW = Trial("salt1234", 3, "v2", since=0, end=600, step_since=600)


def minute(number: int, stable: Counts, gray: Counts, **more: Counts | float | None) -> Window:
    return Window(end=600 + 60 * number, stable=stable, gray=gray, **more)  # type: ignore[arg-type]


GOOD = Counts(1000, 5)
BAD = Counts(100, 20)


def test_a_window_counts_once_however_often_it_is_read() -> None:
    windows = [minute(n, GOOD, BAD) for n in range(1, 4)]
    once = take_in(NEW, windows)
    assert take_in(once, windows) == once
    assert once.end == 780
    assert once.gray_requests == 300


def test_windows_from_before_the_trial_do_not_count() -> None:
    assert take_in(NEW, [minute(0, GOOD, BAD), minute(-5, GOOD, BAD)]) == NEW


def test_a_lane_that_fails_is_found_worse_in_errors_only() -> None:
    found = findings(take_in(NEW, [minute(n, GOOD, BAD) for n in range(1, 6)]))
    assert (found.worse_errors, found.worse_latency, found.worse) == (True, False, True)
    assert found.errors_log10 > 1.6


def test_too_few_requests_find_nothing() -> None:
    bad = Counts(40, 40)
    assert not findings(take_in(NEW, [minute(1, GOOD, bad)])).worse


def test_a_lane_that_is_slow_is_found_worse_in_latency_only() -> None:
    windows = [
        minute(n, GOOD, Counts(300, 1), stable_slow=Counts(1000, 50), gray_slow=Counts(300, 60)) for n in range(1, 6)
    ]
    found = findings(take_in(NEW, windows))
    assert (found.worse_errors, found.worse_latency) == (False, True)


def test_the_reference_follows_stables_p95() -> None:
    first = take_in(NEW, [minute(1, GOOD, GOOD, stable_p95=90.0)])
    second = take_in(first, [minute(2, GOOD, GOOD, stable_p95=120.0)])
    third = take_in(second, [minute(3, GOOD, GOOD)])
    assert (NEW.reference, first.reference, second.reference) == (None, 90.0, 100.0)
    assert third.reference == 100.0


def test_a_changed_share_begins_a_new_step_and_keeps_the_evidence() -> None:
    asked = Asked(0.03, 0.07)
    trial = take_in(NEW, [minute(n, GOOD, BAD) for n in range(1, 4)]).ask(asked, since=800)
    assert (trial.step_gray, trial.gray_requests) == (0, 300)
    assert trial.errors.log > 1
    assert trial.ask(asked, since=900) == trial
    # The edge has the step from 800 on: the window that ends at 780 and the one in between are not the step's.
    trial = take_in(trial, [minute(4, GOOD, BAD), minute(5, GOOD, BAD)])
    assert trial.step_gray == 200


def test_a_share_that_does_not_fit_is_a_mismatch() -> None:
    trial = replace(NEW.ask(Asked(0.0325, 0.0675), since=600), step_gray=5000, step_stable=5000)
    assert findings(trial).mismatch


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.floats(1, 1000)), max_size=6), st.booleans())
def test_a_trial_survives_its_text(windows: list[tuple[int, int, float]], slow: bool) -> None:
    trial = NEW.ask(Asked(0.01, 0.5), since=700)
    for number, (stable, gray, p95) in enumerate(windows, 1):
        counts = (Counts(stable, stable // 3), Counts(gray, gray // 2))
        more = {"stable_slow": counts[0], "gray_slow": counts[1]} if slow else {}
        trial = take_in(trial, [minute(number, *counts, stable_p95=p95, **more)])
    assert Trial.from_json(trial.to_json()) == trial


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"errors": {"weights": []}}'])
def test_another_versions_text_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Trial.from_json(text)


def test_errors_and_latency_share_the_false_withdrawals() -> None:
    assert math.isclose(2 * LIMITS.alpha, LIMITS.false_withdrawals)
