"""What the figures of a run say: windows for the trials, and metrics for people and alarms. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.analysis.trial import Findings, Window
from watch.figures import Figures, mean_p95

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.literals import StandardUnitType

__all__ = ["Metric", "finding_metrics", "lane_metrics", "windows"]


@dataclass(frozen=True)
class Metric:
    """One value to publish; `lane` is empty for one of the whole environment."""

    name: str
    value: float
    unit: "StandardUnitType" = "None"
    lane: str = ""


def windows(stable: Sequence[Figures], gray: Sequence[Figures]) -> list[Window]:
    """The two lanes' figures side by side."""
    return [
        Window(
            end=mine.end,
            stable=theirs.counts,
            gray=mine.counts,
            stable_slow=theirs.slow_counts,
            gray_slow=mine.slow_counts,
            stable_p95=theirs.p95,
        )
        for theirs, mine in zip(stable, gray, strict=True)
    ]


def lane_metrics(figures: Mapping[str, Sequence[Figures]], asked: Mapping[str, float]) -> list[Metric]:
    """Requests, error rate, p95 and share of each lane over its figures. Rates and p95 only where there were
    requests: a lane without any is not at 0 % errors. `asked` is the percent the release asks for, by gray lane."""
    totals = {lane: sum(f.requests for f in each) for lane, each in figures.items()}
    everything = sum(totals.values())
    metrics: list[Metric] = []
    for lane, each in figures.items():
        metrics.append(Metric("LaneRequests", totals[lane], "Count", lane))
        if lane in asked:
            metrics.append(Metric("ShareAsked", asked[lane], "Percent", lane))
        if not totals[lane]:
            continue
        metrics.append(Metric("ErrorRate", 100 * sum(f.errors for f in each) / totals[lane], "Percent", lane))
        metrics.append(Metric("Share", 100 * totals[lane] / everything, "Percent", lane))
        p95 = mean_p95(each)
        if p95 is not None:
            metrics.append(Metric("LatencyP95", p95, "Milliseconds", lane))
    return metrics


def finding_metrics(lane: str, found: Findings | None) -> list[Metric]:
    """What the alarms look at: 0 or 1, and the evidence as powers of ten. Without a trial all is well: the zeros
    bring an alarm back after a withdrawal."""
    return [
        Metric("GrayWorseErrors", float(bool(found and found.worse_errors)), "None", lane),
        Metric("GrayWorseLatency", float(bool(found and found.worse_latency)), "None", lane),
        Metric("ShareMismatch", float(bool(found and found.mismatch)), "None", lane),
        Metric("EvidenceErrors", found.errors_log10 if found else 0.0, "None", lane),
        Metric("EvidenceLatency", found.latency_log10 if found else 0.0, "None", lane),
    ]
