"""A healthy lane goes through its whole plan by itself, as deployed; an operator looks, pauses, skips and resumes."""

from typing import Any

import pytest
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer, everybody
from tests.support.stack.waiting import until
from tests.support.stack.watching import Watching

from graylocal.stack import LocalStack

pytestmark = pytest.mark.long


@pytest.fixture
def watching(stack: LocalStack, operator: Operator) -> Watching:
    """Without an alarm: one that is on holds a plan."""
    watching = Watching(stack)
    watching.calm()
    return watching


class Ramp:
    """A plan at work: viewers come, the watch function looks, the schedule's sync steps."""

    def __init__(self, watching: Watching, operator: Operator) -> None:
        self._watching, self._operator = watching, operator

    def flow(self, viewers: int = 60) -> str:
        """Viewers, each of whom loads a page and asks twice; returns what the plan then did."""
        url = self._watching.stack.url

        def visits(viewer: Viewer) -> Any:
            viewer.ask(url)
            self._watching.order(viewer)
            return self._watching.order(viewer)

        everybody([Viewer() for _ in range(viewers)], visits)
        self._watching.watched()
        return self.step()

    def step(self) -> str:
        """The schedule's sync; what it said of the plan, once the edge has what it did."""
        said = str(self._watching.call("sync-scheduled")["plan"])
        until(lambda: self._published(), "the plan's step at the edge")
        return said

    def _published(self) -> bool:
        status = self._operator.json("status")
        return bool(status["edge"]["revision"] == status["revision"])

    def shown(self) -> Any:
        return self._operator.json("plan")


def test_a_healthy_lane_goes_through_the_whole_plan(watching: Watching, operator: Operator) -> None:
    operator.run("ramp", "--plan", "25,60,100", "--every", "1s", "--yes", "-m", "a plan")
    ramp = Ramp(watching, operator)
    said = [ramp.step()]
    screens = []
    while not said[-1].startswith("complete"):
        screens.append(operator.run("plan").stdout)
        said.append(until(lambda: text if not (text := ramp.flow()).startswith("holds") else None, "the next step"))

    assert said == ["step 1: 25 %", "step 2: 60 %", "step 3: 100 %", "complete at 100 %"]
    history = [one for one in operator.json("history") if one["author"] == "plan"]
    assert [one["reason"] for one in history[:3]] == [
        f"step {n}: {p} % of 3 steps" for n, p in ((3, 100), (2, 60), (1, 25))
    ]
    assert Viewer().ask(watching.stack.url).lane == "v2"
    shown = ramp.shown()
    assert (shown["percent"], shown["decision"]) == (100, "complete at 100 %")
    assert shown["requests"]["gray"] >= 400
    assert shown["findings"]["worse_errors"] is False
    assert "25 -> 60 -> 100" in screens[-1]
    assert "now at 100 %" in " ".join(screens[-1].split())


def test_pause_skip_and_resume(watching: Watching, operator: Operator) -> None:
    operator.run("ramp", "--plan", "10,50,100", "--every", "1h", "--yes")
    ramp = Ramp(watching, operator)
    assert ramp.step() == "step 1: 10 %"
    assert ramp.step() == "holds: the next step is due in 60 min"

    operator.run("plan", "pause")
    operator.run("plan", "skip")
    shown = ramp.shown()
    assert (shown["paused"], shown["skip"], shown["decision"]) == (True, True, "holds: the plan is paused")
    assert ramp.step() == "holds: the plan is paused"

    operator.run("plan", "resume")
    assert ramp.step() == "step 2: 50 %"
    assert ramp.shown()["skip"] is False

    operator.run("plan", "remove", "--yes")
    assert ramp.step() == "None"
    assert operator.run("plan", check=False).returncode
