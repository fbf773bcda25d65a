"""Periodically evaluates metric alarms as CloudWatch does: dimensions, M of N, missing data.

("Using Amazon CloudWatch alarms": "Evaluating an alarm", "Configuring how CloudWatch alarms treat missing data".)
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricTypeDef

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_QUERIES = 500  # AWS's limit for one call
_LATE = 60  # periods that a tick looks back at most: after a laptop's sleep


@dataclass(frozen=True)
class Verdict:
    """An alarm's state and its reason."""

    state: str
    reason: str


def judged(alarm: Mapping[str, Any], values: Sequence[float | None]) -> Verdict:
    """The state of an alarm for the values of its evaluation range, oldest first; None is a period without data."""
    compare, threshold = _COMPARE[alarm["ComparisonOperator"]], float(alarm["Threshold"])
    missing, current = alarm.get("TreatMissingData") or "missing", alarm["StateValue"]
    needed = int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
    standing = {"breaching": True, "notBreaching": False}.get(missing)
    breaching = [standing if value is None else compare(value, threshold) for value in values]
    shown = ", ".join("none" if value is None else f"{value:g}" for value in values)
    reason = f"{needed} of {len(values)} values [{shown}] {alarm['ComparisonOperator']} {threshold:g}"
    if all(each is None for each in breaching):
        # No period has data: `ignore` keeps the state, `missing` reports it.
        return Verdict(current if missing == "ignore" else "INSUFFICIENT_DATA", f"No data: {reason}")
    if sum(each is True for each in breaching) >= needed:
        return Verdict("ALARM", f"Threshold crossed: {reason}")
    return Verdict("OK", f"Threshold not crossed: {reason}")


class AlarmClock:
    """Evaluates every metric alarm at each tick and calls SetAlarmState for changes.

    `scale` shortens periods: 0.1 makes 60 s last 6 s. A period is never shorter than 1 s. No period is passed over:
    a tick that comes late evaluates those since the last one in their order.
    """

    def __init__(self, cloudwatch: "CloudWatchClient", scale: float, now: Callable[[], float]) -> None:
        self._cloudwatch, self._scale, self._now = cloudwatch, scale, now
        self._looked = math.inf

    def tick(self) -> list[tuple[str, Verdict]]:
        """Evaluate once, and return the changes. Raises botocore's errors."""
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        alarms = [alarm for page in pages for alarm in page.get("MetricAlarms", []) if alarm.get("MetricName")]
        now, changes = self._now(), []
        for alarm, ranges in self._evaluated(alarms, now):
            state = alarm["StateValue"]
            for values in ranges:
                verdict = judged({**alarm, "StateValue": state}, values)
                if verdict.state == state:
                    continue
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"],
                    StateValue=verdict.state,  # type: ignore[arg-type]
                    StateReason=verdict.reason,
                )
                changes.append((alarm["AlarmName"], verdict))
                state = verdict.state
        self._looked = now
        return changes

    def _evaluated(
        self, alarms: Sequence[Mapping[str, Any]], now: float
    ) -> Iterator[tuple[Mapping[str, Any], list[list[float | None]]]]:
        """Each alarm with its evaluation ranges since the last tick, the current one last.

        One call for all alarms of a period: the emulator looks through all that it ever got at each, and counts the
        periods from the start that it is asked for.
        """
        asked = [(alarm, _Range.at(now, self._looked, alarm, self._scale)) for alarm in alarms]
        for period in sorted({range_.period for _, range_ in asked}):
            for some in batched([each for each in asked if each[1].period == period], _QUERIES, strict=False):
                answer = self._cloudwatch.get_metric_data(
                    MetricDataQueries=[_query(f"m{at}", *each) for at, each in enumerate(some)],
                    StartTime=datetime.fromtimestamp(min(range_.start for _, range_ in some), UTC),
                    EndTime=datetime.fromtimestamp(max(range_.end for _, range_ in some), UTC),
                )
                found = {result["Id"]: result for result in answer["MetricDataResults"]}
                for at, (alarm, range_) in enumerate(some):
                    yield alarm, range_.evaluated(found[f"m{at}"])


@dataclass(frozen=True)
class _Range:
    """The periods to ask for: those since the last tick, and as many before as an alarm is evaluated over."""

    start: int
    end: int
    period: int
    evaluated_over: int

    @classmethod
    def at(cls, now: float, looked: float, alarm: Mapping[str, Any], scale: float) -> Self:
        period, over = max(1, round(int(alarm["Period"]) * scale)), int(alarm["EvaluationPeriods"])
        current, last = math.floor(now / period), math.floor(min(looked, now) / period)
        return cls((max(last, current - _LATE) - over) * period, (current + 1) * period, period, over)

    def evaluated(self, result: Mapping[str, Any]) -> list[list[float | None]]:
        """The values of each evaluation range, oldest first.

        CloudWatch evaluates a period once it has data, the current one too; without data it looks further back.
        """
        found = {
            math.floor(stamp.timestamp() / self.period) * self.period: value
            for stamp, value in zip(result["Timestamps"], result["Values"], strict=True)
        }
        values = [found.get(at) for at in range(self.start, self.end, self.period)]
        since = range(self.evaluated_over + 1, len(values) + 1)
        ends = [end for end in since if values[end - 1] is not None]
        if len(values) not in ends:
            ends.append(len(values) - 1)
        return [values[end - self.evaluated_over : end] for end in ends]


def _query(name: str, alarm: Mapping[str, Any], asked: _Range) -> "MetricDataQueryTypeDef":
    metric: MetricTypeDef = {
        "Namespace": alarm["Namespace"],
        "MetricName": alarm["MetricName"],
        "Dimensions": alarm.get("Dimensions", []),
    }
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": asked.period, "Stat": statistic}}
