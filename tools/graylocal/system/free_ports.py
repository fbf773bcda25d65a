"""Ports: checks whether they are free, and finds free ones for another stack."""

import socket
from contextlib import ExitStack
from dataclasses import asdict

from graylocal.errors import LocalStackError
from graylocal.system.places import Ports

_UDP = "traces_udp"


def check(ports: Ports) -> None:
    """Raise LocalStackError for the first port in use."""
    for name, port in asdict(ports).items():
        kind = socket.SOCK_DGRAM if name == _UDP else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                option = "--port" if name == "site" else f"--{name.replace('_', '-')}-port"
                raise LocalStackError(
                    f"port {port} ({name}) is in use",
                    "Stop its process (for an earlier run: `.venv/bin/graylocal down`), or choose another port: "
                    f'make up ARGS="{option} N"',
                ) from error


def free() -> Ports:
    """Six ports that are free now."""
    with ExitStack() as held:
        numbers = {}
        for name in asdict(Ports()):
            kind = socket.SOCK_DGRAM if name == _UDP else socket.SOCK_STREAM
            probe = held.enter_context(socket.socket(socket.AF_INET, kind))
            probe.bind(("127.0.0.1", 0))
            numbers[name] = int(probe.getsockname()[1])
        return Ports(**numbers)
