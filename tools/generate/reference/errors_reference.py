"""docs/reference/errors.md: exit codes, the edge's reasons, publication statuses, validation errors, findings."""

from collections.abc import Iterable, Sequence

from generate.reference.cli_reference import exit_codes
from generate.reference.reasons import PUBLICATIONS, REASONS
from gray.release.validation.problem import Declared
from gray.release.validation.release_problems import ReleaseProblem
from gray.release.validation.value_problems import PydanticProblem, ValueProblem
from grayctl.onboarding.findings import Unsure, Warned, Wrong

SINGLE: tuple[Declared, ...] = (*ValueProblem, *PydanticProblem)


def errors_reference() -> str:
    """The page."""
    parts = [
        "# Errors and reasons",
        exit_codes("## Exit codes of grayctl"),
        "## Reasons of edge decisions",
        "The answer to a signed debug request (`grayctl status` sends one) contains the reason. The API gets it in"
        " `x-gray-reason`, and the decisions metric counts by it. If a rule decided, the reason is the rule's id.",
        _table(("reason", "lane", "meaning"), [(f"`{name}`", *REASONS[name]) for name in REASONS]),
        "## Publication statuses",
        _table(("status", "meaning"), [(f"`{name}`", text) for name, text in PUBLICATIONS.items()]),
        "## Validation errors",
        "Validation reports all problems at once, each with its place, problem and fix. `…` stands for a value.",
        "### Single values",
        _table(("code", "what", "what to do"), [_row(one)[:1] + _row(one)[2:] for one in SINGLE]),
        "### The whole release, and user list files",
        _table(("code", "where", "what", "what to do"), [_row(one) for one in ReleaseProblem]),
        "## Findings of grayctl doctor",
        "Those that block have to be mended before the application can be released by Graylane.",
        "### To mend first",
        _findings(Wrong),
        "### To look at",
        _findings(Warned),
        "### Unknown",
        _findings(Unsure),
    ]
    return "\n\n".join(parts) + "\n"


def _findings(declared: Iterable[Declared]) -> str:
    return _table(("code", "what", "way out"), [_row(one)[:1] + _row(one)[2:] for one in declared])


def _row(declared: Declared) -> tuple[str, ...]:
    return (f"`{declared.code}`", *declared.shown)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
