"""Revisions of a release: immutable items, and a HEAD that moves by conditional write.

One DynamoDB transaction writes a revision and moves HEAD, so neither is ever seen without the other, the numbers
have no hole, and of two operators one wins and the other gets a `Conflict` with what the winner wrote.

The document inside a revision stays the text it was written as. Whether a release is in force is the *revision's*
state: a kill keeps the document and sets the state, so it needs no valid document.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from random import SystemRandom
from typing import TYPE_CHECKING

from gray.dynamodb_values import to_item
from gray.history.revision import (
    ACTIVE,
    FINISHED,
    KILLED,
    PAUSED,
    AlreadyDone,
    Conflict,
    Head,
    NoSuchRevision,
    NotPossible,
    Revision,
    RevisionError,
    cause_item,
    check_restate,
    text_of,
    transaction,
)
from gray.history.revision_history import RevisionHistory
from gray.release.annotation import AUTHOR_LIMIT, REASON_LIMIT, storable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gray.release.document import Release

__all__ = ["AlreadyDone", "Conflict", "Head", "NoSuchRevision", "NotPossible", "Revision", "RevisionError", "Revisions"]

# A kill retries through this many lost races. Each lost race is another operator's finished write.
KILL_ATTEMPTS = 40
_random = SystemRandom()


class Revisions(RevisionHistory):
    """The revisions and HEAD of one environment, in its config table."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        now: Callable[[], float] = time.time,
        wait: Callable[[float], None] = time.sleep,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        super().__init__(client, table)
        self._now = now
        self._wait = wait
        self._new_id = new_id

    def save(
        self,
        release: "Release",
        *,
        author: str,
        reason: str,
        via: str,
        base: Head | None,
        ids_only_added: Mapping[str, bool] | None = None,
    ) -> Revision:
        """Saves `release` as the next revision and moves HEAD from `base` to it.

        A killed environment stays killed whatever the document's state says; only `resume` brings it back.
        `ids_only_added` says of each list whose digest changed whether ids were only added (else the epoch rises).
        Raises Conflict when HEAD is no longer `base`.
        """
        document = text_of(release)
        state = KILLED if base and base.killed else str(release.state)
        epoch = 1 if base is None else base.epoch + self._rises(base, release, ids_only_added or {})
        return self._write(base, epoch, state, document, author=author, reason=reason, via=via)

    def kill(
        self,
        *,
        author: str,
        reason: str,
        via: str,
        cause: str = "",
        epoch: int = 0,
        why_not: Callable[[Head | None], str] = lambda base: "",
    ) -> Revision:
        """Makes HEAD killed, through conflicts, with any document or none; returns the killed revision.

        Already killed: returns the revision that is. `cause` names one event (a request, a direct kill, an alarm's
        change of state): acted on once, AlreadyDone ever after, also when HEAD was killed already. `epoch` is a floor,
        for a store that was killed directly. `why_not` judges each HEAD that the kill would replace; the reason it
        returns is raised as AlreadyDone.
        """
        for attempt in range(KILL_ATTEMPTS):
            base = self.head()
            if base and base.killed and not base.broken:
                self._use_up(cause, base)
                return self.at_or_bare(base)
            if refused := why_not(base):
                raise AlreadyDone(refused)
            document = self.at_or_bare(base).document if base else ""
            next_epoch = max((base.epoch if base else 0) + 1, epoch)
            try:
                return self._write(
                    base, next_epoch, KILLED, document, author=author, reason=reason, via=via, cause=cause
                )
            except Conflict:
                self._wait(_random.uniform(0, min(0.02 * 2**attempt, 0.5)))
        raise Conflict(self.current())

    def resume(self, *, author: str, reason: str, via: str, base: Head | None) -> Revision:
        """Active again. After a kill or a finish the epoch rises; the salt stays, so the same people come back."""
        current = self._based_on(base)
        check_restate(current, ACTIVE)
        epoch = current.epoch if current.state == PAUSED else current.epoch + 1
        return self._restate(current, base, ACTIVE, epoch, author=author, reason=reason, via=via)

    def pause(self, *, author: str, reason: str, via: str, base: Head | None) -> Revision:
        """Paused: no plan steps. Who is where stays, so the epoch stays."""
        current = self._based_on(base)
        check_restate(current, PAUSED)
        return self._restate(current, base, PAUSED, current.epoch, author=author, reason=reason, via=via)

    def finish(self, *, author: str, reason: str, via: str, base: Head | None) -> Revision:
        """Finished: everybody to stable, for good. The caller has checked that stable runs the released build."""
        current = self._based_on(base)
        check_restate(current, FINISHED)
        return self._restate(current, base, FINISHED, current.epoch + 1, author=author, reason=reason, via=via)

    def undo(self, *, author: str, reason: str, via: str, base: Head | None, to: int | None = None) -> Revision:
        """A new revision with an older one's document and state, as `undone` says."""
        current = self._based_on(base)
        older = self.undone(current, to)
        return self._write(base, current.epoch + 1, older.state, older.document, author=author, reason=reason, via=via)

    def undone(self, current: Revision, to: int | None = None) -> Revision:
        """What an undo of `current` goes back to: `to`, else the newest revision whose document differs.

        Never un-kills, and never kills: an older revision that was killed gives its document only.
        """
        older = self.get(to) if to is not None else self._newest_other(current)
        return replace(older, state=current.state) if KILLED in (current.state, older.state) else older

    def raise_epoch(self, *, author: str, reason: str, via: str, base: Head) -> Revision:
        """The same release in a new epoch: grants given before are no longer valid."""
        current = self._based_on(base)
        return self._restate(current, base, current.state, current.epoch + 1, author=author, reason=reason, via=via)

    def renumber(
        self,
        *,
        above_revision: int,
        epoch: int,
        author: str,
        reason: str,
        via: str,
        base: Head,
        killed: bool = False,
    ) -> Revision:
        """HEAD's release again, above a revision number and at an epoch that the store has seen already.

        For a table restored to an earlier time: the numbers in between were used by the lost revisions. `killed` when
        the last of them was a kill.
        """
        current = self._based_on(base)
        number = max(above_revision, current.number) + 1
        return self._write(
            base,
            max(epoch, current.epoch),
            KILLED if killed else current.state,
            current.document,
            author=author,
            reason=reason,
            via=via,
            number=number,
        )

    # inside

    def _based_on(self, base: Head | None) -> Revision:
        if base is None:
            raise NotPossible("no release has been saved yet")
        return self.at_or_bare(base)

    def _newest_other(self, current: Revision) -> Revision:
        before: int | None = current.number
        while before is not None:
            page = self.history(25, before=before)
            for revision in page:
                if revision.document and revision.document != current.document:
                    return revision
            before = page[-1].number if page else None
        raise NotPossible("there is no earlier release to go back to")

    def _rises(self, base: Head, after: "Release", ids_only_added: Mapping[str, bool]) -> int:
        from gray.release.epoch import raises_epoch

        try:
            before = self.get(base.revision).release()
        except (ValueError, NoSuchRevision):
            return 1  # nothing can be proved about a document that cannot be read
        return int(raises_epoch(before, after, ids_only_added))

    def _restate(
        self, current: Revision, base: Head | None, state: str, epoch: int, *, author: str, reason: str, via: str
    ) -> Revision:
        return self._write(base, epoch, state, current.document, author=author, reason=reason, via=via)

    def _write(
        self,
        base: Head | None,
        epoch: int,
        state: str,
        document: str,
        *,
        author: str,
        reason: str,
        via: str,
        cause: str = "",
        number: int | None = None,
    ) -> Revision:
        parent = base.revision if base else 0
        revision = Revision(
            number=number if number is not None else parent + 1,
            epoch=epoch,
            state=state,
            document=document,
            author=storable(author, AUTHOR_LIMIT),
            reason=storable(reason, REASON_LIMIT),
            via=via,
            created_at=int(self._now()),
            parent=parent,
            id=self._new_id(),
            cause=cause,
        )
        try:
            self._client.transact_write_items(TransactItems=transaction(self._table, revision, base))
        except self._client.exceptions.TransactionCanceledException as error:
            if number is None and _reasons(error)[:2] == ["ConditionalCheckFailed", "None"]:
                # HEAD has not moved but is behind: somebody set it back by hand, and its next number is taken.
                above = self.history(1)[0].number + 1
                return self._write(
                    base, epoch, state, document, author=author, reason=reason, via=via, cause=cause, number=above
                )
            return self._explain(error, revision)
        except self._client.exceptions.TransactionInProgressException:
            raise Conflict(self.current()) from None
        return revision

    def _use_up(self, cause: str, head: Head) -> None:
        """Records the cause that a killed HEAD answers. If that fails the kill continues: twice is the safe mistake."""
        if not cause:
            return
        from botocore.exceptions import BotoCoreError, ClientError  # a kill's start imports neither

        with suppress(ClientError, BotoCoreError):
            self._client.put_item(
                TableName=self._table,
                Item=to_item(cause_item(cause, head.revision)),
                ConditionExpression="attribute_not_exists(pk)",
            )

    def _explain(self, error: Exception, mine: Revision) -> Revision:
        """A cancelled transaction: mine after all (a lost answer), done before, or theirs."""
        reasons = _reasons(error)
        if not any(r in ("ConditionalCheckFailed", "TransactionConflict") for r in reasons):
            raise error
        theirs = self._at_head()
        if theirs and theirs.id == mine.id:
            return theirs
        if len(reasons) > 2 and reasons[2] == "ConditionalCheckFailed":
            raise AlreadyDone(f"{mine.cause} has been acted on before") from error
        raise Conflict(theirs) from error

    def _at_head(self) -> Revision | None:
        head = self.head()
        return self.at_or_bare(head) if head else None


def _reasons(error: Exception) -> list[str]:
    """Why each write of a cancelled transaction was refused; `None` where it was not."""
    return [str(reason.get("Code")) for reason in getattr(error, "response", {}).get("CancellationReasons", [])]
