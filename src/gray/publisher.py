"""One publication from beginning to end: HEAD to the edge.

    sequence -> HEAD -> validate -> preflight -> compile -> ledger -> S3 -> store -> parameter -> event -> ledger

A run may end at any of the arrows, and others may run beside it; what each step relies on is said in
gray.publication, gray.store_writer and gray.ledger. What is invalid is refused, and the edge keeps what it has.
"""

from dataclasses import dataclass, replace

from gray.edge_config import mask
from gray.kill_publisher import announce, publish_kill
from gray.lane_watch import Lanes, check_live, readmit, refresh, switch_apis
from gray.ledger import LedgerMoved
from gray.list_shards import list_shards, possible_values
from gray.means import Means
from gray.publication import CONFIG, FENCE, due, lapsed
from gray.published import Current, Fence
from gray.records import FAILED, PUBLISHED, REFUSED, RUNNING, SKIPPED, SUPERSEDED, Record
from gray.release_target import Compiled, Refused, compile_target
from gray.revision import KILLED, Conflict, Head, NoSuchRevision, Revision
from gray.shard_ledger import Outcome, begin, confirm, content_hash, set_hash
from gray.store_writer import KilledDirectly, Superseded, bring

__all__ = ["Ask", "Publisher", "Run"]

# Changes made by these are not a person's: they do not renew a lease that has lapsed.
AUTOMATIC = ("sync", "watch", "plan")
# Calls to the store between two words of how far a publication is: at some ten calls a second, every second.
TOLD_EVERY = 10


@dataclass(frozen=True)
class Ask:
    """Why a run was started. `person` is who asked for it by hand; `id` names the request, for its record.

    `force` publishes also what is published already; `overrule` also over a newer revision in the store, which
    somebody put there by hand.
    """

    trigger: str
    id: str = ""
    person: str = ""
    reason: str = ""
    force: bool = False
    overrule: bool = False


@dataclass(frozen=True)
class Run:
    """What a run did: its record (None when there was nothing to do), the lanes it withdrew, a lapsed lease."""

    record: Record | None
    why: str = ""
    withdrawn: tuple[str, ...] = ()
    lapsed: bool = False


