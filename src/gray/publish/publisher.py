"""One publication from beginning to end: HEAD to the edge.

    sequence -> HEAD -> validate -> preflight -> compile -> write (gray.publish.write)

A run may be interrupted at any arrow, and others may run beside it. What each step relies on is described in
gray.publish.store.write_plan, gray.publish.store.writer and gray.publish.records.ledger. What is invalid is refused,
and the edge keeps what it has, without the lanes that have gone (gray.publish.stand_by).
"""

from dataclasses import dataclass, replace

from gray.edge.config import files_text
from gray.history.revision import KILLED, Conflict, Head, NoSuchRevision, Revision
from gray.publish.control_plane import ControlPlane
from gray.publish.due import due, lapsed
from gray.publish.kill_publisher import follow_kill, publish_kill
from gray.publish.lane_watch import FoundLanes, check_live, refresh, switch_apis
from gray.publish.list_shards import list_shards, possible_values
from gray.publish.prepare import Prepared, Refused, compile_target, files_of
from gray.publish.records.current import Published
from gray.publish.records.ledger import Ledger, LedgerMoved
from gray.publish.records.publication_log import FAILED, REFUSED, RUNNING, SKIPPED, SUPERSEDED, Record
from gray.publish.stand_by import stand_by
from gray.publish.store.writer import StillKilled, Superseded
from gray.publish.write import Ready, write_publication

__all__ = ["PublishRequest", "PublishResult", "Publisher"]

# Changes made by these are not a person's: they do not renew a lease that has lapsed.
AUTOMATIC = ("sync", "watch", "plan")
# No run lives longer: Lambda's limit is 15 minutes.
RUN_SECONDS = 1200


@dataclass(frozen=True)
class PublishRequest:
    """Why a run was started. `person` is who asked for it by hand; `id` names the request, for its record.

    `force` publishes again what is published already; `repair` also reverts what somebody changed by hand.
    """

    trigger: str
    id: str = ""
    person: str = ""
    reason: str = ""
    force: bool = False
    repair: bool = False


@dataclass(frozen=True)
class PublishResult:
    """What a run did: its record (None when there was nothing to do), the lanes it withdrew, a lapsed lease."""

    record: Record | None
    why: str = ""
    withdrawn: tuple[str, ...] = ()
    lapsed: bool = False


