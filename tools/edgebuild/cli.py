"""The command line: build, --check, test-function."""

import argparse
import sys

from edgebuild.build import stale, write
from edgebuild.source import EdgeSourceError

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 when something is stale or broken, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m edgebuild", description="Builds and checks the edge functions.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a built file is stale")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            old = stale()
            for name in old:
                sys.stderr.write(f"src/edge/build/{name} is stale: run `python -m edgebuild`\n")
            return 1 if old else 0
        for name in write():
            sys.stdout.write(f"wrote src/edge/build/{name}\n")
    except EdgeSourceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
