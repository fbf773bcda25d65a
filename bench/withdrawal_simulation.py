"""How often a ramp plan withdraws a good lane, and how soon a bad one; beside a fixed threshold.

    python bench/withdrawal_simulation.py            # tables on the screen
    python bench/withdrawal_simulation.py --write    # and bench/results/withdrawal.md

Seeded: the same numbers on every run. Lanes are simulated minute by minute: a Poisson number of requests in each,
errors and slow requests binomial. The rule of the ramp and the evidence are the ones that run in AWS
(gray.analysis.trial).

The fixed threshold is what Flagger and CodeDeploy with an alarm do, at their documented defaults: every minute the
canary's own success rate is compared with 99 % (and its p99 with 500 ms); Flagger rolls back after 10 failed checks
(interval 1 min, threshold 10), a CodeDeploy alarm after one. They look at the canary alone, so for latency their
bound is taken relative to stable, 20 % above its usual p95: kinder to them than any absolute number one would guess.
"""

import argparse
import math
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from gray.analysis.evidence import Counts
from gray.analysis.trial import Limits, Trial, Window, findings, take_in

SEED = 20261124
STEPS = (1, 5, 25, 50, 100)
STEP_MINUTES = 30
PLAN_MINUTES = STEP_MINUTES * (len(STEPS) - 1) + STEP_MINUTES
# Latency is lognormal with this spread; slow is above stable's p95.
SIGMA = 0.5
P95 = 1.6448536269514722
# Failed checks after which Flagger rolls back, in its documentation's example.
FLAGGER = 10
RESULTS = Path(__file__).parent / "results" / "withdrawal.md"


@dataclass(frozen=True)
class World:
    """What is simulated: requests a second of both lanes, stable's error rate and what gray adds to it (proportions),
    the factor on gray's latency, an outage both lanes share (start, end minute, added rate), and how many requests of
    a viewer fail or succeed together."""

    rps: float
    errors: float = 0.005
    added: float = 0.0
    slower: float = 1.0
    outage: tuple[int, int, float] = (0, 0, 0.0)
    together: int = 1
    noise: float = 0.0


