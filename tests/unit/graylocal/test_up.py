"""What `graylocal up` says when it cannot start: one line with the way out, and nothing is left."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from graylocal.system import free_ports
from graylocal.system.places import REPOSITORY, Ports
from graylocal.system.processes import Processes, Running, started_at

OPTIONS = {"site": "--port"}


def up(state: Path, ports: Ports, tools: Path = REPOSITORY / "tools") -> subprocess.CompletedProcess[str]:
    """A `graylocal up` that is expected to give up at once."""
    given = [f"{OPTIONS.get(name, f'--{name.replace("_", "-")}-port')}={port}" for name, port in asdict(ports).items()]
    return subprocess.run(
        [sys.executable, "-m", "graylocal.cli", "up", "--state", str(state), *given],
        env={**os.environ, "PYTHONPATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def taken() -> Iterator[Ports]:
    """Free ports but for the site's."""
    with socket.socket() as other:
        ports = free_ports.free()
        other.bind(("127.0.0.1", ports.site))
        other.listen()
        yield ports


def test_a_port_in_use(tmp_path: Path, taken: Ports) -> None:
    done = up(tmp_path, taken)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"graylocal: port {taken.site} (site) is in use. Stop its process (for an earlier run: "
        '`.venv/bin/graylocal down`), or choose another port: make up ARGS="--port N"\n'
    )
    assert not (tmp_path / "processes.json").exists()


def test_processes_of_a_run_that_was_cut_off_are_ended_first(tmp_path: Path, taken: Ports) -> None:
    earlier = Processes(tmp_path / "processes.json", tmp_path, tmp_path / "scratch-x")
    waits = [sys.executable, "-c", "import time; time.sleep(600)"]
    earlier.start("edge", waits, os.environ, tmp_path)
    record = tmp_path / "processes.json"
    process = Running(**json.loads(record.read_text())["processes"][-1])
    # It was started by somebody who is gone: not by this test's process.
    record.write_text(record.read_text().replace(str(os.getpid()), "4194303"))
    try:
        done = up(tmp_path, taken)
        assert done.stdout == "Cleaned up after an earlier run: stopped edge.\n"
        assert not started_at(process.pid)
        assert done.stderr.startswith(f"graylocal: port {taken.site} (site) is in use.")
    finally:
        earlier.stop_all()


def test_a_missing_tool(bare: Path) -> None:
    (bare / "lane.yaml").touch()  # the example: this is the repository
    done = up(bare / "state", free_ports.free(), bare / "tools")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "graylocal: .tools/sam is missing. Install the pinned tools: tools/install.sh\n"


def test_installed_it_has_no_example(bare: Path) -> None:
    done = up(bare / "state", free_ports.free(), bare / "tools")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "graylocal: no graylane.toml in this folder. Write it: grayctl init\n"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The tools of Graylane in a folder of their own, without the tools that they need."""
    for package in ("graylocal", "delivery", "grayctl", "edge"):
        shutil.copytree(REPOSITORY / "tools" / package, tmp_path / "tools" / package)
    return tmp_path