class Publisher:
    """Brings HEAD to the edge."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def run_if_due(self, request: PublishRequest, *, check_lanes: bool) -> PublishResult:
        """Publishes when there is a reason to; `check_lanes` asks each live lane for its health first (schedule)."""
        plane = self._plane
        ledger = plane.records.ledger.read()
        head = plane.history.revisions.head()
        if head is None:
            return PublishResult(None)
        left = Published.parse(ledger.published) if ledger.complete and ledger.published else None
        if head.killed and (left is None or (left.revision, left.state) != (head.revision, head.state)):
            return PublishResult(
                self.publish(request, ledger), "revision"
            )  # at once: no other service may stand before a kill
        parameters = plane.parameters()
        # The ledger has the parameter's text too, so an edit of the parameter by hand changes nothing.
        current = left or self._of_here(Published.parse(parameters.current), ledger)
        lanes = refresh(plane.lanes, plane.notices, parameters, plane.clock.now())
        if check_lanes and left:
            self._follow(left, ledger, lanes, Published.parse(parameters.current))
        if check_lanes and current and not head.killed:
            lanes = check_live(plane.lanes, plane.notices, lanes, list(current.lanes))
        why = due(head, current, ledger, lanes.live, files_text(files_of(parameters, current)), plane.clock.now())
        over = lapsed(current, plane.clock.now()) and not head.killed
        if over and why != "revision":
            why = ""  # renewing what has lapsed needs a person
        if not why and not request.force:
            return PublishResult(None, withdrawn=lanes.withdrawn, lapsed=over)
        return PublishResult(self.publish(request, ledger), why, lanes.withdrawn, over)

    def _follow(self, left: Published, ledger: Ledger, lanes: FoundLanes, parameter: Published | None) -> None:
        """Brings the parameter and the lanes' APIs in line with the last publication, whichever run left them behind.

        A parameter that no publication wrote is drift, which an hourly check reports.
        """
        plane = self._plane
        if parameter and parameter.order < left.order:
            plane.edge.current().write(left)
        if left.state == KILLED:
            switch_apis(plane.lanes, lanes, own=False)  # a deployment of the lane may have set it back
        elif ledger.switched_at:
            switch_apis(plane.lanes, lanes, own=True)
            if ledger.switched_at + RUN_SECONDS <= plane.clock.now():
                plane.records.ledger.change(
                    lambda kept: replace(kept, switched_at=0) if kept.switched_at == ledger.switched_at else kept
                )

    def publish(self, request: PublishRequest, ledger: Ledger | None = None) -> Record:
        """Publishes HEAD. The record says how it ended; an AWS error is recorded and raised.

        `ledger` is what the run has read of it, if it has.
        """
        plane = self._plane
        sequence = plane.records.log.next_sequence()
        record = Record(sequence, request.trigger, RUNNING, started_at=plane.clock.millis(), id=request.id)
        head = plane.history.revisions.head()
        if head is None:
            record = record.closed(SKIPPED, plane.clock.millis(), errors=["no revision has been saved yet"])
            plane.records.log.put(record)
            return record
        if head.killed:
            return publish_kill(plane, head, record)
        record = replace(record, revision=head.revision, epoch=head.epoch, state=head.state)
        if request.trigger != "scheduled":
            plane.records.log.put(record)
        try:
            record = self._published(request, record, head, ledger or plane.records.ledger.read())
        except (Superseded, LedgerMoved, Conflict) as newer:
            if self._never_given(newer):
                return self.publish(request)
            record = record.closed(SUPERSEDED, plane.clock.millis(), errors=[str(newer)])
        except StillKilled as killed:
            return follow_kill(plane, killed, record)
        except Exception as error:
            plane.records.log.put(
                record.closed(FAILED, plane.clock.millis(), errors=[f"{type(error).__name__}: {error}"])
            )
            raise
        if not (request.trigger == "scheduled" and record.status == REFUSED):  # the schedule tries again and again
            plane.records.log.put(record)
        return record

    def _never_given(self, newer: Exception) -> bool:
        """Whether what stopped us has a sequence that this table never gave.

        Somebody wrote it by hand, or the table was restored to an earlier time. It stops no later run; a newer
        revision in the store still does.
        """
        if not isinstance(newer, Superseded) or newer.by <= self._plane.records.log.last_sequence():
            return False
        self._plane.records.log.raise_sequence(newer.by)
        return True

    # a release

    def _published(self, request: PublishRequest, record: Record, head: Head, ledger: Ledger) -> Record:
        """Publishes HEAD; while HEAD is refused, what is published already stays."""
        plane = self._plane
        parameters = plane.parameters()
        parameter = Published.parse(parameters.current)
        current = self._of_here(parameter, ledger)
        if parameter and not current and parameter.sequence >= record.sequence:
            # else the parameter would keep the higher number, and with it what it says, a kill for example
            raise Superseded("the parameter is of an environment of this name that is gone", parameter.sequence)
        lanes = refresh(plane.lanes, plane.notices, parameters, plane.clock.now())
        # Before the health checks: until then stable's function answers there.
        switched = current is None or current.state == KILLED or ledger.switched_at > 0
        if switched:
            switch_apis(plane.lanes, lanes, own=True)
        try:
            revision = self._in_force(request, plane.history.revisions.at(head), current)
            record = replace(record, revision=revision.number, epoch=revision.epoch, state=revision.state)
            fresh = current is None or current.revision != revision.number or bool(request.person)
            files = files_of(parameters, current)
            compiled = compile_target(plane, revision, lanes, files=files, sequence=record.sequence, fresh=fresh)
            sets = list_shards(plane, compiled.lists)
        except (Refused, NoSuchRevision) as refused:
            if switched and current and current.state == KILLED:
                switch_apis(plane.lanes, lanes, own=False)
            stand_by(plane, lanes, current, trigger=request.trigger, repair=request.repair)
            return record.closed(REFUSED, plane.clock.millis(), errors=_problems(refused))
        record = replace(record, digest=compiled.digest)
        if not request.force and self._there(compiled, current):
            return record.closed(SKIPPED, plane.clock.millis())
        ready = Ready(
            replace(compiled.target, shards=sets.target),
            compiled.current,
            compiled.digest,
            lambda: possible_values(plane, compiled.lists, sets),
            compiled.lists,
        )
        return write_publication(plane, record, ready, repair=request.repair)

    def _of_here(self, parameter: Published | None, ledger: Ledger) -> Published | None:
        """What the parameter says, unless an environment of the same name that is gone has left it behind.

        That is so where nothing has been written yet: neither by this table's ledger, nor into the store. A table that
        has lost its ledger has a store with something in it.
        """
        if parameter and not ledger.intent and not self._plane.edge.store().describe().items:
            return None
        return parameter

    def _in_force(self, request: PublishRequest, revision: Revision, current: Published | None) -> Revision:
        """The revision to publish. After a lapsed lease that takes a person's request, and a new epoch."""
        if current is None or not lapsed(current, self._plane.clock.now()) or revision.epoch > current.epoch:
            return revision
        changed = revision.number > current.revision and revision.via not in AUTOMATIC
        who = request.person or (revision.author if changed else "")
        if not who:
            raise Refused(["the lease has lapsed and everybody is at stable; `grayctl sync` renews it in a new epoch"])
        reason = request.reason or f"the lease of revision {current.revision} had lapsed"
        return self._plane.history.revisions.raise_epoch(author=who, reason=reason, via="sync", base=revision.head)

    def _there(self, compiled: Prepared, current: Published | None) -> bool:
        if current is None or current.digest != compiled.digest or not self._plane.records.ledger.read().complete:
            return False
        return self._plane.clock.now() < current.until - current.lease / 2


def _problems(refused: Refused | NoSuchRevision) -> list[str]:
    if isinstance(refused, Refused):
        return refused.problems
    return [f"HEAD names a revision that is gone: {refused}"]
