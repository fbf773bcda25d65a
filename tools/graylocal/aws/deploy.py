"""Build and deploy with the real SAM CLI, against the emulator."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.artifacts.parameters import overrides
from graylocal.aws.emulator import clean_environment, client_environment
from graylocal.errors import LocalStackError
from graylocal.system.places import REPOSITORY, Ports, interpreter
from graylocal.system.processes import Processes

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

SAM = interpreter("sam").parent / "sam"


def build(processes: Processes, environment: str, log: Path) -> None:
    """Build the functions of an environment's stacks for this machine, if an input has changed.

    Raises LocalStackError if the build fails.
    """
    variables = {**clean_environment(), "SAM_CLI_TELEMETRY": "0"}
    command = [sys.executable, "-m", "delivery.artifacts", "--env", environment, "--local"]
    _run(processes, command, log, variables, "sam build failed")


def deploy(
    processes: Processes,
    name: str,
    ports: Ports,
    log: Path,
    *,
    stack: str = "",
    parameters: Mapping[str, str] | None = None,
) -> None:
    """`sam deploy --config-env <name>` to the emulator; stack name and parameters override samconfig.toml.

    Raises LocalStackError if it fails.
    """
    variables = {
        **client_environment(ports),
        # SAM polls a stack every 5 s by default; the emulator deploys a whole stack in less.
        "SAM_CLI_POLL_DELAY": "0.3",
        "SAM_CLI_TELEMETRY": "0",
    }
    del variables["PYTHONPATH"]
    command = [
        str(SAM),
        "deploy",
        "--config-env",
        name,
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
    ]
    if stack:
        command += ["--stack-name", stack]
    mine = [f"{each}={value}" for each, value in (parameters or {}).items()]  # for duplicates, SAM uses the last
    command += ["--parameter-overrides", *overrides(REPOSITORY, name, local=True), *mine]
    _run(processes, command, log, variables, f"sam deploy --config-env {name} failed")


def outputs(cloudformation: "CloudFormationClient", stack: str) -> dict[str, str]:
    """A stack's outputs."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


def _run(processes: Processes, command: Sequence[str], log: Path, environment: Mapping[str, str], failed: str) -> None:
    if processes.run(command, environment, REPOSITORY, log):
        raise LocalStackError(f"{failed}: {_reason(log)}", f"See {log}")


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("Error", "graylane")) or "CREATE_FAILED" in line]
    return " ".join((telling or lines or ["no output"])[-1].split())
