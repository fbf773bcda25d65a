"""The commands behind the make targets, each as a process of its own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from graylocal.system.places import REPOSITORY

__all__ = ["run"]


def run(
    command: list[str], variables: Mapping[str, str], folder: Path = REPOSITORY
) -> subprocess.CompletedProcess[str]:
    """One command, with what it said."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**variables, "SAM_CLI_POLL_DELAY": "0.3", "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
