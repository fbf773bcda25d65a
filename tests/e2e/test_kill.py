"""A kill on the local stack is refused by nothing: HEAD, the table, the function, the files and streams it is given."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.support.control.broken_heads import BROKEN
from tests.support.stack.control_plane import Control
from tests.support.stack.operator import GRAYCTL, Operator

from graylocal.stack import LocalStack

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Given:
    """`broken` names what HEAD holds; `variables` are the process's, `reason` its text."""

    reason: str = "orders fail"
    broken: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    around: str = ""


CASES = {
    "nothing in its way": Given(),
    "no UTF-8": Given(reason="orders \udcff\udcfe fail", variables={"GRAYCTL_AUTHOR": "a\udcff"}),
    "an ASCII locale": Given(reason="订单", variables={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "HOME": "/proc"}),
    "HEAD without an epoch": Given(broken="no epoch"),
    "HEAD gone": Given(broken="HEAD gone"),
    "an odd state": Given(broken="an odd state"),
    "the revision gone": Given(broken="the revision gone"),
    "a release that is no JSON": Given(broken="a release that is no JSON"),
    "no DynamoDB": Given(variables={"AWS_ENDPOINT_URL_DYNAMODB": NOWHERE}, around="revision"),
    "no Lambda": Given(variables={"AWS_ENDPOINT_URL_LAMBDA": NOWHERE}, around="manual sync"),
    "no CloudFormation": Given(variables={"AWS_ENDPOINT_URL_CLOUDFORMATION": NOWHERE}, around="stack"),
}
SHORT = ("HEAD without an epoch", "no DynamoDB", "no UTF-8")


@pytest.fixture
def control(stack: LocalStack, operator: Operator) -> Control:
    """Everybody in gray."""
    operator.run("ramp", "100", "--yes")
    return Control(stack)


@pytest.mark.parametrize(
    "case", [name if name in SHORT else pytest.param(name, marks=pytest.mark.long) for name in CASES]
)
def test_a_kill_is_refused_by_nothing(control: Control, operator: Operator, case: str) -> None:
    given = CASES[case]
    if given.broken:
        BROKEN[given.broken](_Table(control))

    killed = _killed(operator, control.stack, given)

    assert killed["state"] == "killed"
    assert control.stamp().state == "killed"
    assert [trouble for trouble in killed["troubles"] if not trouble.startswith(given.around or "\0")] == []
    operator.json("sync")
    status = operator.json("status")
    assert status["state"] == "killed"
    findings = status["findings"]
    if given.broken == "a release that is no JSON":  # a kill leaves the document as it is, and says the way out
        assert ["grayctl apply FILE" in finding for finding in findings] == [True]
    else:
        assert findings == []


class _Table:
    """The stack's table under the name that the cases know."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __getattr__(self, name: str) -> Callable[..., object]:
        call = getattr(self._control.dynamodb, name)
        return lambda **given: call(**{**given, "TableName": self._control.table})


def _killed(operator: Operator, stack: LocalStack, given: Given) -> Any:
    """What the command says; through the settings of AWS's own, where one service is to be elsewhere."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {"GRAYCTL_CONFIG_ENV": operator.config_env, **given.variables}
    if any(name.startswith("AWS_") for name in given.variables):
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        variables |= {"AWS_ENDPOINT_URL": stack.endpoint, **keys}
    command = [str(GRAYCTL), "kill", "-m", given.reason, "--json"]
    done = subprocess.run(command, cwd=operator.folder, env=variables, capture_output=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
