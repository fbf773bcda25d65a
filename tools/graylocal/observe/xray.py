"""The X-Ray API over HTTP, and the daemon's UDP port, in front of the trace store."""

import asyncio
import json
import time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graylocal.observe.filters import InvalidFilter, compiled
from graylocal.observe.segments import Traces, documents

_PAGE = 1000


class Daemon(asyncio.DatagramProtocol):
    """Receives segments as the X-Ray daemon does."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """One packet, one segment."""
        for document in documents(data):
            self._traces.add(document)


def application(traces: Traces) -> Starlette:
    """The operations we use, such as `PutTraceSegments`, `GetTraceSummaries` and `BatchGetTraces`; REST JSON."""

    async def summaries(request: Request) -> JSONResponse:
        asked = await _asked(request)
        start, end = float(asked.get("StartTime", 0)), float(asked.get("EndTime", time.time()))
        try:
            wanted = compiled(asked.get("FilterExpression") or "")
        except InvalidFilter as error:
            return _refused(f"Invalid filter expression: {error}")
        found = [trace for trace in traces.between(start, end) if wanted(trace)]
        first = int(asked.get("NextToken") or 0)
        page = found[first : first + _PAGE]
        more = {"NextToken": str(first + _PAGE)} if first + _PAGE < len(found) else {}
        return JSONResponse(
            {
                "TraceSummaries": [trace.summary() for trace in page],
                "ApproximateTime": time.time(),
                "TracesProcessedCount": len(found),
                **more,
            }
        )

    async def batch(request: Request) -> JSONResponse:
        ids = (await _asked(request)).get("TraceIds") or []
        if len(ids) > 5:  # the API's own limit
            return _refused("At most five trace ids")
        found = [(each, traces.get(each)) for each in ids]
        return JSONResponse(
            {
                "Traces": [trace.full() for _, trace in found if trace is not None],
                "UnprocessedTraceIds": [each for each, trace in found if trace is None],
            }
        )

    async def put(request: Request) -> JSONResponse:
        for text in (await _asked(request)).get("TraceSegmentDocuments") or []:
            for document in documents(text.encode()):
                traces.add(document)
        return JSONResponse({"UnprocessedTraceSegments": []})

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"traces": len(traces)})

    return Starlette(
        routes=[
            Route("/TraceSummaries", summaries, methods=["POST"]),
            Route("/Traces", batch, methods=["POST"]),
            Route("/TraceSegments", put, methods=["POST"]),
            Route("/health", health),
        ]
    )


async def _asked(request: Request) -> dict[str, Any]:
    asked = json.loads(await request.body() or b"{}")
    return asked if isinstance(asked, dict) else {}


def _refused(message: str) -> JSONResponse:
    headers = {"x-amzn-errortype": "InvalidRequestException"}
    return JSONResponse({"Message": message}, status_code=400, headers=headers)
