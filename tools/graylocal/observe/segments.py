"""Traces built from the segments of functions and the emulator, in the form of the X-Ray API."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

type Document = dict[str, Any]

_KEPT = 20_000  # traces; drops the oldest


def documents(packet: bytes) -> Iterator[Document]:
    """The segment of one UDP packet: a header line, then the document (X-Ray developer guide, "Sending segments")."""
    _, newline, body = packet.partition(b"\n")
    try:
        document = json.loads(body if newline else packet)
    except ValueError:
        return
    if isinstance(document, dict) and document.get("trace_id") and document.get("id"):
        yield document


def nested(document: Document) -> Iterator[Document]:
    """A document and all subsegments in it."""
    yield document
    for child in document.get("subsegments") or []:
        yield from nested(child)


@dataclass
class Trace:
    """All segments of one trace id, in order of arrival; a repeated segment replaces the earlier one."""

    id: str
    segments: dict[str, Document] = field(default_factory=dict)

    def everything(self) -> Iterator[Document]:
        """Every segment and subsegment."""
        for segment in self.segments.values():
            yield from nested(segment)

    @property
    def start(self) -> float:
        """Epoch seconds of the first segment's start."""
        return min(float(each["start_time"]) for each in self.everything() if "start_time" in each)

    @property
    def end(self) -> float:
        """Epoch seconds of the last segment's end."""
        return max(
            float(each.get("end_time") or each["start_time"]) for each in self.everything() if "start_time" in each
        )

    def annotations(self) -> dict[str, list[Any]]:
        """Each annotation's distinct values."""
        found: dict[str, list[Any]] = {}
        for document in self.everything():
            for name, value in (document.get("annotations") or {}).items():
                values = found.setdefault(name, [])
                if value not in values:
                    values.append(value)
        return found

    def services(self) -> list[tuple[str, str]]:
        """Name and kind of each service that sent a segment."""
        found = {(each["name"], each.get("origin") or "") for each in self.segments.values() if each.get("origin")}
        return sorted(found)

    def flag(self, name: str) -> bool:
        """Whether any part has `fault`, `error` or `throttle` set."""
        return any(document.get(name) for document in self.everything())

    def http(self) -> Mapping[str, Any]:
        """The HTTP part of the first segment that has one."""
        return next((each["http"] for each in self.segments.values() if each.get("http")), {})

    def summary(self) -> Document:
        """The form of GetTraceSummaries."""
        request, response = self.http().get("request") or {}, self.http().get("response") or {}
        http = {
            "HttpURL": request.get("url"),
            "HttpMethod": request.get("method"),
            "HttpStatus": response.get("status"),
        }
        duration = round(self.end - self.start, 6)
        return {
            "Id": self.id,
            "StartTime": self.start,
            "Duration": duration,
            "ResponseTime": duration,
            "HasFault": self.flag("fault"),
            "HasError": self.flag("error"),
            "HasThrottle": self.flag("throttle"),
            "IsPartial": any(each.get("in_progress") for each in self.segments.values()),
            "Http": {name: value for name, value in http.items() if value is not None},
            "Annotations": {
                name: [{"AnnotationValue": _annotation(value)} for value in values]
                for name, values in self.annotations().items()
            },
            "ServiceIds": [{"Name": name, "Names": [name], "Type": kind} for name, kind in self.services()],
            "Revision": len(self.segments),
        }

    def full(self) -> Document:
        """The form of BatchGetTraces."""
        segments = [{"Id": name, "Document": json.dumps(document)} for name, document in self.segments.items()]
        return {
            "Id": self.id,
            "Duration": round(self.end - self.start, 6),
            "LimitExceeded": False,
            "Segments": segments,
        }


def _annotation(value: object) -> Document:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    if isinstance(value, (int, float)):
        return {"NumberValue": value}
    return {"StringValue": str(value)}


class Traces:
    """The last 20,000 traces."""

    def __init__(self) -> None:
        self._traces: OrderedDict[str, Trace] = OrderedDict()

    def __len__(self) -> int:
        return len(self._traces)

    def add(self, document: Document) -> None:
        """Add one segment."""
        trace_id = str(document["trace_id"])
        trace = self._traces.setdefault(trace_id, Trace(trace_id))
        trace.segments[str(document["id"])] = document
        while len(self._traces) > _KEPT:
            self._traces.popitem(last=False)

    def get(self, trace_id: str) -> Trace | None:
        """One trace, or None."""
        return self._traces.get(trace_id)

    def between(self, start: float, end: float) -> list[Trace]:
        """The traces that started within these epoch seconds, oldest first."""
        timed = [trace for trace in self._traces.values() if any("start_time" in each for each in trace.everything())]
        return sorted((trace for trace in timed if start <= trace.start <= end), key=lambda trace: trace.start)
