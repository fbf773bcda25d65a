"""Turns embedded-metric log lines into metrics, as CloudWatch does and the emulator does not.

Reads the log groups and sends PutMetricData through the AWS APIs ("CloudWatch embedded metric format specification").
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

_GROUPS = "/aws/lambda/"
_BATCH = 500  # the API allows 1,000 per call


@dataclass(frozen=True)
class Measured:
    """One value of one metric."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: tuple[tuple[str, str], ...]
    at: float  # epoch seconds


def measured(line: str, at: float) -> Iterator[Measured]:
    """The metrics of one log line; none for other formats."""
    if '"_aws"' not in line:
        return
    try:
        entry = json.loads(line[line.index("{") :])
        stamp = entry["_aws"].get("Timestamp", at * 1000) / 1000
        for block in entry["_aws"]["CloudWatchMetrics"]:
            yield from _of_block(entry, block, stamp)
    except (ValueError, KeyError, TypeError, AttributeError):
        return


def _of_block(entry: Mapping[str, Any], block: Mapping[str, Any], at: float) -> Iterator[Measured]:
    for names in block.get("Dimensions") or [[]]:
        dimensions = tuple(sorted((name, str(entry[name])) for name in names))
        for metric in block["Metrics"]:
            values = entry[metric["Name"]]
            for value in values if isinstance(values, list) else [values]:
                unit = metric.get("Unit") or "None"
                yield Measured(block["Namespace"], metric["Name"], float(value), unit, dimensions, at)


class LogMetrics:
    """Follows the functions' log groups; each event counts once."""

    def __init__(self, logs: "CloudWatchLogsClient", cloudwatch: "CloudWatchClient", namespace_of: str = "") -> None:
        self._logs, self._cloudwatch, self._prefix = logs, cloudwatch, _GROUPS + namespace_of
        self._sizes: dict[str, int] = {}
        self._seen: dict[str, set[str]] = {}
        self._since: dict[str, int] = {}

    def look(self) -> int:
        """Publish new events; returns the number of values. Raises botocore's errors."""
        found = [each for group in self._grown() for each in self._new(group)]
        by_namespace: dict[str, list[Measured]] = {}
        for each in found:
            by_namespace.setdefault(each.namespace, []).append(each)
        for namespace, values in by_namespace.items():
            for first in range(0, len(values), _BATCH):
                data = [_datum(each) for each in values[first : first + _BATCH]]
                self._cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
        return len(found)

    def _grown(self) -> list[str]:
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self._prefix)
        sizes = {
            group["logGroupName"]: int(group.get("storedBytes", 0)) for page in pages for group in page["logGroups"]
        }
        grown = [name for name, size in sizes.items() if size != self._sizes.get(name, 0)]
        self._sizes = sizes
        return grown

    def _new(self, group: str) -> Iterator[Measured]:
        seen, since = self._seen.setdefault(group, set()), self._since.get(group, 0)
        latest, named = since, _Names()
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        for page in pages:
            for event in page["events"]:
                name = named.of(event)
                if name in seen:
                    continue
                seen.add(name)
                latest = max(latest, event["timestamp"])
                for line in event["message"].splitlines():
                    yield from measured(line, event["timestamp"] / 1000)
        # Recent events may arrive out of order: read the last seconds again, and skip known ids.
        self._since[group] = max(since, latest - 5_000)


class _Names:
    """The identity of an event within one reading: its id; without one (the emulator's functions write none), its
    stream, time and text, and its index among equal ones.
    """

    def __init__(self) -> None:
        self._alike: Counter[tuple[str, int, str]] = Counter()

    def of(self, event: "FilteredLogEventTypeDef") -> str:
        if "eventId" in event:
            return event["eventId"]
        alike = (event["logStreamName"], event["timestamp"], event["message"])
        self._alike[alike] += 1
        return repr((*alike, self._alike[alike]))


def _datum(each: Measured) -> "MetricDatumTypeDef":
    datum: MetricDatumTypeDef = {
        "MetricName": each.name,
        "Value": each.value,
        "Unit": each.unit,  # type: ignore[typeddict-item]
        "Timestamp": datetime.fromtimestamp(each.at, UTC),
        "Dimensions": [{"Name": name, "Value": value} for name, value in each.dimensions],
    }
    return datum
