"""Saved, published, answered: the state of one environment, read and assessed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from gray.history.revision import KILLED
from gray.history.revisions import Head, Revisions
from gray.lanes.lane_table import LaneTable
from gray.lanes.metrics import source_of
from gray.lanes.parameters import Parameters, read_parameters
from gray.lanes.registration import STABLE, LaneOrigin
from gray.lanes.sites import is_lane, site_files
from gray.publish.records.current import Published as Published
from gray.publish.records.publication_log import FAILED, REFUSED, Record
from grayctl.document.edits import Document, share_percent
from grayctl.errors import RefusedError
from grayctl.reading.edge_answer import EdgeAnswer, ask_edge
from grayctl.reading.publications import records_of
from grayctl.reading.release import read_current, revisions_of
from grayctl.stack.target import Target


@dataclass(frozen=True)
class OriginView:
    """One origin of a lane: where it is, which paths go there (none: every path), what keeps viewers from calling it
    directly, whether a kill reaches it, and whether CloudWatch has figures of it."""

    id: str
    kind: str
    address: str
    paths: list[str]
    guard: str
    kill: bool
    figures: bool

    @classmethod
    def of(cls, origin: LaneOrigin) -> "OriginView":
        address = f"{origin.address}/{origin.path}".rstrip("/")
        paths = [prefix for prefix in origin.paths if prefix]
        return cls(origin.id, origin.kind, address, paths, origin.guard, bool(origin.variable), bool(source_of(origin)))


@dataclass(frozen=True)
class LaneView:
    """One lane as an operator sees it. `status` is `stable`, or a gray lane's status in the control plane."""

    lane: str
    status: str
    origins: list[OriginView] = field(default_factory=list)
    registered: bool = False
    published: bool = False
    failures: int = 0
    why: str = ""
    data: str = ""


@dataclass(frozen=True)
class Status:
    """The data of `grayctl status`. Times are unix seconds; in the record, unix milliseconds."""

    environment: str
    stack: str
    site: str
    revision: int
    state: str
    epoch: int
    author: str
    reason: str
    created_at: int
    ramp_percent: float
    rules: list[Document]
    lanes: list[LaneView]
    published: Published | None
    last_publication: Record | None
    edge: EdgeAnswer
    has_plan: bool = False
    findings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return asdict(self)


def read_status(target: Target, debug_header: str | None = None, now: datetime | None = None) -> Status:
    """Read HEAD, Parameter Store, the newest publication record, the lanes and the edge."""
    revisions = revisions_of(target)
    head = revisions.head()
    revision = revisions.at_or_bare(head) if head else None
    document, wrong = _release_at(revisions, head)
    parameters = read_parameters(target.clients.ssm, target.parameter_prefix)
    published = Published.parse(parameters.current)
    records = records_of(target).recent(1)
    record = records[0] if records else None
    edge = ask_edge(target.site, debug_header) if target.site else EdgeAnswer(False, error="no site address")
    lanes = lane_views(parameters, LaneTable(target.clients.dynamodb, target.config_table), published)
    return Status(
        environment=target.environment,
        stack=target.stack,
        site=target.site,
        revision=revision.number if revision else 0,
        state=revision.state if revision else "none",
        epoch=revision.epoch if revision else 0,
        author=revision.author if revision else "",
        reason=revision.reason if revision else "",
        created_at=revision.created_at if revision else 0,
        ramp_percent=share_percent(document),
        rules=document.get("rules") or [],
        lanes=lanes,
        published=published,
        last_publication=record,
        edge=edge,
        has_plan=bool(document.get("plan")),
        findings=[
            *wrong,
            *site_findings(parameters),
            *_uncounted(lanes),
            *judge(revision.number if revision else 0, published, record, edge, now or datetime.now(UTC)),
        ],
    )


def _release_at(revisions: Revisions, head: Head | None) -> tuple[Document, list[str]]:
    """The release in force, empty if unreadable; the problems of the release or HEAD, and how to fix them."""
    if head is None:
        return {}, []
    wrong = [f"{what}; the newest revisions are used instead until the next change" for what in head.broken]
    try:
        return read_current(revisions).document, wrong
    except RefusedError as error:
        return {}, [*wrong, f"{error}. {error.remedy}"]


def site_findings(parameters: Parameters) -> list[str]:
    """Which lanes' sites count as none at the edge."""
    without_room = site_files(parameters.sites)[1]
    again = "upload it again: grayctl site upload --lane"
    return [
        *(f"the registration of {lane}'s site is unreadable: {again} {lane}" for lane in parameters.unreadable_sites),
        *(f"{lane}'s site has too many endings and shared paths: {again} {lane}" for lane in without_room),
    ]


def judge(
    revision: int, published: Published | None, record: Record | None, edge: EdgeAnswer, now: datetime
) -> list[str]:
    """What an operator should know, in sentences; empty if all is well."""
    findings = []
    if revision and published is None:
        findings.append("nothing is published yet: everybody gets stable")
    if published and published.revision < revision:
        findings.append(f"revision {revision} is saved, revision {published.revision} is published")
    if published and published.state != KILLED and published.until and published.until < now.timestamp():
        findings.append("the lease has expired: the edge sends everybody to stable; publish again: `grayctl sync`")
    if record and record.status in (FAILED, REFUSED):
        why = "; ".join(record.errors) or "no reason recorded"
        findings.append(f"the last publication (sequence {record.sequence}) {record.status}: {why}")
    if not edge.reachable:
        findings.append(f"the site does not answer: {edge.error}")
    elif edge.status >= 400:
        findings.append(f"the site answers {edge.status}")
    elif published and edge.revision is not None and edge.revision < published.revision:
        findings.append(f"the nearest edge location still uses revision {edge.revision}")
    return findings


def _uncounted(lanes: Sequence[LaneView]) -> list[str]:
    """The lanes that the watch cannot judge."""
    return [
        f"origin {origin.id} of {lane.lane} has no figures: the watch does not judge "
        + ("any gray lane" if lane.lane == STABLE else lane.lane)
        for lane in lanes
        for origin in lane.origins
        if not origin.figures
    ]


def lane_views(parameters: Parameters, table: LaneTable, published: Published | None) -> list[LaneView]:
    """Every registered or known lane, stable first."""
    known = table.all()
    views = []
    # A parameter beside the lanes' is none of a lane; its name is not one either.
    unreadable = {name: why for name, why in parameters.unreadable.items() if is_lane(name)}
    for name in sorted({STABLE, *parameters.registrations, *unreadable, *known}, key=lambda lane: int(lane[1:])):
        registration, lane = parameters.registrations.get(name), known.get(name)
        origins = registration.origins if registration else lane.origins if lane else ()
        views.append(
            LaneView(
                lane=name,
                status="stable" if name == STABLE else lane.status if lane else "waiting for adoption",
                origins=[OriginView.of(origin) for origin in origins],
                registered=registration is not None,
                published=bool(published and name in published.lanes),
                failures=lane.failures if lane else 0,
                why=unreadable.get(name) or (lane.why if lane else ""),
                data=registration.data if registration else "",
            )
        )
    return views
