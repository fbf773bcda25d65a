"""`python -m generate.dashboard [--check]`."""

import argparse
import sys
from pathlib import Path

from generate.dashboard.body import included

TARGET = Path(__file__).resolve().parents[3] / "src" / "dashboard" / "body.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m generate.dashboard", description="Writes src/dashboard/body.json.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the file is stale")
    check = parser.parse_args().check
    text = included()
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    if check:
        sys.stderr.write(f"{TARGET.name} is stale: run `python -m generate.dashboard`\n")
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
