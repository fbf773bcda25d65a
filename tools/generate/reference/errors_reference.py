"""docs/reference/errors.md: exit codes, why the edge decided so, how a publication ends, what validation refuses."""

from collections.abc import Sequence

from generate.reference.cli_reference import exit_codes
from generate.reference.reasons import PUBLICATIONS, REASONS
from gray.release.validation.problem import Declared
from gray.release.validation.release_problems import ReleaseProblem
from gray.release.validation.value_problems import PydanticProblem, ValueProblem

SINGLE: tuple[Declared, ...] = (*ValueProblem, *PydanticProblem)


def errors_reference() -> str:
    """The page."""
    parts = [
        "# Errors and reasons",
        exit_codes("## Exit codes of grayctl"),
        "## Why the edge decided so",
        "A request signed for debugging (`grayctl status` sends one) is told the reason; the API gets it in"
        " `x-gray-reason`, and the metric of decisions counts by it. A rule that decided is named by its id.",
        _table(("reason", "lane", "meaning"), [(f"`{name}`", *REASONS[name]) for name in REASONS]),
        "## How a publication ends",
        _table(("status", "meaning"), [(f"`{name}`", text) for name, text in PUBLICATIONS.items()]),
        "## What validation refuses",
        "Each problem says where it is, what it is and what to do, all problems at once. `…` stands for a value.",
        "### Single values",
        _table(("code", "what", "what to do"), [_row(one)[:1] + _row(one)[2:] for one in SINGLE]),
        "### The release as a whole, and the files of user lists",
        _table(("code", "where", "what", "what to do"), [_row(one) for one in ReleaseProblem]),
    ]
    return "\n\n".join(parts) + "\n"


def _row(declared: Declared) -> tuple[str, ...]:
    return (f"`{declared.code}`", *declared.shown)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
