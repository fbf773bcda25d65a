"""Is gray worse than stable? A test that may be looked at after every minute, on counts alone.

The question is asked of two proportions, the share of bad requests in each lane, where bad is an error or a request
slower than stable's reference. The null hypothesis is `gray <= stable + margin`, in absolute terms. The answer is an
e-process: a number that starts at 1 and, as long as the null holds, exceeds 1/alpha *ever* with a probability of at
most alpha (Ville's inequality). So it may be looked at for as long as one likes, and a withdrawal at 1/alpha is false
in at most alpha of the releases.

One window of `n_s` and `n_g` requests is multiplied in by the likelihood ratio of an alternative (q_s, q_g) to its
projection (t_s, t_g) onto the null, the point of the null nearest to it in Kullback-Leibler divergence weighted by
n_s and n_g. This is the E-variable of Turner, Ly and Grunwald, "Generic E-variables for exact sequential k-sample
tests that allow for optional stopping" (Journal of Statistical Planning and Inference 230, 2024), for the convex
null of Turner and Grunwald, "Exact anytime-valid confidence intervals for contingency tables and beyond" (Statistics
and Probability Letters 198, 2023). Why its mean is at most 1 under every (p_s, p_g) of the null: the logarithm of the
mean is `n_s log E[s_s] + n_g log E[s_g]`, concave in (p_s, p_g) since each E is linear in p; at the projection it is
0, and there its gradient is that of the (negative) divergence, which falls towards every point of a convex null.

What follows from the form:

- Rates may change from window to window, for both lanes alike (an outage of something shared), as each window is
  tested by itself. Within a window requests need not be alike either, only the mean rates have to keep to the null.
- The alternatives have to be fixed before a window is seen: stable's rate is taken from earlier windows, gray's is
  that plus one of `STEPS`.
- Requests of one lane in one window are taken as independent. Where up to `cluster` of them go together (one viewer
  who reloads a broken page), the ratio is raised to the power 1/cluster, which keeps its mean at most 1 whatever the
  dependence within a cluster (Hoelder's inequality).

A bad build shows at once, a leak after an hour. So the e-process is a mixture over all ways to begin and to end a bet
(fixed share, Herbster and Warmuth, "Tracking the best expert", Machine Learning 32, 1998): weight moves between
"bet nothing" and the alternatives at a fixed rate. A mixture of e-processes is one, and good hours do not count
against noticing a bad one later.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["STEPS", "Counts", "Evidence", "Test", "begin", "log_sum", "observe"]

# How much worse than stable's rate plus the margin each alternative takes gray to be, as a proportion.
STEPS = (0.003, 0.01, 0.03, 0.1, 0.3, 0.8)
# Of stable's counts, this much is remembered from window to window: half of it after 34 windows.
MEMORY = 0.98
# Rates are kept off 0 and 1, where one request would decide everything.
LEAST, MOST = 1e-6, 1 - 1e-6


@dataclass(frozen=True)
class Counts:
    """The requests of one lane in one window, and how many of them were bad."""

    requests: int
    bad: int

    def __post_init__(self) -> None:
        if not 0 <= self.bad <= self.requests:
            raise ValueError(f"{self.bad} bad requests of {self.requests}")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.requests + other.requests, self.bad + other.bad)

    @property
    def rate(self) -> float:
        """The share of bad requests; 0 without requests."""
        return self.bad / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class Test:
    """What is asked. `margin` is the proportion by which gray may be worse (0.005 is half a percent point),
    `expected` a first guess of stable's rate, `cluster` how many requests may go together, `moves` the share of the
    weight that begins or ends a bet in each window."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    margin: float
    expected: float = 0.01
    cluster: float = 1.0
    moves: float = 1 / 120


