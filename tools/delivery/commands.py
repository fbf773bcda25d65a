"""Runs the programs of a delivery, in the repository unless another folder is named."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from delivery.artifacts.build import sam_cli, sam_environment
from delivery.artifacts.parameters import build_of
from delivery.errors import DeliveryError

__all__ = ["ROOT", "python", "run", "run_tests", "sam", "validate"]

ROOT = Path(__file__).resolve().parents[2]


def run(
    command: Sequence[str],
    failed: str,
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path = ROOT,
    apart: bool = False,
) -> None:
    """Run with this terminal as input and output. Raises DeliveryError(failed) unless the exit code is 0.

    `apart`: all output goes to standard error, because standard output is read by a program.
    """
    if subprocess.run(command, cwd=folder, env=environment, stdout=2 if apart else None, check=False).returncode:
        raise DeliveryError(failed)


def python(*arguments: str, failed: str) -> None:
    """Run a module of the project's own environment."""
    run([sys.executable, "-m", *arguments], failed)


def sam(*arguments: str, failed: str, folder: Path = ROOT, apart: bool = False) -> None:
    """Run SAM CLI. Raises BuildError if there is none."""
    run([sam_cli(ROOT), *arguments], failed, sam_environment(ROOT), folder=folder, apart=apart)


def validate(names: Iterable[str]) -> None:
    """`sam validate --lint` of the templates of these stacks of samconfig.toml, each once."""
    for template in dict.fromkeys(build_of(ROOT, name, {}).template for name in names):
        arguments = ("validate", "--lint", "--region", "us-east-1", "--template-file", template)
        sam(*arguments, failed=f"{template} has errors, see above")


def run_tests(config_env: str, failed: str) -> None:
    """Run the end-to-end cases marked `verify` against a deployed environment (tests/e2e/conftest.py)."""
    command = [sys.executable, "-m", "pytest", "tests/e2e", "-m", "verify", "-p", "no:xdist"]
    run(command, failed, os.environ | {"GRAYLANE_VERIFY": config_env})
