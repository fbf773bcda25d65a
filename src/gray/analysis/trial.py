"""One gray lane on trial: everything seen of it since its release, or its current epoch, began.

A trial collects windows of counts into the evidence (gray.analysis.evidence) and the share check
(gray.analysis.share). The watch function feeds it, alarms and ramp plans read it. It is plain values: kept as JSON in
one item of the config table.

The false withdrawals of a whole release are bounded by `Limits.false_withdrawals`: errors and latency get half each,
and a trial goes on through all steps of a plan. A new salt or a new epoch begins a new trial: the people are others,
or somebody decided to try again after a kill.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

from gray.analysis.evidence import Counts, Evidence, Test, begin, observe
from gray.analysis.share import Asked, contradiction

__all__ = ["Findings", "Limits", "Trial", "Window", "findings", "take_in"]

# The share check only holds a plan; it is wrong in at most this share of the steps.
FALSE_MISMATCHES = 0.01
# How fast the latency reference follows stable's p95: a third of the way a window.
REFERENCE_PACE = 1 / 3


@dataclass(frozen=True)
class Limits:
    """How much worse gray may be, and how sure one wants to be. Points are percent points.

    `cluster` is how many API requests of one viewer within a minute may fail, or be slow, together: the guarantee
    holds up to that many, and finding a bad lane takes as many times longer (bench/results/withdrawal.md).
    `viewer_requests` is the same for the share check, within a step.
    """

    error_margin_points: float = 0.5
    slow_margin_points: float = 2.0
    false_withdrawals: float = 0.05
    minimum_requests: int = 50
    cluster: float = 2.0
    viewer_requests: float = 50.0

    @property
    def alpha(self) -> float:
        """The probability of a false finding in a whole trial, of each of the two tests."""
        return self.false_withdrawals / 2

    @property
    def errors(self) -> Test:
        return Test(margin=self.error_margin_points / 100, expected=0.01, cluster=self.cluster)

    @property
    def latency(self) -> Test:
        return Test(margin=self.slow_margin_points / 100, expected=0.05, cluster=self.cluster)


@dataclass(frozen=True)
class Window:
    """What both lanes did in one window. Errors are answers of 500 and above; `slow` counts requests above the
    trial's reference, None when there was no reference yet; `stable_p95` is in milliseconds, None without data."""

    end: int
    stable: Counts
    gray: Counts
    stable_slow: Counts | None = None
    gray_slow: Counts | None = None
    stable_p95: float | None = None


@dataclass(frozen=True)
class Trial:
    """The state of a trial. `end` is where the last window ended (Unix seconds), `reference` the latency above which
    a request is slow (ms, stable's recent p95), `asked` the interval of the share, `step_*` the counts since the
    share asked for last changed, at `step_since`; `limits` are the watch function's, so that a plan and an operator
    judge by the same ones."""

    salt: str
    epoch: int
    lane: str
    since: int
    end: int
    reference: float | None = None
    errors: Evidence = field(default_factory=begin)
    latency: Evidence = field(default_factory=begin)
    gray_requests: int = 0
    stable_requests: int = 0
    asked_low: float = 0.0
    asked_high: float = 1.0
    step_since: int = 0
    step_gray: int = 0
    step_stable: int = 0
    limits: Limits = field(default_factory=Limits)

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes it this trial and not another."""
        return self.salt, self.epoch, self.lane

    @property
    def asked(self) -> Asked:
        return Asked(self.asked_low, self.asked_high)

    def ask(self, asked: Asked, since: int) -> "Trial":
        """The same trial, its share asked to be `asked`: a change begins a new step, counted from `since` on, when
        the edge locations have it."""
        if asked == self.asked:
            return self
        return replace(self, asked_low=asked.low, asked_high=asked.high, step_since=since, step_gray=0, step_stable=0)

    def to_json(self) -> str:
        """As text: the config table keeps no floating-point numbers."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Trial":
        """The trial from its text. Raises ValueError, KeyError or TypeError when it is another version's."""
        values = json.loads(text)
        for name in ("errors", "latency"):
            evidence = values[name]
            values[name] = Evidence(tuple(evidence["weights"]), evidence["requests"], evidence["bad"])
        values["limits"] = Limits(**values["limits"])
        return cls(**values)


@dataclass(frozen=True)
class Findings:
    """What a trial says now. `worse_*` reject "gray is within the margin"; `mismatch` rejects "the share fits";
    the e-values are powers of ten."""

    worse_errors: bool
    worse_latency: bool
    mismatch: bool
    errors_log10: float
    latency_log10: float
    share_log10: float

    @property
    def worse(self) -> bool:
        return self.worse_errors or self.worse_latency


def take_in(trial: Trial, windows: Sequence[Window]) -> Trial:
    """The trial after more windows, oldest first; those that end before the trial's own end are passed over, so
    nothing counts twice."""
    for window in windows:
        if window.end > trial.end:
            trial = _take_one(trial, window)
    return trial


def _take_one(trial: Trial, window: Window) -> Trial:
    limits = trial.limits
    latency = trial.latency
    if window.stable_slow is not None and window.gray_slow is not None:
        latency = observe(latency, window.stable_slow, window.gray_slow, limits.latency)
    in_step = window.end > trial.step_since
    return replace(
        trial,
        end=window.end,
        reference=_follow(trial.reference, window.stable_p95),
        errors=observe(trial.errors, window.stable, window.gray, limits.errors),
        latency=latency,
        gray_requests=trial.gray_requests + window.gray.requests,
        stable_requests=trial.stable_requests + window.stable.requests,
        step_gray=trial.step_gray + (window.gray.requests if in_step else 0),
        step_stable=trial.step_stable + (window.stable.requests if in_step else 0),
    )


def findings(trial: Trial) -> Findings:
    """What the trial says, judged by its limits."""
    limits = trial.limits
    share = contradiction(
        trial.step_gray, trial.step_gray + trial.step_stable, trial.asked, cluster=limits.viewer_requests
    )
    enough = trial.gray_requests >= limits.minimum_requests
    return Findings(
        worse_errors=enough and trial.errors.exceeds(limits.alpha),
        worse_latency=enough and trial.latency.exceeds(limits.alpha),
        mismatch=share >= -math.log(FALSE_MISMATCHES),
        errors_log10=trial.errors.log10,
        latency_log10=trial.latency.log10,
        share_log10=share / math.log(10),
    )


def _follow(reference: float | None, p95: float | None) -> float | None:
    if p95 is None or reference is None:
        return p95 if reference is None else reference
    return reference + REFERENCE_PACE * (p95 - reference)
