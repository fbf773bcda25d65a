"""Schedules as text, and what becomes of them.

    stream until store.update_keys(config)#1; kill; stream
    schedule crash at dynamodb.put_item(ledger)#2

A turn is one actor's: to the end of its run, until it is about to make a call (the second of that name: `#2`), or to
a call that fails. A name without its brackets is any call of that operation. Who has no turn does not act; who was left
in the middle goes on in the end, so that nothing is a crash but what is called one. A point that is not reached is
reported: the schedule goes on as far as it applies, and all laws are checked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.explore.actors import BEGIN, GO, Actor
from tests.explore.calls import CONFLICT, CRASH, ERROR, LOST
from tests.explore.execution import Execution, Scenario, Step
from tests.explore.laws import Violation
from tests.support.control.steady_world import quiet

__all__ = ["Replayed", "Turn", "parse", "replay", "shortened", "told"]

_TURN = re.compile(
    rf"(?P<actor>[\w-]+)"
    rf"(?: (?P<how>until|{CRASH} at|{ERROR} at|{LOST} at|{CONFLICT} at) (?P<call>\S+?)#(?P<count>\d+))?"
)
# No run makes so many calls: a turn that does is a loop.
_ENDLESS = 5000


@dataclass(frozen=True)
class Turn:
    """One actor's turn. `how` is GO with a call to stop before, a fault with the call that fails, or GO to the end."""

    actor: str
    how: str = GO
    call: str = ""
    count: int = 1

    def __str__(self) -> str:
        if not self.call:
            return self.actor
        return f"{self.actor} {'until' if self.how == GO else f'{self.how} at'} {self.call}#{self.count}"

    def is_here(self, actor: Actor) -> bool:
        """Whether the actor is about to make the call."""
        if not self.call or not _named(actor.pending, self.call):
            return False
        return sum(_named(name, self.call) for name in actor.calls) == self.count


def _named(name: str, call: str) -> bool:
    return name == call or name.startswith(f"{call}(")


def parse(text: str) -> list[Turn]:
    """The turns of a schedule. Raises ValueError."""
    turns = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        found = _TURN.fullmatch(part)
        if not found:
            raise ValueError(f"{part!r} is no turn; one is `stream until store.update_keys#1`, or `stream`")
        how = (found["how"] or "until").removesuffix(" at")
        turns.append(Turn(found["actor"], GO if how == "until" else how, found["call"] or "", int(found["count"] or 1)))
    return turns


@dataclass(frozen=True)
class Replayed:
    """What came of a schedule: the laws it breaks, and the turns that no longer apply."""

    violations: tuple[Violation, ...]
    not_reached: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def laws(self) -> set[str]:
        return {violation.law for violation in self.violations}


def replay(scenario: Scenario, schedule: str | Sequence[Turn]) -> Replayed:
    """Runs one schedule as far as it applies, and checks all laws. Raises ValueError for an actor nobody knows."""
    turns = parse(schedule) if isinstance(schedule, str) else list(schedule)
    with quiet():
        execution = Execution(scenario, scenario.world())
        numbers = {actor.name: number for number, actor in enumerate(execution.actors)}
        missed: list[str] = []
        for turn in turns:
            if turn.actor not in numbers:
                raise ValueError(f"{scenario.name} has no actor {turn.actor}; it has {', '.join(numbers)}")
            missed += _take(execution, numbers[turn.actor], turn)
        for number, actor in enumerate(execution.actors):
            if actor.state == "at":
                _take(execution, number, Turn(actor.name))
        found = [*execution.violations, *execution.ended()]
    return Replayed(tuple(dict.fromkeys(found)), tuple(missed), tuple(execution.steps))


def _take(execution: Execution, number: int, turn: Turn) -> list[str]:
    """One turn; what of it does not apply."""
    actor = execution.actors[number]
    if not actor.enabled:
        return [f"{turn}: {turn.actor} has nothing to do"]
    for _ in range(_ENDLESS):
        here = actor.state == "at" and turn.is_here(actor)
        if here and turn.how == GO:
            return []
        execution.step(number, turn.how if here else GO)
        if here:
            return []
        if actor.state != "at":
            return [f"{turn}: not reached"] if turn.call else []
    raise RuntimeError(f"{turn} has no end")


def told(scenario: Scenario, steps: Sequence[Step]) -> list[Turn]:
    """The turns that lead to these steps."""
    turns: list[Turn] = []
    for at, step in enumerate(steps):
        name = scenario.parts[step.actor].name
        after = steps[at + 1] if at + 1 < len(steps) else None
        if step.how not in (GO, BEGIN):
            turns.append(Turn(name, step.how, step.name, step.nth))
        elif step.ended:
            turns.append(Turn(name))
        elif after and after.actor != step.actor:
            later = next((other for other in steps[at + 1 :] if other.actor == step.actor), None)
            turns.append(Turn(name, GO, later.name, later.nth) if later else Turn(name))
    return turns


def shortened(scenario: Scenario, turns: Sequence[Turn], violation: Violation) -> list[Turn]:
    """The same without every turn that is not needed to break the same law."""
    left = list(turns)
    for turn in reversed(turns):
        at = max(index for index, other in enumerate(left) if other is turn)
        fewer = [*left[:at], *left[at + 1 :]]
        outcome = replay(scenario, fewer)
        if violation in outcome.violations and not outcome.not_reached:
            left = fewer
    return left
