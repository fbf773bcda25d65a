"""Whether traces stayed in one lane, and at which hop one did not. Pure: X-Ray's answers in, findings out.

Every service writes these annotations on its own part of a trace (see `lane`): `gray_lane`, the lane it was asked
for; `gray_served`, its own lane, or `shared`; `gray_fallback`, true where it was declared to stand in for the lane's
own; `gray_environment`, as the environments of an account share its traces. A trace is mixed when it carries two
lanes, or came to a lane that is neither the carried one, nor `shared`, nor a declared fallback. So is one with
`gray_page`: the edge told this API that the viewer's page is in that other lane. A consumer that takes
a batch marks each record by itself: records of several lanes in one batch are several entrances of one invocation and
mix nothing.

X-Ray's summaries list the values of every annotation of a trace, so most traces are judged without being fetched;
only those that cannot be cleared by their summary are. (X-Ray indexes up to 50 annotations a trace: AWS X-Ray
developer guide, "Segment documents"; a trace with more has an incomplete summary, and is then fetched.)
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ENVIRONMENT", "Hop", "Mark", "Mixed", "Report", "cleared_by_summary", "judge", "marks", "report"]

LANE, SERVED, PAGE = "gray_lane", "gray_served", "gray_page"
FALLBACK, ENVIRONMENT = "gray_fallback", "gray_environment"
SHARED = "shared"
_PAGE = "page"
_FUNCTION = "AWS::Lambda::Function"
# A summary with this many annotation values may have left some out.
_INDEXED = 50


@dataclass(frozen=True)
class Mark:
    """What one service wrote about itself. `caller` is the service above it in the trace, empty for the first.

    `silent` are the functions between the caller and this one that marked nothing, in the order of the calls.
    `invocation` is the id of the function's segment it is part of; its own where there is none. `page` is the lane of
    the viewer's page where it is another than the API's, else empty.
    """

    service: str
    lane: str
    served: str
    fallback: bool
    caller: str
    caller_lane: str
    started: float
    invocation: str
    silent: tuple[str, ...] = ()
    page: str = ""

    @property
    def misserved(self) -> bool:
        """Come to a lane that had no business with it."""
        return self.served not in ("", SHARED, self.lane) and not self.fallback


@dataclass(frozen=True)
class Hop:
    """One call at which the lane was lost: who called, who was called, and what happened.

    `silent` are the services in between that took no notice of the lane: the loss is theirs.
    """

    caller: str
    service: str
    what: str
    silent: tuple[str, ...] = ()

    def __str__(self) -> str:
        way = " -> ".join(name for name in (self.caller, *self.silent, self.service) if name)
        blame = f" ({', '.join(self.silent)} marks no lane)" if self.silent else ""
        return f"{way}: {self.what}{blame}"


@dataclass(frozen=True)
class Mixed:
    """A trace that did not stay in one lane. `started` is unix seconds of its first mark."""

    trace_id: str
    lanes: tuple[str, ...]
    started: float
    hops: tuple[Hop, ...]

    @property
    def behind_the_api(self) -> bool:
        """Whether a service lost the lane. Else only the page is in another lane, which is the viewer's word."""
        return any(hop.caller != _PAGE for hop in self.hops)


@dataclass(frozen=True)
class Report:
    """All traces of a window that carried a lane of this environment: of the requests that X-Ray sampled, no others."""

    checked: int
    mixed: tuple[Mixed, ...]

    @property
    def consistent_share(self) -> float:
        """Between 0 and 1; 1 when there was nothing to check."""
        return 1.0 if not self.checked else (self.checked - len(self.mixed)) / self.checked


def report(summaries: Iterable[Mapping[str, Any]], traces: Iterable[Mapping[str, Any]]) -> Report:
    """The report of a window: every summary of it, and the traces that were fetched because no summary cleared them."""
    checked = sum(1 for summary in summaries if _values(summary, LANE))
    mixed = [found for trace in traces if (found := judge(str(trace["Id"]), marks(trace)))]
    return Report(checked, tuple(sorted(mixed, key=lambda one: one.started)))


def cleared_by_summary(summary: Mapping[str, Any]) -> bool:
    """True when a summary alone shows that the trace is consistent, or carries no lane at all."""
    lanes, served = _values(summary, LANE), _values(summary, SERVED)
    if sum(len(values) for values in summary.get("Annotations", {}).values()) >= _INDEXED:
        return False
    return not lanes or (len(lanes) == 1 and served | _values(summary, PAGE) <= lanes | {SHARED})


