"""The monthly cost of a release: the usage at a request rate, times the prices in prices.toml. Pure.

Includes what Graylane adds to an application that already uses CloudFront, API Gateway, Lambda and DynamoDB,
and the site's own traffic, which exists with or without Graylane (`adds` distinguishes the two). Excludes S3, WAF
and CloudFront's flat-rate plans.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grayctl.document.edits import Document

PRICES = Path(__file__).parent / "prices.toml"
SECONDS_A_MONTH = 730 * 3600
# Interval in minutes of the scheduled sync, the watch function and the trace check (template.yaml).
_SYNC_MINUTES, _WATCH_MINUTES, _TRACE_CHECK_MINUTES = 5, 1, 5
# A control plane run without work reads HEAD, parameters, ledger and lanes.
_READS_A_RUN = 4
# All of template.yaml with a gray lane in us-east-1; a test counts them.
ALARMS = 31
# What the watch function asks CloudWatch for: four metrics of each of two lanes with one origin (src/watch/figures.py).
_METRICS_A_WATCH = 8
_WATCHES = SECONDS_A_MONTH / 60 / _WATCH_MINUTES
# Bytes of log: a run of the control plane, and a request to an API (Lambda's own lines, ours with metrics, the access
# log). By the length of such lines, not by a bill.
_LOG_OF_A_RUN, _LOG_OF_A_CALL = 2_000, 2_500
_GIGABYTE = 1e9


@dataclass(frozen=True)
class Traffic:
    """The incoming traffic. Rates are requests per second, averaged over the month; shares are between 0 and 1.

    `kilobytes` is the average size of an answer, compressed.
    """

    rate: float
    documents: float = 0.10
    api: float = 0.20
    changes: int = 60
    api_milliseconds: float = 60.0
    api_memory_mb: int = 512
    traced: float = 0.05
    kilobytes: float = 20.0


@dataclass(frozen=True)
class Line:
    """One kind of usage. `adds` is True if Graylane causes it."""

    name: str
    title: str
    amount: float
    unit: str
    price: float
    free: float
    source: str
    noted: str
    adds: bool

    @property
    def dollars(self) -> float:
        """A month."""
        return max(0.0, self.amount - self.free) * self.price


@dataclass(frozen=True)
class Estimate:
    """All lines; `date` is that of the oldest price (a year, or year and month)."""

    date: str
    region: str
    lines: tuple[Line, ...]

    def total(self, *, adds: bool | None = None) -> float:
        """Dollars per month: of all lines, or only those that Graylane adds (or does not)."""
        return sum(line.dollars for line in self.lines if adds is None or line.adds == adds)


def read_prices(path: Path = PRICES) -> Mapping[str, Any]:
    """The price file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def estimate(traffic: Traffic, document: Document, prices: Mapping[str, Any]) -> Estimate:
    """The monthly cost of one environment with this release."""
    amounts = [*_added(traffic, document), *_present(traffic)]
    lines = tuple(_line(name, amount, adds, prices[name]) for name, amount, adds in amounts if amount)
    return Estimate(min(line.noted for line in lines), str(prices["region"]), lines)


def store_reads(document: Document) -> int:
    """KeyValueStore reads of one decision: the configuration, and one shard per list that a rule uses."""
    return 1 + len({name for rule in document.get("rules", []) for name in _lists_in(rule.get("when"))})


def lease_publications(document: Document) -> float:
    """Publications per month that only renew the lease, which happens at half its duration."""
    if document.get("state") in ("killed", "finished"):
        return 0.0
    return SECONDS_A_MONTH / (float(document.get("lease_minutes", 1440)) * 60 / 2)


def _added(traffic: Traffic, document: Document) -> Sequence[tuple[str, float, bool]]:
    requests = traffic.rate * SECONDS_A_MONTH
    publications = traffic.changes + lease_publications(document)
    runs = SECONDS_A_MONTH / 60 * (1 / _SYNC_MINUTES + 1 / _WATCH_MINUTES + 1 / _TRACE_CHECK_MINUTES)
    # Every request runs the viewer-request function, every response the viewer-response one. Only document and API
    # requests read the configuration; an asset under its lane's directory needs no decision.
    decisions = requests * (traffic.documents + traffic.api)
    return [
        ("edge_function", 2 * requests, True),
        ("store_read", decisions * store_reads(document), True),
        # Describe, read config and fence, one update: four calls per publication.
        ("store_call", 4 * publications, True),
        ("invalidation", float(traffic.changes), True),
        ("lambda_request", runs + publications, True),
        ("lambda_gb_second", (runs + publications) * 0.5 * 0.5, True),
        ("dynamodb_read", runs * _READS_A_RUN, True),
        ("dynamodb_write", publications * 6, True),
        ("alarm", float(ALARMS), True),
        ("metric", 30.0, True),
        ("metric_read", _WATCHES * _METRICS_A_WATCH, True),
        ("log", (runs + publications) * _LOG_OF_A_RUN / _GIGABYTE, True),
        ("secret", 2.0, True),
    ]


def _present(traffic: Traffic) -> Sequence[tuple[str, float, bool]]:
    requests = traffic.rate * SECONDS_A_MONTH
    calls = requests * traffic.api
    seconds = traffic.api_milliseconds / 1000 * traffic.api_memory_mb / 1024
    return [
        ("cloudfront_request", requests, False),
        ("transfer", requests * traffic.kilobytes * 1_000 / _GIGABYTE, False),
        ("api_request", calls, False),
        ("lambda_request", calls, False),
        ("lambda_gb_second", calls * seconds, False),
        ("dynamodb_read", calls, False),
        ("xray_trace", calls * traffic.traced, False),
        ("log", calls * _LOG_OF_A_CALL / _GIGABYTE, False),
    ]


def _line(name: str, amount: float, adds: bool, price: Mapping[str, Any]) -> Line:
    # Free amounts count once, for what Graylane adds; the application may have used them up.
    free = float(price["free"]) if adds else 0.0
    each, source, noted = float(price["price"]), price["source"], price["noted"]
    return Line(name, price["title"], amount, price["unit"], each, free, source, noted, adds)


def _lists_in(condition: Any) -> set[str]:
    if isinstance(condition, dict):
        found = {condition["list"]} if isinstance(condition.get("list"), str) else set()
        return found.union(*(_lists_in(value) for value in condition.values()))
    if isinstance(condition, list):
        return set().union(*(_lists_in(part) for part in condition))
    return set()
