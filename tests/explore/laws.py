"""What must hold after each write, and of HEAD's history; what must hold in the end is in `rest`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tests.explore.calls import kind_of

from gray.edge.config import Fence, Stamp, stamped
from gray.history.revision import KILLED, Revision

# Said here once more: the code's own constant is under test.
GRACE_SECONDS = 600

__all__ = ["LAWS", "HeadWatch", "StoreWatch", "Violation"]

LAWS = {
    "whole": "every location answers from one whole publication, or stable in doubt",
    "doubt": "the edge never answers with an error",
    "complete": "a location that has everything lacks nothing",
    "killed": "what is killed stays killed, until somebody resumes after that kill, in a higher epoch",
    "epoch": "the epoch at the edge never goes back",
    "fence": "the fence never goes back",
    "early": "what locations may still ask is not removed within ten minutes",
    "older": "no older revision comes over a newer one, in the store, in S3",
    "lost": "no revision is lost",
    "resume": "nobody un-kills but `resume`",
    "once": "the cause of a kill, an alarm's or a person's, acts once; never again after a resume",
    "late": "the next scheduled runs complete what was left",
    "rest": "scheduled runs and the hourly check bring everything to HEAD, or keep what was published, without lanes "
    "that are gone",
    "runs": "a scheduled run that nobody disturbs does not fail",
}


class Violation(NamedTuple):
    """A law broken, and how."""

    law: str
    how: str

    def __str__(self) -> str:
        return f"{self.law}: {self.how}"


def unkills(history: Sequence[Revision]) -> Iterator[tuple[Revision, Revision]]:
    """The revisions that are not killed where the one before is, each after that one."""
    by_number = {one.number: one for one in history}
    for one in history:
        before = by_number.get(one.parent)
        if before and before.state == KILLED != one.state:
            yield before, one


@dataclass
class StoreWatch:
    """Watches one store: each write, what it was killed by last, and until when a key was asked."""

    kill: Stamp | None = None
    resumed_before: frozenset[int] = field(default_factory=frozenset)
    asked: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begin(cls, items: Mapping[str, str], history: Sequence[Revision]) -> "StoreWatch":
        watch = cls()
        there = stamped(items.get("config"))
        if there and there.state == KILLED:
            watch._note_kill(there, items, history)
        return watch

    def fork(self) -> "StoreWatch":
        return StoreWatch(self.kill, self.resumed_before, dict(self.asked))

    def judge(
        self, before: Mapping[str, str], after: Mapping[str, str], history: Sequence[Revision], who: str
    ) -> Iterator[Violation]:
        """What is wrong with a write to the store."""
        old, new = stamped(before.get("config")), stamped(after.get("config"))
        if Fence.parse(after.get("fence")).sequence < Fence.parse(before.get("fence")).sequence:
            yield Violation("fence", f"{who} puts a lower one")
        if new is None:
            if old:
                yield Violation("complete", f"{who} leaves no config")
            return
        if before.get("config") == after.get("config"):
            return
        if old and new.revision < old.revision:
            yield Violation("older", f"{who} writes revision {new.revision} over {old.revision} in the store")
        if old and new.epoch < old.epoch:
            yield Violation("epoch", f"{who} writes epoch {new.epoch} over {old.epoch}")
        if new.state == KILLED:
            if old and old.state != KILLED and new.epoch <= old.epoch:
                yield Violation("epoch", f"{who} kills without raising it")
            self._note_kill(new, after, history)
        elif self.kill and old and old.state == KILLED and not self._may_unkill(new, history):
            yield Violation("killed", f"{who} writes revision {new.revision} over the kill")

    def judge_removal(
        self, before: Mapping[str, str], after: Mapping[str, str], asked: Iterable[str], now: float, who: str
    ) -> Iterator[Violation]:
        """What is wrong with what a write removes; `asked` are the keys that the config before it asks for."""
        self.asked.update(dict.fromkeys(asked, now))
        for key in before.keys() - after.keys():
            if now - self.asked.get(key, float("-inf")) < GRACE_SECONDS:
                yield Violation("early", f"{who} removes {kind_of(key)} that were asked for a moment ago")

    def _note_kill(self, kill: Stamp, items: Mapping[str, str], history: Sequence[Revision]) -> None:
        """A kill that HEAD ordered is ended by any resume of a later revision; a direct one by one that came later.

        One that carries a cause which HEAD has acted on is the kill that HEAD ordered then, once more.
        """
        if self.kill and kill.epoch <= self.kill.epoch:
            return
        direct = Fence.parse(items.get("fence")).direct
        ordered = next((one.number for one in history if one.cause == direct), 0) if direct else kill.revision
        known = {after.number for _, after in unkills(history) if not ordered or after.number < ordered}
        self.kill, self.resumed_before = kill, frozenset(known)

    def _may_unkill(self, new: Stamp, history: Sequence[Revision]) -> bool:
        assert self.kill
        resumed = {after.number for _, after in unkills(history)} - self.resumed_before
        return new.epoch > self.kill.epoch and any(number <= new.revision for number in resumed)


@dataclass
class HeadWatch:
    """What HEAD's history must be in the end, given what the actors did.

    `saved` are the revisions that an actor was told are saved, by author; `done` the commands that were told that the
    release is killed, with HEAD's number then.
    """

    saved: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)

    def judge(self, history: Sequence[Revision], commands: Mapping[str, str]) -> Iterator[Violation]:
        """`commands` has, by author of a killed revision, the command it carries out."""
        by_number = {one.number: one for one in history}
        for one in history:
            before = by_number.get(one.parent)
            if one.parent and before is None:
                yield Violation("lost", f"revision {one.parent} is gone")
            if before and one.epoch < before.epoch:
                yield Violation("epoch", f"HEAD's goes back, by {one.author}")
        for _, after in unkills(history):
            if after.author != "resume":
                yield Violation("resume", f"{after.author} makes a killed release {after.state}")
        for author, number in self.saved.items():
            if number not in by_number or by_number[number].author != author:
                yield Violation("lost", f"that of {author} is gone")
        yield from self._once(history, commands)

    def _once(self, history: Sequence[Revision], commands: Mapping[str, str]) -> Iterator[Violation]:
        causes = Counter(one.cause for one in history if one.cause)
        yield from (Violation("once", f"{cause} killed {n} times") for cause, n in causes.items() if n > 1)
        resumed = [after for _, after in unkills(history)]
        for one in (one for one in history if one.state == KILLED):
            command = commands.get(one.author, "")
            told = self.done.get(command)
            if told is not None and any(told < other.number < one.number for other in resumed):
                yield Violation("once", f"{command} kills again after a resume")
            changed = _changed_at(one.cause)
            if any(other.created_at > changed and other.number < one.number for other in resumed):
                yield Violation("once", f"{one.author} kills a release that was resumed since")


def _changed_at(cause: str) -> float:
    """When the alarm behind a cause changed its state; without end for what is no alarm."""
    try:
        return datetime.fromisoformat(cause.rpartition("@")[2]).timestamp()
    except ValueError:
        return float("inf")
