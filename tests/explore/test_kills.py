"""Kills, by HEAD, directly and by alarms, and what comes after them, in every order."""

import pytest
from tests.explore.chosen import CHOSEN, explored


@pytest.mark.parametrize("name", CHOSEN["kills"])
def test_no_schedule_breaks_a_law(name: str) -> None:
    assert explored(name) == []
