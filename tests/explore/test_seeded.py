"""The explorer finds what was put in: each fault by its law, and by no more preemptions than it takes."""

import pytest
from tests.explore.scenarios import scenario
from tests.explore.schedule import replay, shortened, told
from tests.explore.search import Bounds, Search
from tests.explore.seeded import FAULTS, Seeded, seeded

from gray.publish.store import write_plan, writer
from gray.publish.store.write_plan import superseded


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_that_was_put_in_is_found(fault: Seeded) -> None:
    chosen = scenario(fault.scenario)
    chosen.world()  # as the code is
    with seeded(fault):
        result = Search(chosen, Bounds(fault.cost[0]), until=fault.breaks).run()
        found = {one: by for one, by in result.found.items() if fault.breaks(one)}
        assert found, f"not found by {result.schedules} schedules; but {[str(one) for one in result.found]}"
        violation, by = min(found.items(), key=lambda entry: entry[1].cost)
        schedule = shortened(chosen, told(chosen, by.steps), violation)

    words = "; ".join(map(str, schedule))
    assert (by.cost[0], len(schedule)) == fault.cost, words
    assert violation not in replay(chosen, schedule).violations, "found in the code as it is, too"


def test_a_fault_whose_place_is_gone_is_an_error() -> None:
    fault = Seeded(
        "no such place", (("gray.publish.store.write_plan:surpassed", lambda before: before),), "kill", "older", (0, 1)
    )

    with pytest.raises(LookupError, match="put in anew"), seeded(fault):
        pass


def test_a_fault_is_taken_out_again() -> None:
    with seeded(FAULTS[0]):
        assert write_plan.superseded is vars(writer)["superseded"] is not superseded

    assert write_plan.superseded is vars(writer)["superseded"] is superseded
