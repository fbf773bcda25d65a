"""Runs the programs of a delivery, with the pinned SAM CLI on their PATH."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from delivery.artifacts.build import sam_environment
from delivery.artifacts.parameters import build_of
from delivery.errors import DeliveryError

__all__ = ["ROOT", "python", "run", "run_tests", "sam", "validate"]

ROOT = Path(__file__).resolve().parents[2]


def run(command: Sequence[str], failed: str, environment: Mapping[str, str] | None = None) -> None:
    """Run with this terminal as input and output. Raises DeliveryError(failed) unless the exit code is 0."""
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise DeliveryError(failed)


def python(*arguments: str, failed: str) -> None:
    """Run a module of the project's own environment."""
    run([sys.executable, "-m", *arguments], failed)


def sam(*arguments: str, failed: str) -> None:
    """Run the pinned SAM CLI."""
    command = ROOT / ".tools" / "sam" / "bin" / "sam"
    if not command.exists():
        raise DeliveryError("SAM CLI is not installed in .tools/sam: run `make install`")
    run([str(command), *arguments], failed, sam_environment(ROOT))


def validate(names: Iterable[str]) -> None:
    """`sam validate --lint` of the templates of these stacks of samconfig.toml, each once."""
    for template in dict.fromkeys(build_of(ROOT, name, {}).template for name in names):
        arguments = ("validate", "--lint", "--region", "us-east-1", "--template-file", template)
        sam(*arguments, failed=f"{template} has errors, see above")


def run_tests(config_env: str, failed: str) -> None:
    """Run the end-to-end cases marked `verify` against a deployed environment (tests/e2e/conftest.py)."""
    command = [sys.executable, "-m", "pytest", "tests/e2e", "-m", "verify", "-p", "no:xdist"]
    run(command, failed, os.environ | {"GRAYLANE_VERIFY": config_env})
