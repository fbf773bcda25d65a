"""Periodically evaluates metric alarms as CloudWatch does: dimensions, M of N, missing data.

("Using Amazon CloudWatch alarms": "Evaluating an alarm", "Configuring how CloudWatch alarms treat missing data".)
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricTypeDef

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


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
        for alarm in alarms:
            verdict = judged(alarm, self._values(alarm))
            if verdict.state != alarm["StateValue"]:
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"],
                    StateValue=verdict.state,  # type: ignore[arg-type]
                    StateReason=verdict.reason,
                )
                changes.append((alarm["AlarmName"], verdict))
        return changes

    def _values(self, alarm: Mapping[str, Any]) -> list[float | None]:
        """The statistic of each period of the evaluation range, the current one last.

        CloudWatch also evaluates the current period once it has data; without data it looks further back.
        """
        period = max(1, round(int(alarm["Period"]) * self._scale))
        count = int(alarm["EvaluationPeriods"])
        end = (math.floor(self._now() / period) + 1) * period
        start = end - (count + 1) * period
        asked: MetricTypeDef = {
            "Namespace": alarm["Namespace"],
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm.get("Dimensions", []),
        }
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        query: MetricDataQueryTypeDef = {
            "Id": "m",
            "MetricStat": {"Metric": asked, "Period": period, "Stat": statistic},
        }
        answer = self._cloudwatch.get_metric_data(
            MetricDataQueries=[query],
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(end, UTC),
        )["MetricDataResults"][0]
        found = {
            math.floor(stamp.timestamp() / period) * period: value
            for stamp, value in zip(answer["Timestamps"], answer["Values"], strict=True)
        }
        values = [found.get(start + index * period) for index in range(count + 1)]
        return values[1:] if values[-1] is not None else values[:-1]
