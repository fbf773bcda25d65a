"""docs/decisions/README.md: all decisions by title."""

import re

from generate.reference.template_reference import REPOSITORY

_PARTS = {
    "01": "The edge", "02": "The control plane", "03": "The lane behind the API", "04": "Stacks and delivery",
    "05": "The local stack", "06": "The command line and documents", "07": "Watching and coming back",
}  # fmt: skip
FOLDER = REPOSITORY / "docs" / "decisions"


def decisions_index() -> str:
    """The page. Raises KeyError for a decision whose number has an unknown prefix."""
    parts = [
        "# Decisions",
        "The reasons for our design, half a page each. All follow three principles: any doubt leads to stable; a kill"
        " cannot be refused; the decision logic is written once, in the edge's JavaScript.",
    ]
    shown = ""
    for path in sorted(FOLDER.glob("[0-9]*.md")):
        if path.name[:2] != shown:
            shown = path.name[:2]
            parts.append(f"## {_PARTS[shown]}\n")
        parts[-1] += f"\n- {path.name[:4]} [{title(path.read_text(encoding='utf-8'))}]({path.name})"
    return "\n\n".join(parts) + "\n"


def title(text: str) -> str:
    """The first heading, without its number, if any."""
    return re.sub(r"^\d{4}: ", "", text.splitlines()[0].removeprefix("# "))
