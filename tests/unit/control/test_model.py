"""Random sequences of what operators, runs, crashes, tampering and time do, against a simple model.

The model knows what HEAD has to be. Whatever happened before: a run of the schedule that nothing stops brings the edge
to HEAD (or leaves it, when HEAD is refused or its lease lapsed), epochs and sequences never go back, and no location
ever answers a mixture.
"""

import random
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support.control.world import Moment, World, release
from tests.support.edge.api_function import VIEWERS, Answer, the_edge

from gray.edge.config import Fence, stamped
from gray.publish.repair.cleanup import clean_up
from gray.publish.repair.drift import check_drift

PERCENT = st.integers(min_value=0, max_value=100)
# Enough for the longest publication; a stop beyond the last call is no stop.
CALL = st.integers(min_value=0, max_value=40)
RULES = [{"id": f"r{n}", "lane": "v2", "when": {"path": f"/quite/far/below/somewhere/{n}/*"}} for n in range(22)]


class Stopped(BaseException):
    """The Lambda process is gone."""


class Edge(RuleBasedStateMachine):
    """`state`, `percent` and `parts` are what HEAD should say."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.world.register()
        self.world.save(release(0))
        self.state, self.epoch, self.percent = "active", 1, 0
        self.documents = [(0, False)]
        self.directly_killed = False
        self.answers: dict[int, dict[str, Answer]] = {}

    # operators

    @rule(percent=PERCENT, parts=st.booleans())
    def apply(self, percent: int, parts: bool) -> None:
        rules = [*(RULES if parts else []), {"id": "ramp", "lane": "v2", "percent": percent}]
        self.world.save(release(rules=rules))
        if self.state != "killed":
            self.state = "active"
        self.documents.append((percent, parts))

    @rule()
    def kill(self) -> None:
        self.world.kill()
        self.state = "killed"

    @rule(told=st.booleans())
    def kill_directly(self, told: bool) -> None:
        killed = self.world.kill_directly()
        self.directly_killed = not told
        if told:
            revisions = self.world.control_plane().history.revisions
            revisions.kill(author="anna", reason="test", via="cli", cause=killed.cause, epoch=killed.epoch)
            self.state = "killed"

    @precondition(lambda self: self.state != "active")
    @rule()
    def resume(self) -> None:
        self.world.resume()
        self.state = "active"

    @precondition(lambda self: self.state == "active")
    @rule()
    def pause(self) -> None:
        revisions = self.world.control_plane().history.revisions
        revisions.pause(author="anna", reason="test", via="cli", base=revisions.head())
        self.state = "paused"

    @precondition(lambda self: self.state in ("active", "paused"))
    @rule()
    def finish(self) -> None:
        revisions = self.world.control_plane().history.revisions
        revisions.finish(author="anna", reason="test", via="cli", base=revisions.head())
        self.state = "finished"

    @precondition(lambda self: len(set(self.documents)) > 1)
    @rule()
    def undo(self) -> None:
        revisions = self.world.control_plane().history.revisions
        current = revisions.current()
        undone = revisions.undo(author="anna", reason="test", via="cli", base=revisions.head())
        assert current
        assert undone.document != current.document
        assert (undone.state == "killed") == (current.state == "killed")
        self.state = undone.state

    # runs

    @rule()
    def sync(self) -> None:
        self.world.scheduled()
        self._follow_direct_kill()

    @rule()
    def sync_by_hand(self) -> None:
        self.world.publish(person="anna")
        self._follow_direct_kill()

    @rule(at=CALL, before=st.booleans())
    def sync_that_is_stopped(self, at: int, before: bool) -> None:
        calls = 0

        def stop(moment: Moment, call: str) -> None:
            nonlocal calls
            if calls == at and moment == ("before" if before else "after"):
                raise Stopped
            calls += moment == "after"

        with suppress(Stopped):
            self.world.scheduled(stop)
        self._follow_direct_kill()

    @rule(at=CALL)
    def sync_beside_another(self, at: int) -> None:
        calls = 0

        def meanwhile(moment: Moment, call: str) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                self.world.scheduled()

        self.world.scheduled(meanwhile)
        self._follow_direct_kill()

    @rule()
    def clean_up(self) -> None:
        clean_up(self.world.control_plane())

    @rule()
    def check(self) -> None:
        check_drift(self.world.control_plane(), every=0)
        self._follow_direct_kill()

    # the world

    @rule(minutes=st.sampled_from([1, 11, 400, 800]))
    def time_passes(self, minutes: int) -> None:
        self.world.time += minutes * 60

    @rule(key=st.sampled_from(["config", "fence"]), value=st.sampled_from([None, "", "garbage", "9"]))
    def tamper(self, key: str, value: str | None) -> None:
        if self.directly_killed:
            return  # who takes a direct kill away again by hand has un-killed
        self.world.store.tamper({key: value})
        check_drift(self.world.control_plane(), every=0)

    # what always holds

    @invariant()
    def head_is_what_operators_made_it(self) -> None:
        head = self.world.control_plane().history.revisions.head()
        assert head
        assert head.state == self.state or (self.directly_killed and head.state == "killed")

    @invariant()
    def history_has_no_hole_and_no_epoch_goes_back(self) -> None:
        history = self.world.control_plane().history.revisions.history(1000)
        assert [revision.number for revision in history] == list(range(len(history), 0, -1))
        epochs = [revision.epoch for revision in history]
        assert epochs == sorted(epochs, reverse=True)

    @invariant()
    def a_clean_run_brings_the_edge_to_head(self) -> None:
        other = self.world.fork()
        other.publish(person="anna")
        check_drift(other.control_plane(), every=0)
        head = other.control_plane().history.revisions.head()
        there = stamped(other.store.items.get("config"))
        assert head
        assert there
        assert (there.revision, there.epoch, there.state) == (head.revision, head.epoch, head.state)
        assert (other.current.revision, other.current.state) == (head.revision, head.state)
        assert check_drift(other.control_plane(), every=0, repair=False) == []
        assert other.control_plane().records.ledger.read().complete

    @invariant()
    def the_edge_never_mixes(self) -> None:
        dice = random.Random(len(self.world.store.history))
        for location in (self.world.store.fresh(), self.world.store.lagging(1), self.world.store.torn(dice)):
            gray = {viewer: the_edge().ask(location, viewer, self.world.time) for viewer in VIEWERS}
            for viewer, answer in gray.items():
                if answer.lane != "v1":
                    assert self._whole(answer.revision).get(viewer) == answer

    def _whole(self, revision: int) -> dict[str, Answer]:
        if revision not in self.answers:
            from tests.unit.control.test_faults import published_alone

            found = self.world.control_plane().history.revisions.get(revision)
            self.answers[revision] = published_alone(found, self.world.time)
        return self.answers[revision]

    def _follow_direct_kill(self) -> None:
        head = self.world.control_plane().history.revisions.head()
        if self.directly_killed and head and head.state == "killed":
            # Until its name has gone from the fence, HEAD has not answered this kill: a resume does not end it.
            self.directly_killed = bool(Fence.parse(self.world.store.items.get("fence")).direct)
            self.state = "killed"


Edge.TestCase.settings = settings(max_examples=80, stateful_step_count=25)
TestModel = Edge.TestCase
