"""The processes of a local stack: started in groups of their own, written down, and ended by their ids only."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graylocal.errors import LocalStackError

_GRACE = 8.0  # seconds between asking a process to end and ending it


@dataclass(frozen=True)
class Running:
    """A process that was started: its id is its group's id. `started` tells it from a later process of the same id."""

    name: str
    pid: int
    started: str


def started_at(pid: int) -> str:
    """When a process started, as the system writes it; empty when there is none of this id."""
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


class Processes:
    """Starts processes and remembers them in a file, so that a later run can tidy up after this one."""

    def __init__(self, record: Path, logs: Path) -> None:
        self._record, self._logs = record, logs
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._running: list[Running] = []

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start one process; its output goes to `<logs>/<name>.log`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[name] = child
        self._running.append(Running(name, child.pid, started_at(child.pid)))
        self._write()

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a started process is ready. Raises LocalStackError when it ends before, or takes too long."""
        deadline, child = time.monotonic() + seconds, self._children[name]
        while not ready():
            log = self._logs / f"{name}.log"
            if child.poll() is not None:
                raise LocalStackError(f"{name} ended with {child.returncode}: {_last_line(log)}", f"See {log}")
            if time.monotonic() > deadline:
                raise LocalStackError(f"{name} was not ready in {seconds:.0f} s: {_last_line(log)}", f"See {log}")
            time.sleep(0.05)

    def stop(self, name: str) -> None:
        """End one process and its group, and wait for it."""
        child = self._children.pop(name, None)
        if child is not None:
            end_groups([child.pid], lambda: child.poll() is not None)
            child.wait()
        self._running = [each for each in self._running if each.name != name]
        self._write()

    def stop_all(self) -> None:
        """End all processes, the last started first."""
        for name in reversed(list(self._children)):
            self.stop(name)
        self._record.unlink(missing_ok=True)

    def ended(self) -> str | None:
        """The name of a process that ended by itself, or None."""
        return next((name for name, child in self._children.items() if child.poll() is not None), None)

    def _write(self) -> None:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._record.write_text(json.dumps([each.__dict__ for each in self._running]))


def left_over(record: Path) -> list[Running]:
    """Processes of an earlier run that still run. A process that merely got an old id again is not among them."""
    if not record.exists():
        return []
    earlier = [Running(**each) for each in json.loads(record.read_text() or "[]")]
    return [each for each in earlier if each.started and started_at(each.pid) == each.started]


def tidy(record: Path) -> list[str]:
    """End what an earlier run left behind, and return the names."""
    remaining = left_over(record)
    pids = [each.pid for each in remaining]
    end_groups(pids, lambda: not any(started_at(pid) for pid in pids))
    record.unlink(missing_ok=True)
    return [each.name for each in remaining]


def end_groups(pids: Sequence[int], gone: Callable[[], bool]) -> None:
    """Ask the process groups to end, and end those that do not. What a group's leader started ends with it."""
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
