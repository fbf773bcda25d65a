"""Findings of `grayctl doctor` for people: a line with the place and what is wrong, and one with the way out."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from grayctl.onboarding.findings import BLOCKS, UNKNOWN, WARNING, Finding

_STYLES = {BLOCKS: "red", WARNING: "yellow", UNKNOWN: "dim"}


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """Every finding, then how many there are of each level."""
    for one in findings:
        console.print(f"{one.level:<8}", style=_STYLES[one.level], end=" ")
        console.print(f"{one.where}: {one.what}", markup=False)
        console.print(f"         {one.remedy}", style="dim", markup=False)
    counts = Counter(one.level for one in findings)
    told = [f"{counts[level]} {word}" for level, word in _COUNTED if counts[level]]
    console.print(", ".join(told) or "nothing stands in the way")


_COUNTED = ((BLOCKS, "to mend first"), (WARNING, "to look at"), (UNKNOWN, "unknown"))
