"""Every alarm of the templates is caused by an end-to-end test, which says so with the marker `causes`.

That it really rings there is checked when the test runs (tests/e2e/conftest.py).
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.project.deployment import alarms_of

E2E = Path(__file__).parents[2] / "e2e"


def declared() -> set[str]:
    """The templates' alarms as the environment `test` has them, whose gray lane is v2."""
    return set(alarms_of("test"))


def caused() -> Iterator[str]:
    for path in E2E.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from (alarm for decorator in node.decorator_list for alarm in _alarms(decorator))


def _alarms(decorator: Any) -> Iterator[str]:
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.causes":
        for constant in ast.walk(ast.Tuple(decorator.args)):
            if isinstance(constant, ast.Constant):
                yield str(constant.value)


def test_every_alarm_is_caused() -> None:
    found = set(caused())
    assert declared() - found == set(), "no test causes these"
    assert found - declared() == set(), "marked, but in no template"
