"""One execution of a scenario: its world, its actors, and what is checked in its course."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import greenlet
from tests.explore.actors import BEGIN, GO, Actor, Part
from tests.explore.calls import writes
from tests.explore.edge import wrong_at_locations
from tests.explore.laws import HeadWatch, StoreWatch, Violation
from tests.explore.rest import at_rest
from tests.support.control.steady_world import SteadyWorld, order_of

from gray.edge.config import stamped
from gray.history.revision import KILLED
from gray.publish.records.backup import EdgeConfig

__all__ = ["Execution", "Scenario", "Step"]

# So many writes back are the values that a location may still hold.
LAG = 4


@dataclass(frozen=True)
class Scenario:
    """Who acts, in what world. `about` says it in a sentence.

    `moved`: HEAD has moved, and its stream has not come yet. `late`: what was done by hand may have to wait for the
    hourly check. `orders` are laws that a person's own order breaks (an older set restored by name).
    """

    name: str
    about: str
    world: Callable[[], SteadyWorld]
    parts: tuple[Part, ...]
    moved: bool = False
    late: bool = False
    edge: bool = True
    rests: bool = True
    orders: frozenset[str] = field(default_factory=frozenset)

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(service for part in self.parts for service in part.changes)


class Step(NamedTuple):
    """One decision, as it was carried out. `nth`: how often this run has come to such a call."""

    actor: int
    how: str
    name: str
    nth: int
    ended: bool


class Execution:
    """The state that a schedule has led to."""

    def __init__(self, scenario: Scenario, base: SteadyWorld) -> None:
        self.scenario, self.world, self.hub = scenario, base.fork(), greenlet.getcurrent()
        self.actors = [Actor(self, part) for part in scenario.parts]
        self.delivered: object = None if scenario.moved else self.head_item()
        self.did: set[str] = set()
        self.heads = HeadWatch()
        self.steps: list[Step] = []
        self.violations: list[Violation] = []
        self._began = len(self.world.store.history) - 1
        self._history = self.world.control_plane().history.revisions.history(50)
        self._watch = StoreWatch.begin(self.world.store.items, self._history)
        self._saved = self._saved_sequence()
        self._path = 0
        self._digests: dict[str, object] = {}

    # what the parts ask

    def head_item(self) -> object:
        return repr(self.world.dynamodb.table.get(("head", 0)))

    @property
    def killed(self) -> bool:
        """Read past the clients: it is asked before every step."""
        item = self.world.dynamodb.table.get(("head", 0))
        return item is not None and item["state"] == {"S": KILLED}

    def not_delivered(self, actor: Actor) -> None:
        """A stream's batch comes again when its function failed."""
        if actor.part.repeats:
            self.delivered = None

    # what is watched

    def happened(self, actor: Actor, name: str) -> None:
        """Called after each call that was carried out."""
        if not writes(name):
            return
        service = name.split(".")[0]
        self._digests.pop(service, None)
        if name.startswith("dynamodb.transact"):
            self._history = self.world.control_plane().history.revisions.history(50)
        elif service == "store":
            self._store_written(actor.name)
        elif service == "s3":
            self._set_written(actor.name)

    def _store_written(self, who: str) -> None:
        history = self.world.store.history
        self._path = hash((self._path, frozenset(history[-1].items())))
        before, after, wholes = history[-2], history[-1], self.world.s3.wholes
        stamp = stamped(before.get("config"))
        whole = wholes.get(order_of(stamp)) if stamp else None
        self._add(*self._watch.judge(before, after, self._history, who))
        self._add(*self._watch.judge_removal(before, after, whole.keys if whole else (), self.world.time, who))
        if self.scenario.edge:
            states = history[max(self._began, len(history) - 1 - LAG) :]
            wrong = wrong_at_locations(states, wholes)
            self._add(*(Violation(law, f"{how}, after a write by {who}") for law, how in wrong))

    def _set_written(self, who: str) -> None:
        before, self._saved = self._saved, self._saved_sequence()
        given = self.world.control_plane().records.log.last_sequence()
        if self._saved < before <= given:
            self._add(Violation("older", f"{who} puts the set of an earlier publication over a later one in S3"))

    def _saved_sequence(self) -> int:
        saved = EdgeConfig(self.world.s3, "edge-config").saved()  # type: ignore[arg-type]
        return saved.sequence if saved else 0

    def _add(self, *found: Violation) -> None:
        self.violations += [one for one in found if one.law not in self.scenario.orders]

    # the course

    def step(self, number: int, how: str) -> None:
        """Lets an actor begin, or make its pending call."""
        actor = self.actors[number]
        if actor.state == "idle":
            if actor.part.repeats:
                self.delivered = self.head_item()
            actor.begin()
            self.steps.append(Step(number, BEGIN, "", 0, actor.state != "at"))
            return
        name, count = actor.pending, actor.calls.count(actor.pending)
        actor.go(how)
        self.steps.append(Step(number, how, name, count, actor.state != "at"))

    def ended(self) -> list[Violation]:
        """What is wrong in the end, apart from what was wrong on the way."""
        commands = {actor.name: actor.part.command or actor.name for actor in self.actors}
        commands["direct"] = "direct"  # who HEAD says it was, when a sync found the mark
        found = list(self.heads.judge(self.world.control_plane().history.revisions.history(50), commands))
        if self.scenario.rests:
            found += at_rest(self.world, self._watch, late=self.scenario.late)
        allowed = self.scenario.orders
        return [one for one in dict.fromkeys(found) if one.law not in allowed and not self._may_wait(one)]

    @property
    def faulty(self) -> bool:
        return any(step.how not in (GO, BEGIN) for step in self.steps)

    def _may_wait(self, violation: Violation) -> bool:
        """The parameter has no conditional write: who dies while putting a newer one back leaves it to the hour."""
        return self.faulty and violation.law == "late" and "parameter" in violation.how

    def digest(self) -> tuple[object, ...]:
        """All that decides what can follow: states with the same digest need to be explored once."""
        world = self.world
        services = self._services(world)
        for service in services.keys() - self._digests.keys():
            self._digests[service] = services[service]()
        states = tuple(actor.key for actor in self.actors)
        lanes = tuple(sorted(world.unhealthy))
        marks = (self._path, self.delivered, world.time, lanes, frozenset(self.did), frozenset(self.heads.done.items()))
        return (*(self._digests[service] for service in services), *marks, states)

    @staticmethod
    def _services(world: SteadyWorld) -> dict[str, Callable[[], object]]:
        table, objects = world.dynamodb.table, world.s3.objects
        return {
            "dynamodb": lambda: hash(frozenset((k, repr(v)) for k, v in table.items() if k[0] != "publication")),
            "ssm": lambda: hash(tuple((name, tuple(values)) for name, values in sorted(world.ssm.values.items()))),
            "s3": lambda: hash(tuple((k, v["ETag"], repr(v["Metadata"])) for k, v in sorted(objects.items()))),
            "apigateway": lambda: hash(
                (frozenset(world.apigateway.keys), *sorted(world.apigateway.apis), *sorted(world.switched.items()))
            ),
            "lambda": lambda: hash(frozenset(world.functions.permissions)),
            "secretsmanager": lambda: hash(frozenset(world.secrets.values.items())),
        }
