"""What each sync function does in one invocation, with what it reports."""

from dataclasses import replace
from typing import Any

from gray.history.revision import AlreadyDone
from gray.publish.control_plane import ControlPlane
from gray.publish.kill import kill_directly
from gray.publish.kill_publisher import publish_kill
from gray.publish.publisher import Publisher, PublishRequest, PublishResult
from gray.publish.records.publication_log import FAILED, PUBLISHED, REFUSED, SKIPPED, Record
from gray.publish.repair.cleanup import clean_up
from gray.publish.repair.drift import check_drift
from gray.publish.repair.rebuild import rebuild
from sync.ramp import take_step
from sync.requests import Request
from sync.services import Services
from sync.telemetry import count, logger

__all__ = ["by_hand", "by_schedule", "by_stream"]

Answer = dict[str, Any]


def by_schedule(services: Services) -> Answer:
    """Reconciles; then, at an edge that is up to date, looks for drift when it is time, tidies up, steps the plan."""
    plane = services.control_plane()
    with _failures_counted():
        run = Publisher(plane).run_if_due(PublishRequest("scheduled"), check_lanes=True)
        answer = _report(plane, run)
        drift = check_drift(plane, every=services.settings.drift_seconds)
        if drift:
            count("DriftFound", len(drift))
            logger.error("drift", extra={"drift": [str(found) for found in drift]})
            answer["drift"] = [str(found) for found in drift]
        answer["removed"] = clean_up(plane)
        answer["plan"] = take_step(services)
    count("SyncSucceeded")
    return answer


def by_stream(services: Services) -> Answer:
    """HEAD has moved: publishes it, unless another run has."""
    plane = services.control_plane()
    with _failures_counted():
        answer = _report(plane, Publisher(plane).run_if_due(PublishRequest("stream"), check_lanes=False))
    count("SyncSucceeded")
    return answer


def by_hand(services: Services, request: Request) -> Answer:
    """Publishes, kills, verifies or rebuilds at the request of a person or an alarm."""
    plane = services.control_plane()
    wanted = PublishRequest(
        "alarm" if request.alarm else "manual", request.id, request.author, request.reason, force=True
    )
    with _failures_counted():
        match request.action:
            case "kill":
                record = _kill(services, plane, request)
            case "verify":
                found = check_drift(plane, every=0, repair=False)
                return {"id": request.id, "drift": [str(drift) for drift in found]}
            case "rebuild":
                record = rebuild(plane, wanted, source=request.source, version=request.version)
            case "publish":
                record = Publisher(plane).publish(wanted)
        if record and request.invalidate and record.status == PUBLISHED:
            record = _invalidate(services, plane, record)
    if record is None:
        return {"id": request.id, "status": "ignored"}
    answer = _report(plane, PublishResult(record))
    count("SyncSucceeded")
    return answer


def _kill(services: Services, plane: ControlPlane, request: Request) -> Record | None:
    try:
        revision = plane.history.revisions.kill(
            author=request.author, reason=request.reason, via="sync", cause=request.cause, why_not=request.why_not
        )
    except AlreadyDone as done:
        logger.info("nothing to do", extra={"why": str(done)})
        return None if request.alarm else _resumed_since(plane, request, str(done))
    except Exception:
        # HEAD cannot be written. The viewers come first; the repeated invocation, or the next sync, makes HEAD follow.
        kill_directly(plane.edge.store(), wait=plane.clock.wait, cause=request.cause)
        raise
    record = Record(plane.records.log.next_sequence(), "kill", started_at=plane.clock.millis(), id=request.id)
    return publish_kill(plane, revision.head, record)


def _resumed_since(plane: ControlPlane, request: Request, why: str) -> Record:
    """The record of a kill that HEAD acted on and somebody has ended, for whoever waits for it."""
    millis = plane.clock.millis()
    record = Record(plane.records.log.next_sequence(), "kill", id=request.id, started_at=millis)
    record = record.closed(SKIPPED, millis, errors=[f"{why}; the release was resumed since"])
    plane.records.log.put(record)
    return record


def _invalidate(services: Services, plane: ControlPlane, record: Record) -> Record:
    record = replace(record, invalidation=services.invalidate(record.id or str(record.sequence)))
    found = check_drift(plane, every=0, repair=False)
    record = replace(record, verified="; ".join(str(drift) for drift in found) or "as published")
    plane.records.log.put(record)
    return record


def _report(plane: ControlPlane, run: PublishResult) -> Answer:
    for lane in run.withdrawn:
        count("LaneWithdrawn")
        logger.error("lane withdrawn", extra={"lane": lane})
    if run.lapsed:
        count("LeaseLapsed")
    record = run.record
    if record is None:
        return {"status": "idle"}
    if record.status == PUBLISHED:
        count("Publications")
    if record.status == REFUSED:
        count("ValidationFailed")
        _say_once(plane, record)
    log = logger.error if record.status in (REFUSED, FAILED) else logger.info
    log("publication", extra={"publication": vars(record), "why": run.why})
    return {"status": record.status, "sequence": record.sequence, "revision": record.revision, "errors": record.errors}


def _say_once(plane: ControlPlane, record: Record) -> None:
    """Tells people why a revision is refused, once for each revision: the schedule tries it again and again."""
    if plane.records.ledger.read().refused == record.revision:
        return
    plane.notices.warn(f"Revision {record.revision} refused in {plane.notices.environment}", "\n".join(record.errors))
    plane.records.ledger.change(lambda ledger: replace(ledger, refused=record.revision))


class _failures_counted:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception):
            count("PublicationFailed")
            logger.exception("publication failed")
