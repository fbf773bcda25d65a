"""What a document tells somebody to type is typed here, on the local stack, and what it shows is compared.

A block that cannot run here has a comment before it, invisible to readers, that says why; tests/unit/docs checks that
its commands exist.
"""

import re
from pathlib import Path

import pytest
from tests.support.project.pages import ROOT
from tests.support.project.typist import Typist, agree
from tests.support.stack.operator import Operator

from generate.screenshots.desk import take
from generate.screenshots.operator import Operator as Photographer
from graylocal.stack import LocalStack

pytestmark = [pytest.mark.long, pytest.mark.new_stack]

DOCUMENTED_SITE = "http://localhost:8080"


def test_the_pictures_can_be_taken(stack: LocalStack, operator: Operator, project: Path, tmp_path: Path) -> None:
    made = take(Photographer(project, stack.environment), tmp_path)
    assert {path.name for path in made} >= {path.name for path in (ROOT / "docs" / "pictures").glob("*.png")}
    for path in made:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert 10_000 < path.stat().st_size < 200_000, path.name


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md", "docs/operations.md"])
def test_what_a_document_says_to_type(name: str, stack: LocalStack, operator: Operator, project: Path) -> None:
    operator.run(
        "data", "merge", "--lane", "v2", "--conflicts", "gray", "--yes"
    )  # what other tests ordered; a new stack has no orders
    typed = typist(stack, project).problems(ROOT / name)
    assert len(typed) >= 3, f"{name} has nothing to type"
    wrong = "\n\n".join(filter(None, typed))
    assert not wrong, wrong


def test_an_output_that_differs_is_found() -> None:
    assert agree("revision 7 saved (active, epoch 2)", "revision 31 saved (active, epoch 9)")
    assert agree("one\n...\nlast", "one\ntwo\nthree\nlast")
    assert not agree("one\n...\nlast", "one\ntwo\nthree")
    assert not agree("revision 7 saved (active, epoch 2)", "revision 31 saved (killed, epoch 9)")
    assert not agree("rules: ramp 20 %", "rules: ramp 21 %")
    assert not agree("one", "one\ntwo")
    assert agree("by ..., today", "by ada: why, today")
    assert not agree("by ..., today", "by ada, tomorrow")


def typist(stack: LocalStack, folder: Path) -> Typist:
    """Somebody who has followed the README up to here: grayctl on the PATH, the local stack up."""
    environment = stack.environment

    def as_documented(text: str) -> str:
        """What the environment `dev` at its usual port would have said."""
        text = text.replace(stack.url, DOCUMENTED_SITE).replace(f"graylane-{environment}", "graylane-dev")
        return re.sub(rf"\benvironment( +){environment}\b", r"environment\1dev", text)

    return Typist(
        folder,
        {"GRAYCTL_CONFIG_ENV": environment, "GRAYCTL_AUTHOR": "ada"},
        lambda command: command.replace(DOCUMENTED_SITE, stack.url),
        as_documented,
    )
