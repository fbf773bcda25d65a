"""docs/reference/errors.md: exit codes, the edge's reasons, publication statuses, validation errors.

Validation errors are read from the source, so new ones appear on the page, and a changed wording makes the page
stale.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from generate.reference.cli_reference import exit_codes
from generate.reference.reasons import PUBLICATIONS, REASONS
from generate.reference.template_reference import REPOSITORY

_GRAY = REPOSITORY / "src" / "gray"
_WHOLE = (
    "release/validation.py",
    "release/buckets.py",
    "release/unreachable.py",
    "release/plan_check.py",
    "edge/compile.py",
)
# Where a release is refused, in the order a user meets it.
SOURCES = (
    ("Single values", ("release/document.py", "release/conditions.py", "release/plan.py")),
    ("The release as a whole", _WHOLE),
    ("User lists", ("release/user_lists.py",)),
)
_ERRORS = ("ValueError", "ListError")
type _Texts = tuple[tuple[int, str, str], ...]


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
        "Validation reports all problems at once, each with its place, the problem and the fix. `…` stands for a value."
        " An unknown key, a missing key or a wrong type is reported in the same form, with the key's path.",
    ]
    for title, files in SOURCES:
        found = [problem for file in files for problem in problems_of(_GRAY / file) if problem[1] not in ("", "…")]
        head, rows = ("where", "what", "what to do"), [*dict.fromkeys(found)]
        parts += [f"### {title}", _table(head, rows) if rows[0][0] else _table(head[1:], [row[1:] for row in rows])]
    return "\n\n".join(parts) + "\n"


def problems_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every problem that a module can report, in order: where (empty: at the value itself), what, remedy."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = _assigned(tree)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    found = [(node.lineno, row) for node in nodes for row in _rows(node, texts)]
    yield from (row for _, row in sorted(found, key=lambda one: one[0]))


def _rows(node: ast.expr, texts: _Texts) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "Problem" and len(node.args) == 3:
            yield _three(node.args, texts)
        elif node.func.id in _ERRORS and node.args and (text := _text(node.args[0], texts)):
            what, _, remedy = text.partition("; ")
            yield "", what, remedy
    elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and _text(node.elts[2], texts).endswith("."):
        yield _three(node.elts, texts)


def _three(nodes: list[ast.expr], texts: _Texts) -> tuple[str, str, str]:
    where, what, remedy = (_text(node, texts) for node in nodes)
    return where, what, remedy


def _assigned(tree: ast.AST) -> _Texts:
    """Texts assigned to a name (`what = f"..."`), with their line, last first."""
    found = [
        (node.lineno, node.targets[0].id, _text(node.value, ()))
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    return tuple(sorted(found, reverse=True))


def _text(node: ast.expr, texts: _Texts) -> str:
    """A string as reported, with `…` for inserted values; empty if it is not a string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else _filled(part, texts) for part in node.values
        )
    if isinstance(node, ast.Name):
        return next((text for line, name, text in texts if name == node.id and line < node.lineno and text), "…")
    return "…" if isinstance(node, ast.Subscript | ast.Call) else ""


def _filled(part: ast.expr, texts: _Texts) -> str:
    return (
        _text(part.value, texts) if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) else "…"
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
