"""What ESLint finds by the rules of njs_rules.js."""

from collections.abc import Mapping

from edge.node import run_script
from edge.restrictions import HIDDEN, READ_ONLY

__all__ = ["lint"]


def lint(sources: Mapping[str, str], built: Mapping[str, str]) -> list[str]:
    """Each problem as `name:line: what`; `built` are whole functions, whose names must all have their place."""
    headers = {"hidden": HIDDEN.pattern, "readOnly": sorted(frozenset.union(*READ_ONLY.values()))}
    found: list[str] = run_script("lint.js", {"sources": sources, "built": built, "headers": headers})
    return found
