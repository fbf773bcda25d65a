"""What is generated and committed is what its makers make now. Here alone: `make check` runs this file by itself."""

import sys
from types import ModuleType

import pytest
from tests.edge.vectors import books as edge_books
from tests.template.iam_reference import PAGE, page
from tests.unit.lane.vectors import books as lane_books

from edge.__main__ import main as edge
from edge.build import different
from edge.node import has_tools
from generate.dashboard.__main__ import main as dashboard
from generate.reference.__main__ import main as reference


def _check_edge() -> int:
    return edge(["--check"])


CHECKS = {"src/edge/build": _check_edge, "src/dashboard/body.json": dashboard, "docs": reference}


@pytest.mark.parametrize("made", CHECKS)
def test_what_is_committed_is_fresh(
    made: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own `--check`, which says what to run; that of the edge sees CloudFront's rules kept, too."""
    monkeypatch.setattr(sys, "argv", [made, "--check"])

    assert CHECKS[made]() == 0, capsys.readouterr().err


@pytest.mark.skipif(
    not has_tools(), reason="ESLint and terser are not installed: apt-get install nodejs npm, then make install"
)
def test_the_pinned_tools_make_the_committed_functions() -> None:
    """The digests that `--check` goes by say only that nobody forgot to build. Linted as well, sources and outcome."""
    assert different() == []


def test_the_page_of_permissions_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.template.iam_reference"


@pytest.mark.parametrize("books", [edge_books, lane_books], ids=lambda books: books.__package__)
def test_the_cases_are_what_their_makers_write(books: ModuleType) -> None:
    """They are data to read and to run elsewhere."""
    there = {path.name: path.read_text(encoding="utf-8") for path in books.CASES.glob("*.json")}

    assert there == books.files(), f"run: .venv/bin/python -m {books.__package__}"
