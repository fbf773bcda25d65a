"""Cleaning up, drift and rebuilding beside other runs, in every order."""

import pytest
from tests.explore.chosen import CHOSEN, explored


@pytest.mark.parametrize("name", CHOSEN["upkeep"])
def test_no_schedule_breaks_a_law(name: str) -> None:
    assert explored(name) == []
