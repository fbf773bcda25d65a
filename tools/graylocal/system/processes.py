"""The processes of a local stack: started in their own groups, recorded, and stopped only by id."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graylocal.errors import LocalStackError

_GRACE = 8.0  # seconds between SIGTERM and SIGKILL
MAIN = "graylocal"  # the recorded name of the starting program itself


@dataclass(frozen=True)
class Running:
    """A started process: its id is its group's id. `started` distinguishes it from a later process with the same id."""

    name: str
    pid: int
    started: str


def started_at(pid: int) -> str:
    """A process's start time, as the system reports it; empty if there is no such process."""
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    state, _, start = answer.partition(" ")
    return "" if state.startswith("Z") else start.strip()


class Processes:
    """Starts processes and records them in a file, so that a later run can clean up after this one."""

    def __init__(self, record: Path, logs: Path, scratch: Path) -> None:
        self._record, self._logs, self._scratch = record, logs, scratch
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._running = [Running(MAIN, os.getpid(), started_at(os.getpid()))]

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start one process; its output goes to `<logs>/<name>.log`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"{name}.log").open("wb") as log:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.PIPE,  # graylocal.system.lifeline
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[name] = child
        self._running.append(Running(name, child.pid, started_at(child.pid)))
        self._write()

    def run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> int:
        """Run one process to its end and return its exit code; if interrupted, stop it and its children."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            return child.wait()
        except BaseException:
            end_groups([child.pid], lambda: child.poll() is not None)
            child.wait()
            raise

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a started process is ready. Raises LocalStackError if it ends or takes too long."""
        deadline, child = time.monotonic() + seconds, self._children[name]
        while not ready():
            log = self._logs / f"{name}.log"
            if child.poll() is not None:
                raise LocalStackError(f"{name} ended with {child.returncode}: {_last_line(log)}", f"See {log}")
            if time.monotonic() > deadline:
                raise LocalStackError(f"{name} was not ready in {seconds:.0f} s: {_last_line(log)}", f"See {log}")
            time.sleep(0.05)

    def stop(self, name: str) -> None:
        """Stop one process and its group, and wait for it."""
        child = self._children.pop(name, None)
        if child is not None:
            end_groups([child.pid], lambda: child.poll() is not None)
            child.wait()
            if child.stdin is not None:
                child.stdin.close()
        self._running = [each for each in self._running if each.name != name]
        self._write()

    def stop_all(self) -> None:
        """Stop all processes, in reverse order of their start."""
        for name in reversed(list(self._children)):
            self.stop(name)
        self._record.unlink(missing_ok=True)

    def runs(self, name: str) -> bool:
        """Whether a process of this name is running."""
        child = self._children.get(name)
        return child is not None and child.poll() is None

    def ended(self) -> str | None:
        """The name of a process that stopped unexpectedly, or None."""
        return next((name for name, child in self._children.items() if child.poll() is not None), None)

    def _write(self) -> None:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        record = {"scratch": str(self._scratch), "processes": [asdict(each) for each in self._running]}
        self._record.write_text(json.dumps(record, indent=1))


def left_over(record: Path) -> list[Running]:
    """Processes of an earlier run that are still running, without processes that merely reuse an old id."""
    earlier = [Running(**each) for each in _recorded(record).get("processes", [])]
    return [each for each in earlier if each.started and started_at(each.pid) == each.started]


def tidy(record: Path) -> list[str]:
    """Stop what an earlier run left behind, delete its scratch files, and return the names of stopped processes."""
    remaining = [each for each in left_over(record) if each.name != MAIN]
    pids = [each.pid for each in remaining]
    end_groups(pids, lambda: not any(started_at(pid) for pid in pids))
    scratch = Path(_recorded(record).get("scratch") or "")
    if scratch.name.startswith(("graylane-", "scratch-")):
        shutil.rmtree(scratch, ignore_errors=True)
    record.unlink(missing_ok=True)
    return [each.name for each in remaining]


def _recorded(record: Path) -> dict[str, Any]:
    try:
        recorded = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return {}  # never started, or stopped while writing
    return recorded if isinstance(recorded, dict) else {}


def end_groups(pids: Sequence[int], gone: Callable[[], bool]) -> None:
    """Send SIGTERM to the process groups, then SIGKILL if needed. A leader's children end with its group."""
    _signal(pids, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while pids and not gone() and time.monotonic() < deadline:
        time.sleep(0.02)
    _signal(pids, signal.SIGKILL)


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return lines[-1].strip() if lines else "no output"