def judge(trace_id: str, found: Sequence[Mark]) -> Mixed | None:
    """The trace's finding; None when it is consistent."""
    if not found:
        return None
    lanes = tuple(sorted({lane for mark in found for lane in (mark.lane, mark.page) if lane}))
    hops = [hop for mark in found if (hop := _hop(mark))]
    entrances = [mark for mark in found if not mark.caller]
    if not hops and len(lanes) > 1 and len({mark.invocation for mark in entrances}) > 1:
        # Two lanes without a caller between them: two services were entered from outside under one trace id.
        hops = [Hop("", mark.service, f"entered as {mark.lane}") for mark in entrances]
    return Mixed(trace_id, lanes, min(mark.started for mark in found), tuple(hops)) if hops else None


def marks(trace: Mapping[str, Any]) -> list[Mark]:
    """The marks of a trace in the order of their time, each with its nearest marked caller.

    A trace is a list of segment documents; Lambda sends subsegments inside their segment or one by one, so the tree is
    put together again by parent ids.
    """
    nodes = {node["id"]: node for node in _nodes(trace)}
    found = []
    for node in nodes.values():
        annotations = node.get("annotations") or {}
        if LANE not in annotations:
            continue
        above, silent = _marked_above(node, nodes)
        found.append(
            Mark(
                service=_service(node, nodes),
                lane=str(annotations[LANE]),
                served=str(annotations.get(SERVED, "")),
                fallback=annotations.get(FALLBACK) in (True, "true", "True"),
                caller=_service(above, nodes) if above else "",
                caller_lane=str(above["annotations"][LANE]) if above else "",
                started=float(node.get("start_time") or 0),
                invocation=_invocation(node, nodes),
                silent=silent,
                page=str(annotations.get(PAGE, "")),
            )
        )
    return sorted(found, key=lambda mark: mark.started)


def _hop(mark: Mark) -> Hop | None:
    if mark.caller_lane and mark.caller_lane != mark.lane:
        return Hop(mark.caller, mark.service, f"{mark.caller_lane} became {mark.lane}", mark.silent)
    if mark.misserved:
        return Hop(mark.caller, mark.service, f"asked for {mark.lane}, came to {mark.served}")
    if mark.page not in ("", mark.lane):
        return Hop(_PAGE, mark.service, f"page in {mark.page}, API in {mark.lane}")
    return None


def _nodes(trace: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for segment in trace.get("Segments", []):
        document = segment["Document"]
        yield from _with_children(json.loads(document) if isinstance(document, str) else dict(document), None)


def _with_children(node: dict[str, Any], parent: str | None) -> Iterator[dict[str, Any]]:
    if parent is not None:
        node.setdefault("parent_id", parent)
    yield node
    for child in node.get("subsegments") or []:
        yield from _with_children(child, node["id"])


def _marked_above(
    node: Mapping[str, Any], nodes: Mapping[str, dict[str, Any]]
) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The nearest marked node above that is another service's, and the unmarked functions on the way, outermost first.

    Another service's, as one service may mark several of its own nodes.
    """
    mine, silent = _service(node, nodes), list[str]()
    for above in _above(node, nodes):
        name = _service(above, nodes)
        if name != mine and LANE in (above.get("annotations") or {}):
            return above, tuple(name for name in reversed(silent))
        if name != mine and above.get("origin") == _FUNCTION:
            silent.append(name)
    return None, ()


def _service(node: Mapping[str, Any], nodes: Mapping[str, dict[str, Any]]) -> str:
    """The name people know a hop by: Lambda's function, else Powertools' service, else the nearest segment's name."""
    named = ""
    for here in (node, *_above(node, nodes)):
        if here.get("origin") == _FUNCTION:
            return str(here["name"])
        named = named or str((here.get("annotations") or {}).get("Service", ""))
    return named or str(node.get("name", node["id"]))


def _invocation(node: Mapping[str, Any], nodes: Mapping[str, dict[str, Any]]) -> str:
    functions = (here["id"] for here in (node, *_above(node, nodes)) if here.get("origin") == _FUNCTION)
    return str(next(functions, node["id"]))


def _above(node: Mapping[str, Any], nodes: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen = {node["id"]}
    parent = str(node.get("parent_id"))
    while parent in nodes and parent not in seen:
        seen.add(parent)
        yield nodes[parent]
        parent = str(nodes[parent].get("parent_id"))


def _values(summary: Mapping[str, Any], name: str) -> set[str]:
    values = summary.get("Annotations", {}).get(name, [])
    return {str(value.get("AnnotationValue", {}).get("StringValue", "")) for value in values} - {""}