@dataclass(frozen=True)
class Evidence:
    """What has been seen so far: natural logarithms of the weights ("bet nothing" first, then one an alternative)
    and stable's remembered counts."""

    weights: tuple[float, ...]
    requests: float = 0.0
    bad: float = 0.0

    @property
    def log(self) -> float:
        """The natural logarithm of the e-value."""
        return log_sum(self.weights)

    @property
    def log10(self) -> float:
        """The e-value's power of ten: 1.6 is one in forty."""
        return self.log / math.log(10)

    def exceeds(self, alpha: float) -> bool:
        """Whether the null is rejected, with a probability of at most `alpha` to be wrong, ever."""
        return self.log >= -math.log(alpha)


def begin() -> Evidence:
    """No evidence. Half of the weight bets from the first window on: most bad builds are bad at once."""
    share = math.log(0.5 / len(STEPS))
    return Evidence((math.log(0.5), *(share for _ in STEPS)))


def observe(evidence: Evidence, stable: Counts, gray: Counts, test: Test) -> Evidence:
    """The evidence after one more window. A window in which a lane had no request says nothing about a difference."""
    if stable.requests and gray.requests:
        base = _guess(evidence, test)
        ratios = [0.0, *(_log_ratio(base, base + test.margin + step, stable, gray, test) for step in STEPS)]
        moved = _move(evidence.weights, test.moves)
        evidence = replace(evidence, weights=tuple(w + r for w, r in zip(moved, ratios, strict=True)))
    return replace(
        evidence,
        requests=MEMORY * evidence.requests + stable.requests,
        bad=MEMORY * evidence.bad + stable.bad,
    )


def _guess(evidence: Evidence, test: Test) -> float:
    """Stable's rate as earlier windows have it, begun with twenty requests of the expected rate."""
    return _inside((evidence.bad + 20 * test.expected) / (evidence.requests + 20))


def _move(weights: Sequence[float], moves: float) -> list[float]:
    """`moves` of the idle weight is bet, evenly; `moves` of each bet becomes idle."""
    idle, bets = weights[0], weights[1:]
    stay, move = math.log1p(-moves), math.log(moves)
    share = idle + move - math.log(len(bets))
    return [log_sum((idle + stay, log_sum(bets) + move)), *(log_sum((bet + stay, share)) for bet in bets)]


def _log_ratio(q_s: float, q_g: float, stable: Counts, gray: Counts, test: Test) -> float:
    """The logarithm of one window's likelihood ratio against the nearest point of the null."""
    q_g = _inside(q_g)
    if q_g - q_s <= test.margin:
        return 0.0  # not an alternative: stable is at its worst already
    t_s = _nearest(q_s, q_g, stable.requests, gray.requests, test.margin)
    ratio = _log_likelihood(stable, q_s, t_s) + _log_likelihood(gray, q_g, t_s + test.margin)
    return ratio / test.cluster


def _log_likelihood(counts: Counts, above: float, below: float) -> float:
    good = counts.requests - counts.bad
    return counts.bad * math.log(above / below) + good * math.log((1 - above) / (1 - below))


def _nearest(q_s: float, q_g: float, n_s: int, n_g: int, margin: float) -> float:
    """The stable rate t of the point (t, t + margin) nearest to (q_s, q_g): the root of a falling function.

    It lies between q_s and q_g - margin. Fifty halvings leave an error below 1e-15, which no count of requests a
    minute turns into a visible factor.
    """
    low, high = max(q_s, LEAST), min(q_g - margin, MOST - margin)
    for _ in range(50):
        middle = (low + high) / 2
        t_g = middle + margin
        slope = n_s * (q_s - middle) / (middle * (1 - middle)) + n_g * (q_g - t_g) / (t_g * (1 - t_g))
        low, high = (middle, high) if slope > 0 else (low, middle)
    return (low + high) / 2


def _inside(rate: float) -> float:
    return min(max(rate, LEAST), MOST)


def log_sum(logarithms: Sequence[float]) -> float:
    """The logarithm of the sum of the numbers whose logarithms are given, without leaving the range of a float."""
    most = max(logarithms)
    return most + math.log(sum(math.exp(value - most) for value in logarithms))
