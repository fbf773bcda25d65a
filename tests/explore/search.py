"""All schedules of a scenario up to a number of preemptions and faults, cheapest first."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.explore.actors import GO
from tests.explore.calls import faults_of, is_private
from tests.explore.execution import Execution, Scenario, Step
from tests.explore.laws import Violation
from tests.support.control.steady_world import SteadyWorld, quiet

__all__ = ["Bounds", "Found", "Result", "Search"]

# What to do at one point: which actor goes on, and how its call goes.
Decision = tuple[int, str]
# Who was at work (None: nobody, so that any may go on for nothing), and the preemptions and faults that were left.
Visit = tuple[int | None, int, int]


@dataclass(frozen=True)
class Bounds:
    """How far to look. `schedules` and `seconds` cut a search off; 0 is no limit."""

    preemptions: int = 2
    faults: int = 0
    schedules: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Found:
    """A law that was broken, by the cheapest schedule seen. `cost`: preemptions and faults, faults, steps."""

    cost: tuple[int, int, int]
    steps: tuple[Step, ...]
    times: int = 1


@dataclass
class Result:
    """What a search has seen. `cut_off`: the cost at which it was cut off; all cheaper schedules were run."""

    schedules: int = 0
    pruned: int = 0
    states: int = 0
    steps: int = 0
    cut_off: int | None = None
    seconds: float = 0.0
    found: dict[Violation, Found] = field(default_factory=dict)


@dataclass(frozen=True)
class _Start:
    """A schedule to run: what it begins with, and what that costs."""

    decisions: tuple[Decision, ...] = ()
    preemptions: int = 0
    faults: int = 0


class Search:
    """The search of one scenario; it ends when something is found that it was asked for (`until`)."""

    def __init__(
        self, scenario: Scenario, bounds: Bounds, *, until: Callable[[Violation], bool] = lambda violation: False
    ) -> None:
        self.scenario, self.bounds, self.result = scenario, bounds, Result()
        self._until = until
        self._base: SteadyWorld = scenario.world()
        self._seen: dict[object, list[Visit]] = {}
        self._ends: dict[object, list[Violation]] = {}
        # By cost: a search that is cut off has run all of the cheaper schedules.
        self._todo: list[list[_Start]] = [[] for _ in range(bounds.preemptions + bounds.faults + 1)]
        # Of the same cost, any first: a search that is cut off has looked everywhere a little.
        self._dice = random.Random(1)

    def run(self, tell: Callable[[Result], None] = lambda result: None) -> Result:
        """`tell` is told of the result so far after each schedule."""
        began = time.monotonic()
        self._todo[0].append(_Start())
        with quiet():
            while bucket := next((bucket for bucket in self._todo if bucket), None):
                if self._enough(time.monotonic() - began):
                    self.result.cut_off = self._todo.index(bucket)
                    break
                at = self._dice.randrange(len(bucket))
                bucket[at], bucket[-1] = bucket[-1], bucket[at]
                self._execute(bucket.pop())
                self.result.states, self.result.seconds = len(self._seen), time.monotonic() - began
                tell(self.result)
        return self.result

    def _enough(self, seconds: float) -> bool:
        bounds, result = self.bounds, self.result
        if bounds.schedules and result.schedules >= bounds.schedules:
            return True
        if bounds.seconds and seconds > bounds.seconds:
            return True
        return any(self._until(violation) for violation in result.found)

    def _execute(self, start: _Start) -> None:
        execution = Execution(self.scenario, self._base)
        taken: list[Decision] = []
        while decision := self._next(execution, start, taken):
            taken.append(decision)
            execution.step(*decision)
            self.result.steps += 1
        if any(actor.enabled for actor in execution.actors):
            self.result.pruned += 1
        else:
            self.result.schedules += 1
            self._end(execution)
        self._note(execution, start)

    def _next(self, execution: Execution, start: _Start, taken: list[Decision]) -> Decision | None:
        """What to do now: what the schedule begins with, then the cheapest; None at its end, or where it was before."""
        if len(taken) < len(start.decisions):
            return start.decisions[len(taken)]
        enabled = [number for number, actor in enumerate(execution.actors) if actor.enabled]
        if not enabled:
            return None
        last = taken[-1][0] if taken else None
        at_work = last if last is not None and execution.actors[last].state == "at" else None
        left = (at_work, self.bounds.preemptions - start.preemptions, self.bounds.faults - start.faults)
        visits = self._seen.setdefault(execution.digest(), [])
        if any(_covers(before, left) for before in visits):
            return None
        visits.append(left)
        decision = (at_work if at_work is not None else enabled[0], GO)
        self._branch(execution, start, tuple(taken), enabled, at_work)
        return decision

    def _branch(
        self, execution: Execution, start: _Start, taken: tuple[Decision, ...], enabled: list[int], at_work: int | None
    ) -> None:
        """Notes what else could be done here."""
        preempts = int(at_work is not None)
        may_switch = start.preemptions + preempts <= self.bounds.preemptions
        if at_work is not None and not self._shared(execution, at_work):
            may_switch = False
        for number in enabled:
            if number != (at_work if at_work is not None else enabled[0]) and may_switch:
                self._add(_Start((*taken, (number, GO)), start.preemptions + preempts, start.faults))
            actor = execution.actors[number]
            if start.faults < self.bounds.faults and actor.state == "at" and (number == at_work or may_switch):
                cost = start.preemptions + (preempts if number != at_work else 0)
                for fault in faults_of(actor.pending):
                    self._add(_Start((*taken, (number, fault)), cost, start.faults + 1))

    def _shared(self, execution: Execution, number: int) -> bool:
        """Whether it makes a difference if others act before this actor goes on."""
        actor = execution.actors[number]
        return len(actor.calls) > 1 and not is_private(actor.pending, self.scenario.changed)

    def _add(self, start: _Start) -> None:
        self._todo[start.preemptions + start.faults].append(start)

    def _end(self, execution: Execution) -> None:
        key = (execution.digest(), frozenset(execution.heads.saved.items()), execution.faulty)
        if key not in self._ends:
            self._ends[key] = execution.ended()
        execution.violations += self._ends[key]

    def _note(self, execution: Execution, start: _Start) -> None:
        cost = (start.preemptions + start.faults, start.faults, len(execution.steps))
        for violation in dict.fromkeys(execution.violations):
            known = self.result.found.get(violation)
            times = known.times + 1 if known else 1
            if known and known.cost <= cost:
                self.result.found[violation] = Found(known.cost, known.steps, times)
            else:
                self.result.found[violation] = Found(cost, tuple(execution.steps), times)


def _covers(before: Visit, now: Visit) -> bool:
    """Whether all that can follow now was explored then, from the same state."""
    if before[2] < now[2]:
        return False
    return before[1] > now[1] or (before[1] == now[1] and before[0] in (None, now[0]))
