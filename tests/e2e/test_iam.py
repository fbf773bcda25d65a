"""Least privilege, shown: without any one of the statements that the emulator evaluates, something fails.

They take minutes, so they are no part of `make test`: `make test-iam` (GRAYLANE_IAM=all), or one of each owner with
GRAYLANE_IAM=sample.
"""

import os
import time
from collections.abc import Iterator

import pytest
from tests.support.stack.deployed import DeployedStack
from tests.support.stack.iam_cases import Probe, case_of
from tests.support.stack.operator import Operator
from tests.support.stack.policies import Policies, Statement
from tests.support.stack.probes import Probes

from graylocal.stack import LocalStack

pytestmark = pytest.mark.long

SHORT = 6.0  # seconds
ASKED = os.environ.get("GRAYLANE_IAM", "")
EVERYTHING = ASKED == "all"


@pytest.fixture(scope="module")
def policies(stack: LocalStack | DeployedStack) -> Policies:
    return Policies(stack)


@pytest.fixture(scope="module")
def probes(stack: LocalStack | DeployedStack) -> dict[str, Probes]:
    """By the lane whose statement is taken away; the platform's are shown by gray's."""
    return {"": Probes(stack, "v2"), "v1": Probes(stack, "v1"), "v2": Probes(stack, "v2")}


@pytest.fixture
def released(operator: Operator) -> Iterator[None]:
    """Everybody in gray by a plan, so that every part of publishing has something to do."""
    operator.run("ramp", "--plan", "100", "--every", "30m", "--yes")
    yield
    operator.fresh()


def test_every_statement_is_thought_of(policies: Policies) -> None:
    for statement in policies.statements():
        assert case_of(statement.name), statement.name


@pytest.mark.skipif(not ASKED, reason="minutes: make test-iam")
def test_without_a_statement_something_fails(policies: Policies, probes: dict[str, Probes], released: None) -> None:
    cases = [(one, case.shown) for one in policies.statements() if (case := case_of(one.name)) and case.shown]
    chosen = cases if EVERYTHING else _one_of_each(cases)
    for lane, probe in _distinct(chosen):
        probe(probes[lane])  # with everything granted, all goes well

    needless = []
    for statement, probe in chosen:
        with policies.without(statement):
            failed = _fails(probe, probes[statement.lane])
        if failed:
            probes[""].recover()
        else:
            needless.append(f"{statement.lane} {statement.name}")
    for lane, probe in _distinct(chosen):
        probe(probes[lane])  # and again, so nothing but the statement made it fail
    assert not needless, "the emulator evaluates these, or nothing needs them"


def _fails(probe: Probe, probes: Probes) -> bool:
    """Some learn of it after a moment only: the edge of a bucket's policy, a function of what it keeps for a while."""
    probes.patience, patience = SHORT, probes.patience
    end = time.monotonic() + SHORT
    try:
        while time.monotonic() < end:
            probe(probes)
    except Exception:  # noqa: BLE001 - whatever way it takes to fail
        return True
    finally:
        probes.patience = patience
    return False


def _one_of_each(cases: list[tuple[Statement, Probe]]) -> list[tuple[Statement, Probe]]:
    """The last statement of each role or policy: seconds instead of minutes."""
    return list({(one.lane, one.owner): (one, probe) for one, probe in cases}.values())


def _distinct(cases: list[tuple[Statement, Probe]]) -> list[tuple[str, Probe]]:
    return list({(one.lane, str(probe)): (one.lane, probe) for one, probe in cases}.values())
