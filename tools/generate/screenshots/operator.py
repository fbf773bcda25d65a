"""The operator behind the pictures: the real grayctl, and its console."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Operator", "PictureError"]

_GRAYCTL = str(Path(sys.executable).with_name("grayctl"))


class PictureError(Exception):
    """There is no browser, a command failed or a page did not load."""


@dataclass(frozen=True)
class Operator:
    """An operator in a project's folder, using one environment."""

    project: Path
    config_env: str

    def grayctl(self, *arguments: str) -> str:
        """The output of one command. Raises PictureError."""
        command = [_GRAYCTL, *arguments, "--config-env", self.config_env]
        done = subprocess.run(command, cwd=self.project, env=_own(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise PictureError(f"grayctl {' '.join(arguments)}: {' '.join(done.stderr.split())}")
        return done.stdout.strip()

    @contextmanager
    def console(self) -> Iterator[str]:
        """The URL of a running `grayctl console`, with token."""
        command = [_GRAYCTL, "console", "--config-env", self.config_env]
        with subprocess.Popen(
            command, cwd=self.project, env=_own(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                said = process.stdout.readline() if process.stdout else ""
                found = re.search(r"http://\S+", said)
                if not found:
                    raise PictureError(f"grayctl console: {said.strip()}")
                yield found[0]
            finally:
                process.terminate()


def _own() -> dict[str, str]:
    """This process's environment without variables that point grayctl to another account."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | {"GRAYCTL_AUTHOR": "ada"}
