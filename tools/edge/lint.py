"""ESLint's findings for the rules in scripts/njs_rules.js."""

from collections.abc import Mapping

from edge.node import run_script
from edge.restrictions import HIDDEN, READ_ONLY

__all__ = ["lint"]


def lint(sources: Mapping[str, str], built: Mapping[str, str]) -> list[str]:
    """Each problem as `name:line: message`; `built` are whole functions, in which all names must be defined."""
    headers = {"hidden": HIDDEN.pattern, "readOnly": sorted(frozenset.union(*READ_ONLY.values()))}
    found: list[str] = run_script("lint.js", {"sources": sources, "built": built, "headers": headers})
    return found
