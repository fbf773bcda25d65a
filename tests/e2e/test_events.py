"""Every sample event through its built function, under the emulator of Lambda's runtime interface, without Docker."""

from itertools import groupby
from pathlib import Path

import pytest
from tests.support.functions.interface_emulator import running
from tests.support.functions.sample_events import CASES, Case, differences, event, warm

from graylocal.sam_local import endpoints, functions
from graylocal.stack import LocalStack

BY_FUNCTION = [(name, list(cases)) for name, cases in groupby(CASES, key=lambda case: case.function)]


@pytest.fixture(scope="module", autouse=True)
def warmed(stack: LocalStack) -> None:
    warm(stack)


@pytest.mark.parametrize(
    ("logical_id", "cases"), BY_FUNCTION, ids=[f"{name}-{cases[0].file}" for name, cases in BY_FUNCTION]
)
def test_the_events_of_a_function(stack: LocalStack, tmp_path: Path, logical_id: str, cases: list[Case]) -> None:
    function = functions(stack)[logical_id]
    with running(stack.processes, function, endpoints(stack.ports), tmp_path) as invoke:
        answers = {case.file: invoke(event(case, stack.environment)) for case in cases}
    wrong = {case.file: found for case in cases if (found := differences(case.answer, answers[case.file]))}
    assert not wrong, answers
