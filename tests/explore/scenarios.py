"""The scenarios by name. What they share: a world, a few actors, and every order in which these may act."""

from functools import cache

from tests.explore import scenarios_of_kills, scenarios_of_releases, scenarios_of_upkeep
from tests.explore.execution import Scenario
from tests.explore.groups import GROUPS

__all__ = ["scenario", "scenarios"]


@cache
def scenarios() -> dict[str, Scenario]:
    """Those that were thought of, one by one."""
    every = (*scenarios_of_releases.SCENARIOS, *scenarios_of_kills.SCENARIOS, *scenarios_of_upkeep.SCENARIOS)
    return {one.name: one for one in every}


def scenario(name: str) -> Scenario:
    """One of those, or a generated one (`pair:save+kill@plain`). Raises KeyError."""
    return GROUPS[name] if name in GROUPS else scenarios()[name]
