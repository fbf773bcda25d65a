"""Random histories of the built functions and the real control plane."""

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.edge.histories.machine import Histories

# `make test` plays the same histories each time; HISTORIES=20000 plays as many new ones.
_MORE = int(os.environ.get("HISTORIES", "0"))


def test_the_laws_hold_in_every_history() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=_MORE or 50,
            stateful_step_count=30,
            derandomize=not _MORE,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
