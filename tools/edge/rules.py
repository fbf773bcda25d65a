"""Checks the built functions against CloudFront's rules: their size, and a run in njs.

A deployment does not check the rules, and a function that breaks one fails every request. njs_rules.js contains the
rules that can be checked statically.
"""

from collections.abc import Mapping

from edge.build import functions
from edge.njs import Case, NjsMissing, run_njs, syntax_error
from edge.probes import MISSING, STOPPED, probes
from edge.shape import shape_problems

__all__ = ["MOST_BYTES", "function_problems", "rule_problems"]

MOST_BYTES = 10_240  # 10 KB as uploaded, not adjustable (DG:cloudfront-limits)


def rule_problems() -> list[str]:
    """The problems of the committed functions, each as `file: problem`; a missing njs is a problem."""
    return [problem for name, code in functions().items() for problem in function_problems(name, code)]


def function_problems(name: str, code: str) -> list[str]:
    """The problems of one function as uploaded."""
    where = f"{name}.js"
    size = len(code.encode())
    found = [f"{where}: {size:,} bytes, and {MOST_BYTES:,} fit"] if size > MOST_BYTES else []
    try:
        if error := syntax_error(code):
            return [*found, f"{where}: njs says {error}"]
        return [*found, *_behaviour(name, code, where)]
    except NjsMissing as error:
        return [*found, f"{where}: {error}"]


def _behaviour(name: str, code: str, where: str) -> list[str]:
    """Runs the probes in njs, without a config and with a killed one."""
    stores: Mapping[str, Mapping[str, str]] = {"no config": MISSING, "a killed config": STOPPED}
    runs = [(f"{what}, {store}", event, keys) for what, event in probes(name) for store, keys in stores.items()]
    results = run_njs(code, [Case(event, keys, 1_800_000_000) for _, event, keys in runs])
    found: list[str] = []
    for (what, event, _), result in zip(runs, results, strict=True):
        problems = [f"threw {result}"] if isinstance(result, str) else shape_problems(event, result.value)
        found += [f"{where}: {what}: {problem}" for problem in problems]
    return found
