"""The calls that a run makes."""

from typing import Any

from tests.support.control.world import Moment, World


def calls_of(world: World, run: Any) -> list[str]:
    calls: list[str] = []

    def note(moment: Moment, call: str) -> None:
        if moment == "before":
            calls.append(call)

    run(note)
    return calls
