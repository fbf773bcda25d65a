"""A built function under the Lambda Runtime Interface Emulator that ships with SAM CLI, without Docker and without
AWS's image: emulator and runtime client are AWS's, Python and the system's libraries are this machine's."""

import os
import platform
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from graylocal.sam_local import Function
from graylocal.system.places import REPOSITORY, interpreter
from graylocal.system.processes import Processes

__all__ = ["emulator_binary", "running"]

_RESOLVER = REPOSITORY / "tools" / "graylocal" / "aws" / "resolver"
_PATH = "/2015-03-31/functions/function/invocations"


def emulator_binary(folder: Path) -> Path:
    """A copy that can be executed: SAM CLI ships it as a file to put into images."""
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    name = f"aws-lambda-rie-{machine}"
    (shipped,) = interpreter("sam").parents[1].glob(f"lib/python*/site-packages/samcli/local/rapid/{name}")
    copy = folder / name
    if not copy.exists():
        shutil.copy(shipped, copy)
        copy.chmod(0o755)
    return copy


@contextmanager
def running(
    processes: Processes, function: Function, built: Path, variables: Mapping[str, str], folder: Path
) -> Iterator[Callable[[Any], Any]]:
    """The function, started; called with an event it gives the answer. A failed call answers `errorMessage`.

    `built` is the folder of its stack's artifacts; `variables` are added to the function's own; `folder` is for the
    copy of the emulator.
    """
    artifact, (port, runtime_port) = built / function.logical_id, _two_free_ports()
    environment = {
        "PATH": os.environ["PATH"],
        **function.variables,
        **variables,
        "PYTHONPATH": f"{artifact}:{_RESOLVER}",
        "LAMBDA_TASK_ROOT": str(artifact),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
    }
    command = [
        *(str(emulator_binary(folder)), "--log-level", "error"),
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{runtime_port}"),
        *(str(interpreter("runtime")), "-m", "awslambdaric", function.handler),
    ]
    name = f"rie-{function.logical_id}"
    processes.start(name, command, environment, artifact)
    try:
        processes.wait_until(name, lambda: _listens(port), 30)

        def invoke(event: Any) -> Any:
            url = f"http://127.0.0.1:{port}{_PATH}"
            return httpx.post(url, json=event, timeout=function.timeout + 30, trust_env=False).json()

        yield invoke
    finally:
        processes.stop(name)


def _two_free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
