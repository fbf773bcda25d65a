"""docs/reference/errors.md: exit codes, why the edge decided so, how a publication ends, what validation refuses."""

from collections.abc import Iterable, Sequence

from generate.reference.cli_reference import exit_codes
from generate.reference.reasons import PUBLICATIONS, REASONS
from gray.release.validation import release_problems, value_problems
from gray.release.validation.problem import Declared, declared_in


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
        _problems([*declared_in(value_problems), *value_problems.STRUCTURE.values()]),
        "### The release as a whole, and the files of user lists",
        _problems(declared_in(release_problems)),
    ]
    return "\n\n".join(parts) + "\n"


def _problems(declared: Iterable[Declared]) -> str:
    shown = [
        (f"`{one.code}`", one.where, one.what, one.remedy) for one in (declaration.shown for declaration in declared)
    ]
    head = ("code", "where", "what", "what to do")
    if any(where for _, where, _, _ in shown):
        return _table(head, shown)
    return _table((head[0], *head[2:]), [(code, *texts) for code, _, *texts in shown])


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
