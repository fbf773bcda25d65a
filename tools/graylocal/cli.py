"""`graylocal`: runs Graylane on this machine with one command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from graylocal import sam_local
from graylocal.application import bring_up, settings_of
from graylocal.errors import LocalStackError
from graylocal.stack import LocalStack
from graylocal.system import free_ports, places
from graylocal.system.places import IS_INSTALLED, REPOSITORY, Ports, interpreter
from graylocal.system.processes import MAIN, left_over, started_at, tidy

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
_DEFAULT = Ports()
# grayctl expects the stack below the folder with the graylane.toml, or of `make up`, at the default.
State = Annotated[
    Path | None,
    typer.Option(help="Folder for logs and the process file; by default .graylane/local.", show_default=False),
]
_TOOLS = ("sam", "ministack", "runtime")

_screen = Console()


class _Steps:
    """One line per step: a spinner while it runs, its duration when done."""

    def __init__(self, status: Status) -> None:
        self._status, self._step, self._since = status, "", time.monotonic()

    def advance(self, step: str) -> None:
        """Start the next step."""
        self.done()
        self._step, self._since = step, time.monotonic()
        self._status.update(f"{step} ...")

    def done(self) -> None:
        """Finish the running step."""
        if self._step:
            _screen.print(f"[green]✓[/] {self._step} [dim]{time.monotonic() - self._since:.1f} s[/]", highlight=False)
        self._step = ""


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of the site over http.")] = _DEFAULT.site,
    site_tls_port: Annotated[int, typer.Option(help="Port of the site over https.")] = _DEFAULT.site_tls,
    control_port: Annotated[int, typer.Option(help="Port of the edge's simulation control.")] = _DEFAULT.control,
    gateway_port: Annotated[int, typer.Option(help="Port of the AWS emulator.")] = _DEFAULT.gateway,
    traces_port: Annotated[int, typer.Option(help="Port of the X-Ray API.")] = _DEFAULT.traces,
    traces_udp_port: Annotated[int, typer.Option(help="UDP port for trace segments.")] = _DEFAULT.traces_udp,
    time_scale: Annotated[float, typer.Option(help="Factor for alarm periods: 0.1 makes 60 s last 6 s.")] = 1.0,
    state: State = None,
) -> None:
    """Deploy the application of this folder to a local AWS emulator, serve its site, stop everything on Ctrl-C.

    The folder has a graylane.toml; without one, in Graylane's repository, it is the example.
    """
    ports = Ports(gateway_port, traces_port, traces_udp_port, port, site_tls_port, control_port)
    started = time.monotonic()
    folder, state = _folder(), state or _state()
    with _told_errors(), _ending_on_signals():
        if folder is None and IS_INSTALLED:
            raise LocalStackError("no graylane.toml in this folder", "Write it: grayctl init")
        settings = settings_of(folder) if folder else None
        _prepare(ports, places.record(state))
        with _screen.status("Starting ...") as status:
            steps = _Steps(status)
            environment = settings.environment if settings else "dev"
            stack = LocalStack(environment, state=state, ports=ports, time_scale=time_scale, advance=steps.advance)
            with stack:
                if folder and settings:
                    bring_up(stack, folder, settings, steps.advance)
                else:
                    _bring_up_the_example(stack)
                steps.done()
                status.stop()
                _ready(stack, time.monotonic() - started, is_example=settings is None)
                _watch(stack)


def _bring_up_the_example(stack: LocalStack) -> None:
    stack.deploy()
    stack.upload("v1")
    stack.upload("v2")
    stack.first_release()
    stack.serve()
    stack.published()
    sam_local.write(stack)


@app.command()
def install() -> None:
    """Install the pinned tools of the local stack (SAM CLI, emulator, Lambda's packages) beside Graylane; 300 MB."""
    command = ["bash", str(REPOSITORY / "tools" / "install.sh"), *_TOOLS]
    done = subprocess.run(command, env={**os.environ, "PYTHON": sys.executable}, check=False)
    raise typer.Exit(done.returncode)


@app.command()
def down(state: State = None) -> None:
    """Stop the processes of a local stack, even after an interrupted run."""
    record = places.record(state or _state())
    running = {each.name: each.pid for each in left_over(record)}
    if MAIN in running:
        _end_main(running[MAIN])
    ended = [*running, *tidy(record)]
    _screen.print(f"Stopped {', '.join(dict.fromkeys(ended))}." if ended else "Nothing was running.")


@app.command()
def status(state: State = None) -> None:
    """Show the running processes and the site's URL; exit code 1 if the stack is not up."""
    state = state or _state()
    running = left_over(places.record(state))
    for each in running:
        _screen.print(f"{each.name:<10} pid {each.pid}  since {each.started}", highlight=False)
    target = state / "local.json"
    if not running or not target.exists():
        _screen.print(f"The local stack is not up. Start it: {'graylocal up' if _folder() else 'make up'}")
        raise typer.Exit(1)
    _screen.print(target.read_text())


def _folder() -> Path | None:
    """The application's folder: the nearest with a graylane.toml."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "graylane.toml").is_file()), None)


def _state() -> Path:
    return (_folder() or (Path.cwd() if IS_INSTALLED else REPOSITORY)) / ".graylane" / "local"


def _end_main(pid: int) -> None:
    """Ask a running `graylocal up` to stop, and wait until it has stopped its processes."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + 30
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.05)


