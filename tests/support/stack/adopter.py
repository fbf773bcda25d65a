"""Somebody with an application in a folder of their own, and a local stack for an account."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graylocal.stack import LocalStack
from graylocal.system.places import REPOSITORY

_PROGRAMS = (Path(sys.executable).parent, REPOSITORY / ".tools" / "sam" / "bin")
_CONTENT = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Adopter:
    """Types commands in the folder, as its documents say."""

    folder: Path
    stack: LocalStack

    @property
    def variables(self) -> dict[str, str]:
        """The environment of what they type."""
        path = os.pathsep.join([*map(str, _PROGRAMS), os.environ["PATH"]])
        quick = {"SAM_CLI_POLL_DELAY": "0.3", "SAM_CLI_TELEMETRY": "0", "NO_COLOR": "1"}
        quick |= {"GRAYCTL_CONFIG_ENV": self.stack.environment, "GRAYCTL_AUTHOR": "ada"}
        return {**self.stack.environment_variables(), **quick, "PATH": path}

    def run(self, *command: str) -> str:
        """What a command says; raises AssertionError with that when it fails."""
        return self._run(command, self.variables)

    def _run(self, command: Sequence[str], variables: Mapping[str, str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        assert not done.returncode, f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}"
        return done.stdout

    def deploy(self, *overrides: str) -> dict[str, str]:
        """`sam build` and `sam deploy`, as before Graylane; the stack's outputs."""
        self.run("sam", "build")
        parameters = ("--parameter-overrides", *overrides) if overrides else ()
        self.run("sam", "deploy", "--no-confirm-changeset", "--no-fail-on-empty-changeset", *parameters)
        return self.stack.outputs(self.folder.name)

    def copy_site(self, source: str, bucket: str) -> None:
        """`aws s3 sync`, as before Graylane."""
        s3: Any = self.stack.client("s3")
        for path in sorted((self.folder / source).rglob("*")):
            if path.is_file():
                key = path.relative_to(self.folder / source).as_posix()
                s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=_CONTENT[path.suffix])

    def settle(self, outputs: Mapping[str, str], *, health: str = "", **parameters: str) -> None:
        """Fill in what `grayctl init` could not know: the distribution, its bucket, and the lanes' `parameters`.

        `health` is for an origin without one.
        """
        path, stack = self.folder / "graylane.toml", self.folder.name
        text = path.read_text(encoding="utf-8")
        for name, given in ((stack, parameters), (f"{stack}-v2", {**parameters, "Lane": "v2"})):
            listed = ", ".join(f'{key} = "{value}"' for key, value in given.items())
            text = text.replace(f'stack = "{name}"\n', f'stack = "{name}"\nparameters = {{{listed}}}\n')
        for name, output in (("ExistingDistribution", "Distribution"), ("ExistingBucket", "Site")):
            text = re.sub(rf"(?m)^# {name} = .*$", f'{name} = "{outputs[output]}"', text)
        text = re.sub(r"(?m)^# health = .*$", f'health = "{health}"', text)
        path.write_text(text, encoding="utf-8")

    def operates(self, *command: str) -> str:
        """A command of `grayctl` that finds the local stack, and so the site's address, by its note."""
        own = {name: value for name, value in self.variables.items() if not name.startswith("AWS_")}
        return self._run(("grayctl", *command), own)
