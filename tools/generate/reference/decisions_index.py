"""docs/decisions/README.md: every decision by its own title."""

import re

from generate.reference.template_reference import REPOSITORY

_PARTS = {
    "01": "The edge", "02": "The control plane", "03": "The lane behind the API", "04": "Stacks and delivery",
    "05": "The local stack", "06": "The command line and documents", "07": "Watching and coming back",
}  # fmt: skip
FOLDER = REPOSITORY / "docs" / "decisions"


def decisions_index() -> str:
    """The page. Raises KeyError for a decision whose number begins with no known part."""
    parts = [
        "# Decisions",
        "Why things are as they are, half a page each. What they all start from: any doubt leads to stable; a kill"
        " cannot be refused; the decision is written once, in the language of the edge.",
    ]
    shown = ""
    for path in sorted(FOLDER.glob("[0-9]*.md")):
        if path.name[:2] != shown:
            shown = path.name[:2]
            parts.append(f"## {_PARTS[shown]}\n")
        parts[-1] += f"\n- {path.name[:4]} [{title(path.read_text(encoding='utf-8'))}]({path.name})"
    return "\n\n".join(parts) + "\n"


def title(text: str) -> str:
    """The first heading, without the number some have."""
    return re.sub(r"^\d{4}: ", "", text.splitlines()[0].removeprefix("# "))