class Publisher:
    """Brings HEAD to the edge."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def run_if_due(self, ask: Ask, *, check_lanes: bool) -> Run:
        """Publishes when there is a reason to; `check_lanes` asks each live lane for its health first (schedule)."""
        means = self._means
        ledger = means.ledger.read()
        head = means.revisions.head()
        if head is None:
            return Run(None)
        left = Current.parse(ledger.published) if ledger.complete and ledger.published else None
        if head.killed and (left is None or (left.revision, left.state) != (head.revision, head.state)):
            return Run(self.publish(ask), "revision")  # at once: no other service may stand before a kill
        parameters = means.parameters()
        # The ledger has the parameter's text too: what somebody writes into the parameter moves nothing.
        current = left or Current.parse(parameters.current)
        lanes = refresh(means, parameters)
        if check_lanes and head.killed:
            switch_apis(means, lanes, own=False)  # a deployment of the lane may have set it back
        elif check_lanes and current:
            lanes = check_live(means, lanes, list(current.lanes))
        why = due(head, current, ledger, lanes.live, means.now())
        over = lapsed(current, means.now()) and not head.killed
        if over and why != "revision":
            why = ""  # renewing what has lapsed needs a person
        if not why and not ask.force:
            return Run(None, withdrawn=lanes.withdrawn, lapsed=over)
        return Run(self.publish(ask), why, lanes.withdrawn, over)

    def publish(self, ask: Ask) -> Record:
        """Publishes HEAD. The record says how it ended; an AWS error is recorded and raised."""
        means = self._means
        sequence = means.records.next_sequence()
        record = Record(sequence, ask.trigger, RUNNING, started_at=self._millis(), id=ask.id)
        head = means.revisions.head()
        if head is None:
            record = record.closed(SKIPPED, self._millis(), errors=["no revision has been saved yet"])
            means.records.put(record)
            return record
        if head.killed:
            return publish_kill(means, head, record)
        record = replace(record, revision=head.revision, epoch=head.epoch, state=head.state)
        if ask.trigger != "scheduled":
            means.records.put(record)
        try:
            record = self._publish(ask, record, means.revisions.at(head))
        except Refused as refused:
            record = record.closed(REFUSED, self._millis(), errors=refused.problems)
        except NoSuchRevision as missing:
            record = record.closed(REFUSED, self._millis(), errors=[f"HEAD names a revision that is gone: {missing}"])
        except (Superseded, LedgerMoved, Conflict) as newer:
            if self._never_given(newer):
                return self.publish(ask)
            record = record.closed(SUPERSEDED, self._millis(), errors=[str(newer)])
        except KilledDirectly as killed:
            return self._adopt_kill(killed, record)
        except Exception as error:
            means.records.put(record.closed(FAILED, self._millis(), errors=[f"{type(error).__name__}: {error}"]))
            raise
        if not (ask.trigger == "scheduled" and record.status == REFUSED):  # the schedule tries again and again
            means.records.put(record)
        return record

    def _never_given(self, newer: Exception) -> bool:
        """Whether what stopped us has a sequence that this table never gave.

        Somebody wrote it by hand, or the table was restored to an earlier time. It stops nobody again; a newer
        revision in the store still does.
        """
        if not isinstance(newer, Superseded) or newer.by <= self._means.records.last_sequence():
            return False
        self._means.records.raise_sequence(newer.by)
        return True

    # a release

    def _publish(self, ask: Ask, record: Record, revision: Revision) -> Record:
        means = self._means
        parameters = means.parameters()
        current = Current.parse(parameters.current)
        revision = self._in_force(ask, revision, current)
        record = replace(record, revision=revision.number, epoch=revision.epoch, state=revision.state)
        lanes = refresh(means, parameters)
        if current is None or current.state == KILLED:
            switch_apis(means, lanes, own=True)
        fresh = current is None or current.revision != revision.number or bool(ask.person)
        compiled = self._compile(record, revision, lanes, fresh=fresh, overrule=ask.overrule)
        if not ask.force and self._there(compiled, current):
            return record.closed(SKIPPED, self._millis(), digest=compiled.digest)
        return self._write(ask, replace(record, digest=compiled.digest), compiled)

    def _in_force(self, ask: Ask, revision: Revision, current: Current | None) -> Revision:
        """The revision to publish: in a new epoch, and at a person's word, when what is published has lapsed."""
        if current is None or not lapsed(current, self._means.now()) or revision.epoch > current.epoch:
            return revision
        changed = revision.number > current.revision and revision.via not in AUTOMATIC
        who = ask.person or (revision.author if changed else "")
        if not who:
            raise Refused(["the lease has lapsed: everybody is at stable; `grayctl sync` renews it, in a new epoch"])
        reason = ask.reason or f"the lease of revision {current.revision} had lapsed"
        return self._means.revisions.raise_epoch(author=who, reason=reason, via="sync", base=revision.head)

    def _compile(self, record: Record, revision: Revision, lanes: Lanes, *, fresh: bool, overrule: bool) -> Compiled:
        def admit(needed: list[str], wanted: list[str]) -> tuple[Lanes, list[str]]:
            return readmit(self._means, lanes, needed, wanted) if fresh else (lanes, [])

        return compile_target(self._means, revision, sequence=record.sequence, admit=admit)

    def _there(self, compiled: Compiled, current: Current | None) -> bool:
        if current is None or current.digest != compiled.digest or not self._means.ledger.read().complete:
            return False
        return self._means.now() < current.until - current.lease / 2

    def _write(self, ask: Ask, record: Record, compiled: Compiled) -> Record:
        means = self._means
        sets = list_shards(means, compiled.lists)
        target, current = replace(compiled.target, shards=sets.target), compiled.current
        begin(means.ledger, record.sequence, len(target.parts), compiled.lists)
        saved = {**target.keys, CONFIG: mask(target.config), FENCE: str(Fence(record.sequence))}
        if not means.edge_config().write(saved, compiled.stamp, compiled.digest, overrule=ask.overrule):
            there = means.edge_config().saved()
            raise Superseded("a newer publication is in S3 already", there.sequence if there else 0)
        store = means.store()
        brought = bring(
            store,
            target,
            sequence=record.sequence,
            revision=record.revision,
            possible=lambda: possible_values(means, compiled.lists, sets),
            overrule=ask.overrule,
            resumed_since=means.revisions.resumed_since,
            wait=means.wait,
            tell=lambda done, total: self._tell(record, done, total),
        )
        means.current().write(current, overrule=ask.overrule)
        announce(means, record)
        outcome = Outcome(brought.meta, current.text(), content_hash(target.config), set_hash(saved))
        confirm(means.ledger, record.sequence, compiled.lists, outcome, now=int(means.now()))
        return record.closed(PUBLISHED, self._millis(), keys=brought.keys, updates=brought.updates, calls=store.calls)

    def _tell(self, record: Record, done: int, total: int) -> None:
        """How far a long publication is (a big list is over a hundred calls), for those who wait for it."""
        if done % TOLD_EVERY == 0 and done < total:
            self._means.records.put(replace(record, progress=f"{done} of {total} calls"))

    # a kill

    def publish_kill(self, head: Head, ask: Ask) -> Record:
        """Publishes the kill that HEAD names, at once: no release is read."""
        record = Record(self._means.records.next_sequence(), ask.trigger, started_at=self._millis(), id=ask.id)
        return publish_kill(self._means, head, record)

    def _adopt_kill(self, killed: KilledDirectly, record: Record) -> Record:
        """The store was killed directly: HEAD follows, and the kill is published as any other."""
        revision = self._means.revisions.kill(author="direct", reason=str(killed), via="sync", epoch=killed.stamp.epoch)
        return publish_kill(self._means, revision.head, record)

    def _millis(self) -> int:
        return int(self._means.now() * 1000)
