"""An operator at the command line: the real `grayctl`, in a folder of its own that points at one local stack."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graylocal.system.places import REPOSITORY

GRAYCTL = Path(sys.executable).with_name("grayctl")


@dataclass(frozen=True)
class Operator:
    """Runs `grayctl` for one environment."""

    folder: Path
    config_env: str

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command; raises AssertionError with what it said when it fails."""
        # A verification is of the account that the caller has chosen.
        theirs = "GRAYLANE_VERIFY" in os.environ
        environment = {name: value for name, value in os.environ.items() if theirs or not name.startswith("AWS_")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it would compile itself at each command
        done = subprocess.run(
            [str(GRAYCTL), *arguments],
            cwd=self.folder,
            env={**environment, "GRAYCTL_CONFIG_ENV": self.config_env, "GRAYCTL_AUTHOR": "e2e", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        if check and done.returncode:
            raise AssertionError(
                f"grayctl {' '.join(arguments)} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        return done

    def json(self, *arguments: str) -> Any:
        """One command's JSON document."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def fresh(self) -> None:
        """A new release: nobody is killed, everybody on stable, another salt."""
        if self.json("apply", "--new", "--yes")["state"] == "killed":  # which only `resume` ends
            self.run("resume", "--yes")


def project_folder(folder: Path) -> Path:
    """A folder that `grayctl` takes for the project's root: the stack's note goes below it."""
    shutil.copy(REPOSITORY / "samconfig.toml", folder)
    return folder
