"""Saves, lists, lanes and keys, and the runs that publish them, in every order."""

import pytest
from tests.explore.chosen import CHOSEN, explored


@pytest.mark.parametrize("name", CHOSEN["releases"])
def test_no_schedule_breaks_a_law(name: str) -> None:
    assert explored(name) == []
