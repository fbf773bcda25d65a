"""The lane on logs, metrics and X-Ray segments.

Metrics are embedded-metric log lines, written here in one go: no client, no call, no import.
"""

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from lane.context import LaneContext, current
from lane.guard import is_fallback
from lane.settings import Settings

NAMESPACE = "Graylane"

type Dimensions = Sequence[Sequence[str]]

PER_SERVICE: Dimensions = (("environment", "lane", "service"),)
PER_ENVIRONMENT: Dimensions = (("environment", "lane", "service"), ("environment",))
PER_LANE: Dimensions = (("environment", "lane", "service"), ("environment", "lane"))
PER_REASON: Dimensions = (("environment", "service", "lane", "reason"),)


class Tracer(Protocol):
    """The part of Powertools' Tracer that is used."""

    def put_annotation(self, key: str, value: Any) -> None: ...


class LaneFilter(logging.Filter):
    """Puts `gray_lane`, `gray_served`, `gray_reason`, `gray_revision` on every log record.

    It reads the context variable, so records of threads and tasks that run at once are right as well.
    Example: `logger.addFilter(LaneFilter(served="v2"))` on a Powertools or standard logger.
    """

    def __init__(self, served: str) -> None:
        super().__init__()
        self._served = served

    def filter(self, record: logging.LogRecord) -> bool:
        found = current()
        if found is not None:
            record.__dict__.update(marks(found, self._served))
        return True


def marks(found: LaneContext, served: str) -> dict[str, str]:
    """What a lane context puts on log records and X-Ray segments."""
    values = {"gray_lane": found.lane, "gray_served": served}
    if found.reason:
        values["gray_reason"] = found.reason
    if found.revision:
        values["gray_revision"] = found.revision
    return values


def annotate(tracer: Tracer | None, found: LaneContext, own: Settings, serve_as: str = "", page: str = "") -> None:
    """Annotate the (sub)segment of now; nothing without a tracer.

    gray_environment: environments share an account's traces. gray_fallback: that the stand-in was declared; where it
    was not, the work is refused, and the trace shows where it went astray. gray_page: the lane of the viewer's page,
    where the edge says that it is another one.
    """
    if tracer is None:
        return
    for key, value in marks(found, own.lane).items():
        tracer.put_annotation(key, value)
    tracer.put_annotation("gray_environment", own.environment)
    if is_fallback(found, own.lane, serve_as):
        tracer.put_annotation("gray_fallback", True)
    if page:
        tracer.put_annotation("gray_page", page)


def log_error(log: logging.Logger, message: str, error: BaseException) -> None:
    """Log an error with its traceback, whatever text is in it.

    The handler of Lambda's Python runtime raises where a text cannot be UTF-8 (a JSON body may hold half of a surrogate
    pair), and what it raises would hide the error, lose a batch or leave a request without an answer.
    """
    try:
        log.error(message, exc_info=error)
    except UnicodeError:
        text = "".join(traceback.format_exception(error)).encode(errors="backslashreplace").decode()
        log.error("%s\n%s", message, text)


def trace_header(environ: Mapping[str, str] = os.environ) -> str:
    """The X-Ray header of now, with the subsegment of now as the parent; empty outside of a trace.

    EventBridge gives it to the targets' functions (PutEvents, `TraceHeader`).
    """
    header = environ.get("_X_AMZN_TRACE_ID", "")
    sdk = sys.modules.get("aws_xray_sdk.core")
    if not header or sdk is None:
        return header
    entity = sdk.xray_recorder.get_trace_entity()
    if entity is None:
        return header
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    return ";".join(f"{key}={value}" for key, value in (parts | {"Parent": str(entity.id)}).items())


def emit(
    settings: Settings,
    lane: str,
    metrics: Mapping[str, float],
    dimensions: Dimensions = PER_SERVICE,
    *,
    reason: str = "",
    write: Callable[[str], object] | None = None,
    now: Callable[[], float] = time.time,
) -> None:
    """Write the metrics as one embedded-metric line. A name that ends in `Latency` is in milliseconds, others count.

    reason: why the edge chose this lane; counts in `Decisions`, by reason.
    """
    values: dict[str, str | int] = {"environment": settings.environment, "lane": lane, "service": settings.service}
    directives = [_directive(metrics, dimensions)]
    if reason:
        values |= {"reason": reason, "Decisions": 1}
        directives.append(_directive(("Decisions",), PER_REASON))
    line = {"_aws": {"Timestamp": int(now() * 1000), "CloudWatchMetrics": directives}, **values, **metrics}
    # One write: lines of threads do not mix.
    (write or sys.stdout.write)(json.dumps(line, separators=(",", ":")) + "\n")


def _directive(names: Iterable[str], dimensions: Dimensions) -> dict[str, object]:
    units = [{"Name": name, "Unit": "Milliseconds" if name.endswith("Latency") else "Count"} for name in names]
    return {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": units}