def draw_poisson(rng: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def draw_binomial(rng: random.Random, n: int, p: float) -> int:
    if n <= 0 or p <= 0:
        return 0
    return min(n, rng.binomialvariate(n, min(p, 1.0)))


def minutes(world: World, rng: random.Random, share: Callable[[int], float]) -> Iterator[Window]:
    """The windows of a world, the first minute without a latency reference."""
    slow_gray = 0.5 * math.erfc((P95 - math.log(world.slower) / SIGMA) / math.sqrt(2))
    minute = 0
    while True:
        part = share(minute)
        total = world.rps * 60
        rate = world.errors * math.exp(rng.gauss(0, world.noise)) if world.noise else world.errors
        start, end, more = world.outage
        rate += more if start <= minute < end else 0.0
        stable = lane(world, rng, total * (1 - part), rate, 0.05)
        gray = lane(world, rng, total * part, rate + world.added, slow_gray)
        reference = minute > 0
        yield Window(
            end=60 * (minute + 1),
            stable=stable[0],
            gray=gray[0],
            stable_slow=stable[1] if reference else None,
            gray_slow=gray[1] if reference else None,
            stable_p95=100.0,
        )
        minute += 1


def lane(world: World, rng: random.Random, mean: float, errors: float, slow: float) -> tuple[Counts, Counts]:
    viewers = draw_poisson(rng, mean / world.together)
    requests = viewers * world.together
    bad = draw_binomial(rng, viewers, errors) * world.together
    return Counts(requests, bad), Counts(requests, draw_binomial(rng, viewers, slow) * world.together)


def ramp(minute: int) -> float:
    return STEPS[min(minute // STEP_MINUTES, len(STEPS) - 1)] / 100


def steady(percent: float) -> Callable[[int], float]:
    return lambda _minute: percent / 100


# The rules that are compared: each gives the minute in which it withdraws, None when it never does.


def ours(windows: Iterator[Window], most: int, limits: Limits) -> int | None:
    trial = Trial("salt", 1, "v2", since=0, end=0, limits=limits)
    for minute in range(1, most + 1):
        trial = take_in(trial, [next(windows)])
        if findings(trial).worse:
            return minute
    return None


def fixed(windows: Iterator[Window], most: int, checks: int, success: float = 0.99) -> int | None:
    """Gray's success rate below a fixed one, `checks` times in all (Flagger's failed checks add up)."""
    failed = 0
    for minute in range(1, most + 1):
        gray = next(windows).gray
        failed += bool(gray.requests) and 1 - gray.rate < success
        if failed >= checks:
            return minute
    return None


def fixed_latency(
    world: World, rng: random.Random, share: Callable[[int], float], most: int, checks: int
) -> int | None:
    """Gray's p95 above 1.2 times stable's usual one: more than 5 % of its requests are slower than that."""
    beyond = 0.5 * math.erfc((P95 + math.log(1.2 / world.slower) / SIGMA) / math.sqrt(2))
    failed = 0
    for minute in range(1, most + 1):
        requests = draw_poisson(rng, world.rps * 60 * share(minute - 1))
        failed += bool(requests) and draw_binomial(rng, requests, beyond) > 0.05 * requests
        if failed >= checks:
            return minute
    return None


def rng_of(*what: object) -> random.Random:
    return random.Random(f"{SEED} {what}")


def share_of(outcomes: list[int | None]) -> str:
    return f"{100 * sum(o is not None for o in outcomes) / len(outcomes):.1f} %"


def delay_of(outcomes: list[int | None], most: int) -> str:
    """Median and 90th percentile of the delay in minutes, and the share that was never found."""
    delays = sorted(o if o is not None else math.inf for o in outcomes)
    middle, late = median(delays), delays[math.ceil(0.9 * len(delays)) - 1]

    def text(value: float) -> str:
        return f"{value:.0f}" if math.isfinite(value) else f"> {most}"

    return f"{text(middle)} / {text(late)}"


def false_withdrawals(runs: int) -> list[str]:
    """Equal lanes over a whole plan."""
    worlds: list[tuple[str, World, Limits]] = []
    strict = Limits(error_margin_points=0.0, slow_margin_points=0.0, cluster=1)
    for rps in (10, 100, 1000):
        worlds.append((f"{rps} rps", World(rps), Limits()))
        worlds.append((f"{rps} rps, no margins, cluster 1", World(rps), strict))
    worlds += [
        ("100 rps, 5 % errors, no margins, cluster 1", World(100, errors=0.05), strict),
        ("100 rps, 0.01 % errors, no margins, cluster 1", World(100, errors=0.0001), strict),
        ("100 rps, gray worse by just the margin, cluster 1", World(100, added=0.005), replace(Limits(), cluster=1)),
        ("100 rps, 30 % errors in both lanes from minute 40 to 60", World(100, outage=(40, 60, 0.3)), Limits()),
        ("100 rps, common rate wandering (lognormal, sigma 0.7), no margins", World(100, noise=0.7), strict),
        ("100 rps, bad requests in pairs", World(100, together=2), Limits()),
        ("100 rps, bad requests in fours: more than the cluster of 2", World(100, together=4), Limits()),
        ("100 rps, bad requests in fours, cluster 4", World(100, together=4), Limits(cluster=4)),
    ]
    lines = [
        "| two equal lanes, 0.5 % errors | ours | alarm, 1 check | Flagger, 10 checks |",
        "|---|---|---|---|",
    ]
    for name, world, limits in worlds:
        mine = [ours(minutes(world, rng_of(name, i), ramp), PLAN_MINUTES, limits) for i in range(runs)]
        one = [fixed(minutes(world, rng_of(name, i), ramp), PLAN_MINUTES, 1) for i in range(runs)]
        ten = [fixed(minutes(world, rng_of(name, i), ramp), PLAN_MINUTES, FLAGGER) for i in range(runs)]
        lines.append(f"| {name} | {share_of(mine)} | {share_of(one)} | {share_of(ten)} |")
    return lines


CASES = (
    ("+1 point of errors", 0.01, 1.0),
    ("+2 points of errors", 0.02, 1.0),
    ("+5 points of errors", 0.05, 1.0),
    ("+20 % latency", 0.0, 1.2),
)


def detection(runs: int) -> list[str]:
    """How soon a lane that is bad from the beginning is withdrawn: at a steady share, and over the plan."""
    lines = [
        "| gray is worse by | requests a second | gray's share | ours | alarm, 1 check | Flagger, 10 checks |",
        "|---|---|---|---|---|---|",
    ]
    shares = [(f"{percent} %", steady(percent), 600) for percent in (1, 5, 25)] + [("the plan", ramp, PLAN_MINUTES)]
    for share_name, share, most in shares:
        for name, added, slower in CASES:
            for rps in (10, 100, 1000):
                world = World(rps, added=added, slower=slower)
                row = [name, str(rps), share_name, *delays(world, share, most, runs)]
                lines.append(f"| {' | '.join(row)} |")
    return lines


def delays(world: World, share: Callable[[int], float], most: int, runs: int) -> list[str]:
    def each(rule: Callable[[random.Random], int | None]) -> str:
        return delay_of([rule(rng_of(world, most, i)) for i in range(runs)], most)

    mine = each(lambda rng: ours(minutes(world, rng, share), most, Limits()))
    if world.slower > 1:
        return [mine, *(each(lambda rng, n=n: fixed_latency(world, rng, share, most, n)) for n in (1, FLAGGER))]  # type: ignore[misc]
    return [mine, *(each(lambda rng, n=n: fixed(minutes(world, rng, share), most, n)) for n in (1, FLAGGER))]  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.name}")
    parser.add_argument("--runs", type=int, default=1000, help="plans for each row of false withdrawals")
    parser.add_argument("--delays", type=int, default=100, help="lanes for each row of detection delays")
    arguments = parser.parse_args()
    began = time.monotonic()
    false, delays = false_withdrawals(arguments.runs), detection(arguments.delays)
    text = report(arguments.runs, arguments.delays, false, delays)
    print(text)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    if arguments.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text)


def report(runs: int, delays: int, false: list[str], detected: list[str]) -> str:
    steps = ", ".join(map(str, STEPS))
    machine = f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}"
    return "\n".join(
        [
            "# Withdrawals: false ones, and how soon true ones come",
            "",
            f"Command: `python bench/withdrawal_simulation.py --write --runs {runs} --delays {delays}`, seed {SEED};",
            f"the figures do not depend on the machine ({machine}). Windows of one minute, looked at every minute.",
            "Ours, where a row does not say otherwise, at the defaults: error margin 0.5 points, slow margin 2 points,",
            "cluster 2 (requests that may fail together), false withdrawals at most 5 %.",
            "Delays count from the first gray request to the finding; on AWS add up to 3 minutes until metrics are",
            "complete and the watch function has run.",
            "",
            f"## False withdrawals over a whole plan ({steps} %, {STEP_MINUTES} minutes each; {runs} plans a row)",
            "",
            *false,
            "",
            f"## Delay in minutes, median / 90th percentile ({delays} lanes a row, stable at 0.5 % errors)",
            "",
            *detected,
            "",
        ]
    )


if __name__ == "__main__":
    main()
