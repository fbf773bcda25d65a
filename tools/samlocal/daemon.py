"""A Docker daemon: the one that runs, or one of our own for as long as it is needed."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from graylocal.errors import LocalStackError
from graylocal.system.processes import Processes
from samlocal.errors import SamLocalError

__all__ = ["docker", "gateway", "prove"]


@contextmanager
def docker(processes: Processes, folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which `docker` and SAM CLI find a daemon. Raises SamLocalError when there is none to be had.

    Where none answers and we are root, one is started with all its state in `folder`, and ended afterwards. Docker
    itself chooses how layers are kept: as overlays or, in a container, as copies, which is several times slower.
    """
    if _answers(os.environ):
        yield dict(os.environ)
        return
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        raise SamLocalError(
            "no Docker daemon answers: start Docker, or `apt-get install docker.io` and run this as root"
        )
    own = {**os.environ, "DOCKER_HOST": f"unix://{folder}/docker.sock"}
    command = ["dockerd", "-H", own["DOCKER_HOST"], "--pidfile", f"{folder}/docker.pid"]
    command += ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"]
    processes.start("dockerd", command, os.environ, folder)
    try:
        processes.wait_until("dockerd", lambda: _answers(own), 60)
    except LocalStackError as error:
        raise SamLocalError(f"the Docker daemon does not start: {error}") from error
    try:
        yield own
    finally:
        processes.stop("dockerd")


def gateway(environment: Mapping[str, str]) -> str:
    """This machine's address in the containers' network. Raises SamLocalError."""
    wanted = "{{range .IPAM.Config}}{{.Gateway}}{{end}}"
    command = ["docker", "network", "inspect", "bridge", "--format", wanted]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    # Docker names no gateway where it was left to choose the usual one.
    found = done.stdout.strip() or "172.17.0.1"
    if done.returncode:
        raise SamLocalError(f"Docker has no network `bridge`: {done.stderr.strip()}")
    return found


def prove(environment: Mapping[str, str], image: str, address: str, port: int) -> None:
    """See that a container starts and reaches this port. Raises SamLocalError where one may not (sandboxes)."""
    reach = f"import socket; socket.create_connection(('{address}', {port}), 10)"
    command = ["docker", "run", "--rm", "--entrypoint", "/var/lang/bin/python3", image, "-c", reach]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise SamLocalError(f"Docker runs, but a container does not start or does not reach this machine: {said}")


def _answers(environment: Mapping[str, str]) -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], env=dict(environment), capture_output=True, check=False).returncode == 0
