"""What each sync function does in one invocation, with what it reports."""

from dataclasses import replace
from typing import Any

from gray.history.revision import AlreadyDone
from gray.publish.control_plane import Means
from gray.publish.kill import kill_directly
from gray.publish.publisher import Ask, Publisher, Run
from gray.publish.records.publication_log import FAILED, PUBLISHED, REFUSED, SKIPPED, Record
from gray.publish.repair.cleanup import tidy
from gray.publish.repair.drift import check_drift
from gray.publish.repair.rebuild import rebuild
from sync.by_hand import Request
from sync.ramp import take_step
from sync.services import Services
from sync.telemetry import count, logger

__all__ = ["by_hand", "by_schedule", "by_stream"]

Answer = dict[str, Any]


def by_schedule(services: Services) -> Answer:
    """Reconciles; then, at an edge that is up to date, looks for drift when it is time, tidies up, steps the plan."""
    means = services.means()
    with _failures_counted():
        run = Publisher(means).run_if_due(Ask("scheduled"), check_lanes=True)
        answer = _report(means, run)
        drift = check_drift(means, every=services.settings.drift_seconds)
        if drift:
            count("DriftFound", len(drift))
            logger.error("drift", extra={"drift": [str(found) for found in drift]})
            answer["drift"] = [str(found) for found in drift]
        answer["removed"] = tidy(means)
        answer["plan"] = take_step(services)
    count("SyncSucceeded")
    return answer


def by_stream(services: Services) -> Answer:
    """HEAD has moved: publishes it, unless another run has."""
    means = services.means()
    with _failures_counted():
        answer = _report(means, Publisher(means).run_if_due(Ask("stream"), check_lanes=False))
    count("SyncSucceeded")
    return answer


def by_hand(services: Services, request: Request) -> Answer:
    """Publishes, kills, verifies or rebuilds at a person's (or an alarm's) word."""
    means = services.means()
    ask = Ask("alarm" if request.alarm else "manual", request.id, request.author, request.reason, force=True)
    with _failures_counted():
        match request.action:
            case "kill":
                record = _kill(services, means, request)
            case "verify":
                found = check_drift(means, every=0, repair=False)
                return {"id": request.id, "drift": [str(drift) for drift in found]}
            case "rebuild":
                record = rebuild(means, ask, source=request.source, version=request.version)
            case "publish":
                record = Publisher(means).publish(ask)
        if record and request.invalidate and record.status == PUBLISHED:
            record = _invalidate(services, means, record)
    if record is None:
        return {"id": request.id, "status": "ignored"}
    answer = _report(means, Run(record))
    count("SyncSucceeded")
    return answer


def _kill(services: Services, means: Means, request: Request) -> Record | None:
    try:
        revision = means.revisions.kill(
            author=request.author, reason=request.reason, via="sync", cause=request.cause, why_not=request.why_not
        )
    except AlreadyDone as done:
        logger.info("nothing to do", extra={"why": str(done)})
        return None if request.alarm else _resumed_since(means, request, str(done))
    except Exception:
        # HEAD cannot be written. The viewers come first; the repeated invocation, or the next sync, makes HEAD follow.
        kill_directly(means.store(), wait=means.wait, cause=request.cause)
        raise
    return Publisher(means).publish_kill(revision.head, Ask("kill", request.id, request.author, request.reason))


def _resumed_since(means: Means, request: Request, why: str) -> Record:
    """The record of a kill that HEAD has acted on, and that somebody has ended: whoever waits for it is told so."""
    millis = int(means.now() * 1000)
    record = Record(means.records.next_sequence(), "kill", id=request.id, started_at=millis)
    record = record.closed(SKIPPED, millis, errors=[f"{why}; the release was resumed since"])
    means.records.put(record)
    return record


def _invalidate(services: Services, means: Means, record: Record) -> Record:
    record = replace(record, invalidation=services.invalidate(record.id or str(record.sequence)))
    found = check_drift(means, every=0, repair=False)
    record = replace(record, verified="; ".join(str(drift) for drift in found) or "as published")
    means.records.put(record)
    return record


def _report(means: Means, run: Run) -> Answer:
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
        _say_once(means, record)
    log = logger.error if record.status in (REFUSED, FAILED) else logger.info
    log("publication", extra={"publication": vars(record), "why": run.why})
    return {"status": record.status, "sequence": record.sequence, "revision": record.revision, "errors": record.errors}


def _say_once(means: Means, record: Record) -> None:
    """Tells people why a revision is refused, once for each revision: the schedule tries it again and again."""
    if means.ledger.read().refused == record.revision:
        return
    means.warn(f"Revision {record.revision} refused in {means.environment}", "\n".join(record.errors))
    means.ledger.change(lambda ledger: replace(ledger, refused=record.revision))


class _failures_counted:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception):
            count("PublicationFailed")
            logger.exception("publication failed")
