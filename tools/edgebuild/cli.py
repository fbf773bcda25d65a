"""The command line: build, --check."""

import argparse
import sys

from edgebuild.build import stale, write
from edgebuild.rules import rule_problems
from edgebuild.source import EdgeSourceError

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 when something is stale or breaks a rule, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m edgebuild", description="Builds and checks the edge functions.")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail when a built file is stale or breaks CloudFront's rules",
    )
    options = parser.parse_args(arguments)
    try:
        if options.check:
            old = [f"src/edge/build/{name} is stale: run `python -m edgebuild`" for name in stale()]
            return _said(old or rule_problems())
        for name in write():
            sys.stdout.write(f"wrote src/edge/build/{name}\n")
        return _said(rule_problems())
    except EdgeSourceError as error:
        return _said([str(error)])


def _said(problems: list[str]) -> int:
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0
