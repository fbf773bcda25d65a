"""Every sample event through its built function, under the emulator of Lambda's runtime interface, without Docker."""

from itertools import groupby
from pathlib import Path

import pytest
from tests.support.functions.interface_emulator import running
from tests.support.functions.sample_events import CASES, Case, differences, event, warm

from graylocal.sam_local import artifact, endpoints, functions
from graylocal.stack import LocalStack

BY_FUNCTION = [(*of, list(cases)) for of, cases in groupby(CASES, key=lambda case: (case.lane, case.function))]


@pytest.fixture(scope="module", autouse=True)
def warmed(stack: LocalStack) -> None:
    warm(stack)


@pytest.mark.parametrize(
    ("lane", "logical_id", "cases"), BY_FUNCTION, ids=[f"{name}-{cases[0].file}" for _, name, cases in BY_FUNCTION]
)
def test_the_events_of_a_function(
    stack: LocalStack, tmp_path: Path, lane: str, logical_id: str, cases: list[Case]
) -> None:
    name = cases[0].stack(stack.environment)
    function = functions(stack, name)[logical_id]
    with running(stack.processes, function, artifact(name), endpoints(stack.ports), tmp_path) as invoke:
        answers = {case.file: invoke(event(case, stack.environment)) for case in cases}
    wrong = {case.file: found for case in cases if (found := differences(case.answer, answers[case.file]))}
    assert not wrong, answers
