"""Build and deploy with the real SAM CLI, against the emulator."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graylocal.emulator import client_environment
from graylocal.errors import LocalStackError
from graylocal.places import REPOSITORY, Ports, interpreter

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

type Advance = Callable[[str], None]

SAM = interpreter("sam").parent / "sam"


def build(log: Path, *, environment: Mapping[str, str] | None = None) -> None:
    """Build the template's functions for this machine; nothing happens when no input has changed.

    Raises LocalStackError when the build fails.
    """
    _run([sys.executable, "-m", "artifacts"], log, environment or _build_environment(), "sam build failed")


def deploy(environment: str, ports: Ports, log: Path, overrides: Sequence[str]) -> None:
    """`sam deploy --config-env <environment>` to the emulator. Raises LocalStackError when it fails."""
    # SAM looks every 5 s by default whether a stack is done; the emulator takes less for a whole stack.
    variables = {
        **client_environment(ports),
        "SAM_CLI_POLL_DELAY": "0.3",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_MAX_ATTEMPTS": "5",
    }
    del variables["PYTHONPATH"]
    command = [
        str(SAM),
        "deploy",
        "--config-env",
        environment,
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
    ]
    _run(
        [*command, "--parameter-overrides", *overrides], log, variables, f"sam deploy --config-env {environment} failed"
    )


def outputs(cloudformation: "CloudFormationClient", stack: str) -> dict[str, str]:
    """A stack's outputs."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


def overrides(environment: str) -> list[str]:
    """The template's parameters for a deployment of `environment` on this machine."""
    from artifacts.parameters import overrides as of_environment

    return list(of_environment(environment, local=True))


def _build_environment() -> dict[str, str]:
    variables = client_environment(Ports())
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_XRAY", "PYTHONPATH"):
        del variables[name]
    return {**variables, "SAM_CLI_TELEMETRY": "0"}


def _run(command: Sequence[str], log: Path, environment: Mapping[str, str], failed: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=REPOSITORY, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        raise LocalStackError(f"{failed}: {_reason(log)}", f"See {log}")


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("Error", "graylane")) or "CREATE_FAILED" in line]
    return json.dumps((telling or lines or ["no output"])[-1])[1:-1]