def _prepare(ports: Ports, record: Path) -> None:
    for name in _TOOLS:
        if not interpreter(name).exists():
            way = "graylocal install" if IS_INSTALLED else "tools/install.sh"
            raise LocalStackError(f".tools/{name} is missing", f"Install the pinned tools: {way}")
    for each in left_over(record):
        if each.name == MAIN:
            raise LocalStackError(f"a local stack already runs (pid {each.pid})", "Stop it: .venv/bin/graylocal down")
    ended = tidy(record)
    if ended:
        _screen.print(f"Cleaned up after an earlier run: stopped {', '.join(ended)}.")
    free_ports.check(ports)


def _ready(stack: LocalStack, seconds: float, *, is_example: bool) -> None:
    logs = _short(stack.places.logs)
    _screen.print()
    _screen.print(
        f"[bold]Graylane is up[/] at [bold]{stack.url}[/] (https: {stack.tls_url}) in {seconds:.0f} s.", soft_wrap=True
    )
    _screen.print("Try, in another terminal:")
    grayctl, end = (".venv/bin/grayctl", "") if is_example else ("grayctl", f" -e {stack.environment}")
    for command, effect in (
        ("status", "the saved release, and what the edge answers"),
        ("ramp 20", "20 % of the viewers get v2; a new browser profile is a new viewer"),
        ("kill", "everybody is back on v1 within two seconds"),
    ):
        _screen.print(f"  [cyan]{f'{grayctl} {command}{end}':<28}[/]{effect}", highlight=False, soft_wrap=True)
    where = f"Logs: {logs}/*.log; the functions' logs are in CloudWatch Logs of {stack.endpoint}."
    _screen.print(f"{where} Ctrl-C stops everything.", soft_wrap=True)


def _short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def _watch(stack: LocalStack) -> None:
    while True:
        time.sleep(0.5)
        ended = stack.processes.ended()
        if ended:
            raise LocalStackError(f"{ended} stopped unexpectedly", f"See {stack.places.logs / ended}.log")


@contextmanager
def _told_errors() -> Iterator[None]:
    try:
        yield
    except LocalStackError as error:
        Console(stderr=True).print(f"[red]graylocal:[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        _screen.print("Stopped.")


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        # A second signal must not interrupt the shutdown.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> None:
    """Entry point of the `graylocal` command."""
    app()


if __name__ == "__main__":
    main()
