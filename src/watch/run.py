"""One run of the watch: HEAD's release, the lanes' figures, the trials, and the metrics that come of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gray.analysis.plan_store import Trials
from gray.analysis.share import asked_by, percent_by
from gray.analysis.trial import Findings, Trial, findings, take_in
from gray.history.revision import Revision
from gray.history.revisions import Revisions
from gray.lanes.metrics import source_of, sources_of
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import LaneOrigin
from watch import figures as lane_figures
from watch.compare import Metric, finding_metrics, lane_metrics, windows
from watch.figures import Figures
from watch.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

__all__ = ["watch"]

STABLE = "v1"
# After a pause of the watch, at most this many windows are made up for.
MOST_WINDOWS = 60


def watch(
    cloudwatch: "CloudWatchClient", dynamodb: "DynamoDBClient", ssm: "SSMClient", settings: Settings, now: int
) -> dict[str, float]:
    """Takes in the windows that are complete, keeps the trials, publishes the findings; returns them by
    `<metric>.<lane>` for the log.

    A run that fails is made up for by the next one: a trial remembers where its last window ended, and is kept
    before anything is published. A lane is not judged while one of its origins, or of stable's, is counted by nobody.
    """
    registrations = read_parameters(ssm, settings.prefix).registrations
    origins = {lane: found.origins for lane, found in registrations.items()}
    revision = Revisions(dynamodb, settings.table).current()
    document = _document(revision)
    end = _floor(now - settings.settle, settings.period)
    recent = end - max(1, round(settings.window_minutes * 60 / settings.period)) * settings.period
    watching = bool(revision) and revision is not None and revision.state in ("active", "paused")

    seen: dict[str, Sequence[Figures]] = {}
    metrics: list[Metric] = [Metric("WatchRuns", 1, "Count")]
    for lane in document.get("lanes") or []:
        judged = watching and _counted(origins.get(STABLE, ())) and _counted(origins.get(lane, ()))
        trial = _trial(dynamodb, settings, revision, document, lane, now) if revision and judged else None
        start = max(min(recent, trial.end if trial else recent), end - MOST_WINDOWS * settings.period)
        reference = trial.reference if trial else None
        stable = _read(cloudwatch, settings, STABLE, origins, start, end, reference)
        gray = _read(cloudwatch, settings, lane, origins, start, end, reference)
        found: Findings | None = None
        if trial:
            trial = take_in(trial, windows(stable, gray))
            Trials(dynamodb, settings.table).put(trial)
            found = findings(trial)
        seen[STABLE] = [f for f in stable if f.end > recent]
        seen[lane] = [f for f in gray if f.end > recent]
        metrics += finding_metrics(lane, found)
    if not seen:
        seen[STABLE] = _read(cloudwatch, settings, STABLE, origins, recent, end, None)
    asked = {lane: percent_by(document, lane) if watching else 0.0 for lane in seen if lane != STABLE}
    metrics += lane_metrics(seen, asked)
    _publish(cloudwatch, settings.environment, metrics)
    return {f"{metric.name}.{metric.lane}" if metric.lane else metric.name: metric.value for metric in metrics}


def _trial(
    dynamodb: "DynamoDBClient",
    settings: Settings,
    revision: Revision,
    document: Mapping[str, Any],
    lane: str,
    now: int,
) -> Trial:
    """The lane's trial as kept, or a new one from the next whole window on, when this is another release or epoch."""
    key = (str(document.get("salt", "")), revision.epoch, lane)
    trial = Trials(dynamodb, settings.table).get(lane)
    if trial is None or trial.key != key:
        begin = _floor(now + settings.period - 1, settings.period)
        trial = Trial(*key, since=now, end=begin, step_since=begin)
    return replace(trial, limits=settings.limits).ask(asked_by(document, lane), now + settings.settle)


def _counted(origins: Sequence[LaneOrigin]) -> bool:
    return all(source_of(origin) for origin in origins)


def _read(
    cloudwatch: "CloudWatchClient",
    settings: Settings,
    lane: str,
    origins: Mapping[str, Sequence[LaneOrigin]],
    start: int,
    end: int,
    reference: float | None,
) -> list[Figures]:
    fallback = lane_figures.lane_library(settings.environment, lane, settings.service)
    places = sources_of(origins.get(lane, ()))
    return lane_figures.read(
        cloudwatch, places, fallback, start=start, end=end, period=settings.period, reference=reference
    )


def _publish(cloudwatch: "CloudWatchClient", environment: str, metrics: Sequence[Metric]) -> None:
    """One call: PutMetricData takes up to 1,000 metrics."""
    data: list[MetricDatumTypeDef] = []
    for metric in metrics:
        dimensions = {"environment": environment} | ({"lane": metric.lane} if metric.lane else {})
        data.append(
            {
                "MetricName": metric.name,
                "Value": metric.value,
                "Unit": metric.unit,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            }
        )
    cloudwatch.put_metric_data(Namespace="Graylane", MetricData=data)


def _document(revision: Revision | None) -> Mapping[str, Any]:
    """The release document; empty when it is missing or unreadable: the watch goes on with stable."""
    try:
        values = json.loads(revision.document) if revision and revision.document else {}
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _floor(time: float, period: int) -> int:
    return int(time // period) * period
