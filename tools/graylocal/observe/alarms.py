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

    `scale` shortens periods: 0.1 makes 60 s last 6 s. A period is never shorter than 1 s.
    """

    def __init__(self, cloudwatch: "CloudWatchClient", scale: float, now: Callable[[], float]) -> None:
        self._cloudwatch, self._scale, self._now = cloudwatch, scale, now

    def tick(self) -> list[tuple[str, Verdict]]:
        """Evaluate once, and return the changes. Raises botocore's errors."""
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        alarms = [alarm for page in pages for alarm in page.get("MetricAlarms", []) if alarm.get("MetricName")]
        changes = []
        for alarm, values in self._values(alarms):
            verdict = judged(alarm, values)
            if verdict.state != alarm["StateValue"]:
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"],
                    StateValue=verdict.state,  # type: ignore[arg-type]
                    StateReason=verdict.reason,
                )
                changes.append((alarm["AlarmName"], verdict))
        return changes

    def _values(self, alarms: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], list[float | None]]]:
        """Each alarm with the statistic of each period of its evaluation range, the current one last.

        One call for all alarms of a period: the emulator looks through all that it ever got at each, and counts the
        periods from the start that it is asked for.
        """
        now = self._now()
        asked = [(alarm, _Range.at(now, alarm, self._scale)) for alarm in alarms]
        for period in sorted({range_.period for _, range_ in asked}):
            for some in batched([each for each in asked if each[1].period == period], _QUERIES, strict=False):
                answer = self._cloudwatch.get_metric_data(
                    MetricDataQueries=[_query(f"m{at}", *each) for at, each in enumerate(some)],
                    StartTime=datetime.fromtimestamp(min(range_.start for _, range_ in some), UTC),
                    EndTime=datetime.fromtimestamp(max(range_.end for _, range_ in some), UTC),
                )
                found = {result["Id"]: result for result in answer["MetricDataResults"]}
                for at, (alarm, range_) in enumerate(some):
                    yield alarm, range_.values(found[f"m{at}"])


@dataclass(frozen=True)
class _Range:
    """The periods that an alarm is evaluated over, and one before them."""

    start: int
    end: int
    period: int

    @classmethod
    def at(cls, now: float, alarm: Mapping[str, Any], scale: float) -> Self:
        period = max(1, round(int(alarm["Period"]) * scale))
        end = (math.floor(now / period) + 1) * period
        return cls(end - (int(alarm["EvaluationPeriods"]) + 1) * period, end, period)

    def values(self, result: Mapping[str, Any]) -> list[float | None]:
        """CloudWatch also evaluates the current period once it has data; without data it looks further back."""
        found = {
            math.floor(stamp.timestamp() / self.period) * self.period: value
            for stamp, value in zip(result["Timestamps"], result["Values"], strict=True)
        }
        values = [found.get(at) for at in range(self.start, self.end, self.period)]
        return values[1:] if values[-1] is not None else values[:-1]


def _query(name: str, alarm: Mapping[str, Any], asked: _Range) -> "MetricDataQueryTypeDef":
    metric: MetricTypeDef = {
        "Namespace": alarm["Namespace"],
        "MetricName": alarm["MetricName"],
        "Dimensions": alarm.get("Dimensions", []),
    }
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": asked.period, "Stat": statistic}}
