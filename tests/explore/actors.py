"""Actors: each runs real code in a greenlet of its own, and stops before each AWS call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import greenlet
from tests.explore.calls import CONFLICT, CRASH, ERROR, LOST, conflict, failure, name_of
from tests.support.control.steady_world import Acting

from gray.history.revision import RevisionError

if TYPE_CHECKING:
    from tests.explore.execution import Execution

__all__ = ["BEGIN", "GO", "Actor", "Part"]

BEGIN, GO = "begin", "go"


class Stopped(BaseException):
    """The process is gone: no `except Exception` sees it."""


def _always(execution: "Execution") -> bool:
    return True


@dataclass(frozen=True)
class Part:
    """What an actor plays: what it runs, when it may begin, how often its invocation is tried again after an error.

    `repeats`: may run again whenever it is ready. `clock`: seconds by which its clock is ahead. `command` names what
    a person asked for, where several actors carry out one command. `changes` are the services whose answers it changes.
    """

    name: str
    run: Callable[["Execution", "Actor"], object]
    ready: Callable[["Execution"], bool] = _always
    retries: int = 0
    repeats: bool = False
    clock: float = 0.0
    command: str = ""
    changes: tuple[str, ...] = ()


class _Client:
    """An AWS client whose every call an actor makes."""

    def __init__(self, service: str, real: Any, actor: "Actor") -> None:
        self._service, self._real, self._actor = service, real, actor
        self.exceptions = real.exceptions

    def __getattr__(self, operation: str) -> Any:
        call, actor, service = getattr(self._real, operation), self._actor, self._service
        return lambda **given: actor.perform(name_of(service, operation, given), lambda: call(**given))


class Actor(Acting):
    """One actor in one execution. Its state is idle, at (before the call `pending`) or done."""

    def __init__(self, execution: "Execution", part: Part) -> None:
        self.execution, self.part, self.name, self.clock = execution, part, part.name, part.clock
        self.retries, self.runs, self.state, self.pending = part.retries, 0, "idle", ""
        self.calls: list[str] = []  # of this run, the pending one last
        self.outcome = ""
        self._ids = 0
        self._seen = 0
        self._after: Exception | None = None
        self._greenlet: greenlet.greenlet | None = None

    # what the code under test gets

    def client(self, service: str, real: Any) -> Any:
        return _Client(service, real, self)

    def new_id(self) -> str:
        self._ids += 1
        return f"{self.name}-{self._ids}"

    def perform(self, name: str, call: Callable[[], Any]) -> Any:
        """Makes a call when the schedule says so, as well or as badly as it says."""
        how = self._stop(name)
        if how == ERROR:
            self._saw(name, how)
            raise failure(name)
        try:
            answer = call()
        except Exception as error:
            self._saw(name, type(error).__name__)
            raise
        self.execution.happened(self, name)
        if how != GO:
            self._saw(name, how)
            raise failure(name) if how == LOST else conflict(name)
        self._saw(name, self._content(name, answer))
        return answer

    def __call__(self, moment: str, name: str) -> None:
        """The World's hook, around what is no client's call."""
        if moment == "before":
            how = self._stop(name)
            if how == ERROR:
                raise failure(name)
            self._after = failure(name) if how in (LOST, CONFLICT) else None
            return
        self.execution.happened(self, name)
        self._saw(name, sorted(self.execution.world.unhealthy) if name == "lane.health" else "done")
        if self._after:
            raise self._after

    def _stop(self, name: str) -> str:
        self.pending = name
        self.calls.append(name)
        how = str(self.execution.hub.switch())
        if how == CRASH:
            raise Stopped
        return how

    def _saw(self, name: str, what: object) -> None:
        self._seen = hash((self._seen, name, what if isinstance(what, tuple) else str(what)))

    def _content(self, name: str, answer: Any) -> object:
        if name.startswith("s3.get"):  # its body is a stream
            return tuple(sorted((key, found["ETag"]) for key, found in self.execution.world.s3.objects.items()))
        return repr(answer)

    # what the schedule does with it

    @property
    def enabled(self) -> bool:
        return self.state == "at" or (self.state == "idle" and self.part.ready(self.execution))

    def begin(self) -> None:
        """Starts a run, up to its first call."""
        self.runs, self.state, self.calls = self.runs + 1, "at", []
        self._seen = hash(("run", self.runs))
        self._greenlet = greenlet.greenlet(self._run, self.execution.hub)
        self._greenlet.switch()

    def go(self, how: str) -> None:
        """Lets the pending call be made, up to the next one or to the end of the run."""
        assert self._greenlet
        self._greenlet.switch(how)

    def _run(self) -> None:
        try:
            self.part.run(self.execution, self)
            self.outcome = "ended"
            self.state = "idle" if self.part.repeats else "done"
        except (Stopped, Exception) as error:  # noqa: BLE001 - an invocation that failed; Lambda may try it again
            self.outcome = f"{type(error).__name__}: {error}"[:80]
            again = self.retries > 0 and not isinstance(error, RevisionError)
            self.retries -= again
            self.state = "idle" if again else "done"
            if again:
                self.execution.not_delivered(self)
        self._seen = hash(("end", self.runs, self.outcome[:20]))

    @property
    def key(self) -> object:
        """All that decides what it will do."""
        return (self.state, self.pending if self.state == "at" else "", self._seen, self.retries)
