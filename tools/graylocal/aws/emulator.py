"""The AWS emulator as a process: MiniStack with our patches, in its own environment."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx

from graylocal.system.places import Places, Ports, interpreter
from graylocal.system.processes import Processes

_HERE = Path(__file__).parent


def clean_environment() -> dict[str, str]:
    """The environment without variables that could select a real AWS account or disable Python's bytecode."""
    dropped = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in dropped}


def emulator_environment(places: Places, ports: Ports, patches_off: Iterable[str] = ()) -> dict[str, str]:
    """The environment of MiniStack and, through it, of every function."""
    return {
        **clean_environment(),
        "GATEWAY_PORT": str(ports.gateway),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",  # enforce the functions' roles and the buckets' policies
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(places.scratch),
        "S3_DATA_DIR": str(places.scratch / "s3"),
        "STATE_DIR": str(places.scratch / "state"),
        "LAMBDA_PYTHON": str(interpreter("runtime")),
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.5",
        # `localhost`, not an IP address: the KeyValueStore's endpoint prefixes it with the account.
        "AWS_ENDPOINT_URL": f"http://localhost:{ports.gateway}",
        # where the sync functions' health checks find a lane's origins
        "GRAY_ORIGIN_URL_TEMPLATE": f"http://localhost:{ports.gateway}/_origins/{{host}}{{path}}",
        "AWS_ENDPOINT_URL_XRAY": f"http://127.0.0.1:{ports.traces}",
        "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{ports.traces_udp}",
        "PYTHONPATH": str(_HERE / "resolver"),
        "PATCHES_OFF": ",".join(patches_off),
    }


def client_environment(ports: Ports) -> dict[str, str]:
    """The environment variables that make our programs use the emulator as AWS."""
    return {
        **clean_environment(),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # the emulator's root user
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://localhost:{ports.gateway}",
        "AWS_ENDPOINT_URL_XRAY": f"http://127.0.0.1:{ports.traces}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(_HERE / "resolver"),
    }


def start(processes: Processes, places: Places, environment: Mapping[str, str], ports: Ports) -> None:
    """Start MiniStack and wait until it answers."""
    command = [str(interpreter("ministack")), str(_HERE / "ministack_launcher.py")]
    processes.start("emulator", command, environment, places.scratch)
    processes.wait_until("emulator", lambda: answers(f"http://127.0.0.1:{ports.gateway}/_ministack/health"), 60)


def answers(url: str) -> bool:
    """Whether an HTTP server answers here, with any status."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False
