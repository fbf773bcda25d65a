"""Processes are ended with all they started, by id, and an interrupted run is tidied up after."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from graylocal.errors import LocalStackError
from graylocal.system import lifeline
from graylocal.system.free_ports import check, free
from graylocal.system.places import Ports
from graylocal.system.processes import Processes, Running, left_over, started_at, tidy

# A parent that starts a child, says its id, and waits: what the emulator does with its function workers.
PARENT = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "print(child.pid, flush=True); time.sleep(600)"
)


def start(processes: Processes, logs: Path) -> int:
    """Start the parent and return its child's id."""
    processes.start("parent", [sys.executable, "-c", PARENT], os.environ, logs)
    log = logs / "parent.log"
    processes.wait_until("parent", lambda: log.read_text().strip().isdigit(), 20)
    return int(log.read_text())


def test_a_stopped_process_takes_its_children_along(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json", tmp_path, tmp_path / "scratch-x")
    child = start(processes, tmp_path)
    assert started_at(child)
    processes.stop_all()
    assert not started_at(child)
    assert not (tmp_path / "processes.json").exists()


def test_a_later_run_tidies_up_what_is_recorded_and_nothing_else(tmp_path: Path) -> None:
    record, scratch = tmp_path / "processes.json", tmp_path / "scratch-x"
    scratch.mkdir()
    processes = Processes(record, tmp_path, scratch)
    child = start(processes, tmp_path)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        # The stranger got an id that an earlier process had.
        recorded = json.loads(record.read_text())
        recorded["processes"].append(asdict(Running("earlier", stranger.pid, "Mon Jan  1 00:00:00 2024")))
        record.write_text(json.dumps(recorded))
        assert tidy(record) == ["parent"]
        assert not started_at(child)
        assert stranger.poll() is None
        assert not scratch.exists()
        assert left_over(record) == []
    finally:
        stranger.kill()
        stranger.wait()
        processes.stop_all()


def test_a_process_that_ends_before_it_is_ready_is_named_with_its_last_words(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json", tmp_path, tmp_path / "scratch-x")
    processes.start(
        "edge", [sys.executable, "-c", "print('no such distribution'); raise SystemExit(3)"], os.environ, tmp_path
    )
    with pytest.raises(LocalStackError, match="edge ended with 3: no such distribution"):
        processes.wait_until("edge", lambda: False, 20)
    processes.stop_all()


def test_a_port_in_use_is_one_line_with_the_way_out() -> None:
    import socket

    ports = free()
    check(ports)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.site))
        taken.listen()
        with pytest.raises(LocalStackError, match=rf"port {ports.site} \(site\) is in use.*--port N"):
            check(Ports(**asdict(ports)))


STARTER = """
import os, sys
from pathlib import Path
from graylocal.system.processes import Processes
folder = Path(sys.argv[1])
program = "import lifeline, time; lifeline.hold(); print('held', flush=True); time.sleep(600)"
processes = Processes(folder / "processes.json", folder, folder / "scratch-x")
processes.start("child", [sys.executable, "-c", program], {**os.environ, "PYTHONPATH": sys.argv[2]}, folder)
processes.wait_until("child", lambda: "held" in (folder / "child.log").read_text(), 20)
os.kill(os.getpid(), 9)
"""


def test_what_was_started_ends_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    neighbours = Path(lifeline.__file__).parent
    subprocess.run([sys.executable, "-c", STARTER, str(tmp_path), str(neighbours)], check=False, timeout=60)
    child = json.loads((tmp_path / "processes.json").read_text())["processes"][-1]
    deadline = time.monotonic() + 20
    while started_at(child["pid"]) == child["started"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
