"""Verifying an environment, by the command behind the make target."""

import os
from pathlib import Path

from tests.support.stack.operator import Operator
from tests.support.stack.project_commands import run

from graylocal.stack import LocalStack
from graylocal.system.places import REPOSITORY


def test_the_marked_cases_run_against_an_environment_that_is_there(
    stack: LocalStack, operator: Operator, project: Path
) -> None:
    """As `make verify` does, against this stack, which it finds as `grayctl` would; a few cases stand for all."""
    before = operator.json("show")["release"]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    tests, config = str(REPOSITORY / "tests" / "e2e"), str(REPOSITORY / "pyproject.toml")
    chosen = "before_a_rule or marked or nobody_elses or no_api_answers or in_time"

    done = run(
        ["pytest", tests, "-m", "verify", "-q", "-k", chosen, "-c", config, "--rootdir", str(REPOSITORY)],
        {**variables, "GRAYLANE_VERIFY": "test"},
        project,
    )

    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
    assert "an emulator cannot show this" in done.stdout  # CloudFront's own test was not taken for passed
    assert operator.json("show")["release"]["rules"] == before["rules"]
