"""What `grayctl` costs before it does anything: CPU time of whole processes, as a ratio to `import typer, rich`.

Every command is run once in each round, one after the other, so that whatever else the machine does meets all of them
alike; the ratio is of the medians. `status` asks a stack with a release: AWS is moto in this process behind a real
address, and so is the site. Bytecode is kept in a folder of its own, filled by a round that is not counted, as on a
machine where grayctl ran before.

    .venv/bin/python bench/start.py [--rounds 21] [--write]
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from moto import mock_aws

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.support.aws.moto_server import aws_handler  # noqa: E402 - found by the line above
from tests.support.aws.serving import serving  # noqa: E402
from tests.support.grayctl.grayctl_stack import SAMCONFIG, deployed  # noqa: E402

from grayctl.cli import run  # noqa: E402

GRAYCTL = str(Path(sys.executable).with_name("grayctl"))
RESULTS = Path(__file__).parent / "results" / "start.md"
BASE = 'python -c "import typer, rich"'
COMMANDS: Mapping[str, list[str]] = {
    BASE: [sys.executable, "-c", "import typer, rich"],
    "grayctl --help": [GRAYCTL, "--help"],
    "grayctl kill --help": [GRAYCTL, "kill", "--help"],
    "grayctl status": [GRAYCTL, "status", "--config-env", "test"],
}
MOST = {"grayctl --help": 2.5, "grayctl status": 4.0}


def cpu_seconds(command: list[str], folder: Path, environment: Mapping[str, str]) -> float:
    """User and system time of one process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)} exited {ended.returncode}: {ended.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(rounds: int, folder: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """The median of each command."""
    seen: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            used = cpu_seconds(command, folder, environment)
            if number:  # the first round writes the bytecode
                seen[name].append(used)
    return {name: statistics.median(each) for name, each in seen.items()}


def on_a_stack(rounds: int) -> dict[str, float]:
    """Measure in a project whose stack is deployed and has a release."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch, mock_aws():
        folder = Path(name)
        (folder / "samconfig.toml").write_text(SAMCONFIG)
        patch.chdir(folder)
        for variable in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN", "GRAYCTL_CONFIG_ENV"):
            patch.delenv(variable, raising=False)
        for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(variable, str(folder / "none"))
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(variable, "testing")
        for _stack in deployed(folder, patch):
            if run(["ramp", "20", "--yes", "--no-wait", "--config-env", "test"]):
                raise SystemExit("the release could not be saved")
            with serving(aws_handler()) as aws:
                environment = {**os.environ, "AWS_ENDPOINT_URL": aws, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
                environment.pop("PYTHONDONTWRITEBYTECODE", None)
                return measured(rounds, folder, environment)
    raise AssertionError("there is one stack")


def table(medians: Mapping[str, float], rounds: int) -> str:
    """The committed result."""
    lines = [
        "# What `grayctl` costs before it does anything",
        "",
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} x {_processor()}. "
        f"Command: `.venv/bin/python bench/start.py --rounds {rounds} --write`.",
        "",
        "| process | CPU time, median | ratio | at most |",
        "|---|---:|---:|---:|",
    ]
    for name, used in medians.items():
        most = f"{MOST[name]:.1f}" if name in MOST else ""
        lines.append(f"| `{name}` | {used * 1000:.0f} ms | {used / medians[BASE]:.2f} | {most} |")
    lines += [
        "",
        f"User and system time of the whole process, median of {rounds} rounds that run each command once; bytecode is"
        " there already. `status` reads stack, release, parameters, keys and lanes of a moto server, and asks a site.",
    ]
    return "\n".join(lines) + "\n"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")


def main() -> int:
    """Measure, print, and keep the table when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    asked = parser.parse_args()
    medians = on_a_stack(asked.rounds)
    text = table(medians, asked.rounds)
    print(text)
    if asked.write:
        RESULTS.write_text(text, encoding="utf-8")
    missed = [name for name, most in MOST.items() if medians[name] > most * medians[BASE]]
    for name in missed:
        print(f"missed: {name}")  # a figure and not a failure: `make bench` goes on
    return 0


if __name__ == "__main__":
    sys.exit(main())
