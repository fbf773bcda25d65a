"""`make up` as a user starts it, on free ports: ready, followed by the edge, ended by Ctrl-C with all it started."""

import json
import os
import signal
import subprocess
import time
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.support.functions.sample_events import CASES
from tests.support.stack.operator import Operator, project_folder
from tests.support.stack.viewers import Viewer

from graylocal.system import free_ports
from graylocal.system.places import REPOSITORY, Ports
from graylocal.system.processes import started_at

pytestmark = pytest.mark.own_stack

READY = "Graylane is up"


class MakeUp:
    """A running `make up`, in a process group of its own as a terminal gives it."""

    def __init__(self, project: Path) -> None:
        self.ports = free_ports.free()
        self.state = project / ".graylane" / "local"
        self.output = project / "output.log"
        with self.output.open("wb") as output:
            self.make = subprocess.Popen(
                ["make", "up", f"ARGS={options(self.ports)} --state {self.state}"],
                cwd=REPOSITORY,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "COLUMNS": "200"},
            )

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        while READY not in self.said:
            assert self.make.poll() is None, self.said
            time.sleep(0.1)

    def interrupt(self) -> int:
        """Ctrl-C: the terminal signals the whole foreground group. The exit code."""
        os.killpg(self.make.pid, signal.SIGINT)
        return self.make.wait(60)

    def processes(self) -> dict[int, str]:
        """What it has written down: ids with the time of their start."""
        recorded = json.loads((self.state / "processes.json").read_text())["processes"]
        return {each["pid"]: each["started"] for each in recorded}


def options(ports: Ports) -> str:
    named = {"--port" if name == "site" else f"--{name.replace('_', '-')}-port": n for name, n in asdict(ports).items()}
    return " ".join(f"{option} {number}" for option, number in named.items())


def group_of(leader: int) -> set[int]:
    """Processes of the session that a process leads."""
    command = ["ps", "-o", "pid=", "-s", str(leader)]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {int(pid) for pid in found.split()}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[MakeUp]:
    running = MakeUp(project_folder(tmp_path))
    try:
        yield running
    finally:
        if running.make.poll() is None:
            running.interrupt()


def test_make_up_serves_follows_and_ends_with_everything(running: MakeUp, tmp_path: Path) -> None:
    # Given the screen of a stack that is up: where it is, three things to try, where the logs are
    running.wait_until_ready()
    url = f"http://localhost:{running.ports.site}"
    screen = running.said[running.said.index(READY) :]
    assert url in screen
    assert [line.split()[1] for line in screen.splitlines() if line.startswith("  .venv/bin/grayctl")] == [
        "status",
        "ramp",
        "kill",
    ]
    assert str(running.state / "logs") in screen
    assert Viewer().ask(url).lane == "v1"

    # When an operator acts, in another terminal, then the edge follows
    operator = Operator(tmp_path, "dev")
    assert operator.json("status")["edge"]["reachable"]
    operator.run("ramp", "100", "--yes")
    assert Viewer().ask(url).lane == "v2"
    operator.run("kill")
    assert Viewer().ask(url).lane == "v1"
    operator.run("sync")

    # And a second one at the same place says who has it
    second = subprocess.run(
        [".venv/bin/graylocal", "up", "--state", str(running.state)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert second.returncode == 1
    assert second.stderr.startswith("graylocal: a local stack already runs (pid ")
    assert second.stderr.count("\n") == 1

    # And `sam local invoke` has what samconfig.toml names: each function as built and deployed, each endpoint declared
    config = tomllib.loads((tmp_path / "samconfig.toml").read_text())
    for stack in ("dev", "dev-v1", "dev-v2"):
        named = config[stack]["local_invoke"]["parameters"]
        template, own = (json.loads((tmp_path / named[file]).read_text()) for file in ("template_file", "env_vars"))
        assert set(template["Resources"]) >= {case.function for case in CASES if case.stack("dev") == stack}
        for resource in template["Resources"].values():
            assert Path(resource["Properties"]["CodeUri"]).is_file()
            variables = resource["Properties"]["Environment"]["Variables"]
            assert {name: variables[name] for name in own["Parameters"]} == own["Parameters"]
            assert all(isinstance(value, str) for value in variables.values())
            assert variables["GRAY_ENVIRONMENT"] == "dev"

    # When it is interrupted, then nothing that it started is left: no process, no port, no scratch file, no note
    started = running.processes()
    everything = set().union(*(group_of(pid) for pid in started))
    assert len(everything) > len(started), "the functions' processes are in it too"
    scratch = Path(json.loads((running.state / "processes.json").read_text())["scratch"])
    assert scratch.is_dir()
    running.interrupt()
    assert "Stopped." in running.said
    assert not [pid for pid in everything if started_at(pid)]
    free_ports.check(running.ports)
    assert not scratch.exists()
    assert not (running.state / "processes.json").exists()
    assert not (running.state / "local.json").exists()
    assert not (running.state / "sam").exists()


def test_what_a_killed_make_up_left_is_tidied_up(running: MakeUp) -> None:
    """A power cut: nobody could end anything. Its processes end by themselves, the next run removes the rest."""
    record = running.state / "processes.json"
    while not record.exists() or len(running.processes()) < 2:
        assert running.make.poll() is None, running.said
        time.sleep(0.05)
    scratch = Path(json.loads(record.read_text())["scratch"])
    os.killpg(running.make.pid, signal.SIGKILL)
    running.make.wait()

    down = subprocess.run(
        [".venv/bin/graylocal", "down", "--state", str(running.state)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert down.stdout.startswith(("Stopped ", "Nothing was running"))
    assert not scratch.exists()
    assert not record.exists()
    free_ports.check(running.ports)
