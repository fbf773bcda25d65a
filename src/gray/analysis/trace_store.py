"""Reading traces through X-Ray's API: summaries of a window, and the whole of those that need a look."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from gray.analysis.traces import ENVIRONMENT, Report, cleared_by_summary, report

if TYPE_CHECKING:
    from mypy_boto3_xray import XRayClient

__all__ = ["check_window"]

# BatchGetTraces takes five ids a call (API reference).
_BATCH = 5


def check_window(xray: "XRayClient", environment: str, start: datetime, end: datetime) -> Report:
    """The report of the environment's traces that started in the window, of at most six hours (GetTraceSummaries).

    Of those that X-Ray took down: by default one request a second and 5 % of the others.
    """
    summaries = list(_summaries(xray, environment, start, end))
    doubtful = [str(summary["Id"]) for summary in summaries if not cleared_by_summary(summary)]
    return report(summaries, _traces(xray, doubtful))


def _summaries(xray: "XRayClient", environment: str, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    # The library marks every trace with its environment; X-Ray has those of the whole account.
    wanted = f'annotation.{ENVIRONMENT} = "{environment}"'
    token: str | None = None
    while True:
        more = {"NextToken": token} if token else {}
        page = xray.get_trace_summaries(StartTime=start, EndTime=end, FilterExpression=wanted, **more)  # type: ignore[arg-type]
        yield from cast("list[dict[str, Any]]", page.get("TraceSummaries", []))
        token = page.get("NextToken")
        if not token:
            return


def _traces(xray: "XRayClient", ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    for at in range(0, len(ids), _BATCH):
        token: str | None = None
        while True:
            more = {"NextToken": token} if token else {}
            page = xray.batch_get_traces(TraceIds=list(ids[at : at + _BATCH]), **more)
            yield from cast("list[dict[str, Any]]", page.get("Traces", []))
            token = page.get("NextToken")
            if not token:
                break
