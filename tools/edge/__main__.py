"""`python -m edge [--check | --anew]`: build the edge functions, or check the committed ones."""

import argparse
import sys

from edge.build import different, stale, write
from edge.rules import rule_problems
from edge.source import EdgeSourceError

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Returns 0 if all is well, 1 if something is stale or breaks a rule, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m edge", description="Builds and checks the edge functions.")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--check",
        action="store_true",
        help="write nothing, without Node; fail if the build's digests are stale or it breaks CloudFront's rules",
    )
    how.add_argument(
        "--anew",
        action="store_true",
        help="write nothing; fail if a new build and lint differ from the committed files",
    )
    options = parser.parse_args(arguments)
    try:
        if options.check:
            old = [f"{name} has changed since the build: run `python -m edge`" for name in stale()]
            return _said(old or rule_problems())
        if options.anew:
            return _said([f"src/edge/build/{name} is stale: run `python -m edge`" for name in different()])
        for name in write():
            sys.stdout.write(f"wrote src/edge/build/{name}\n")
        return _said(rule_problems())
    except EdgeSourceError as error:
        return _said([str(error)])


def _said(problems: list[str]) -> int:
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
