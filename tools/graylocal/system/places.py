"""Where things are: the repository, the tools' own environments, and the state of one local stack."""

import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
ACCOUNT = "000000000000"
REGION = "us-east-1"
_BIN = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Ports:
    """Ports of 127.0.0.1. `traces_udp` takes segments, `traces` speaks X-Ray's API, `control` sets the simulation."""

    gateway: int = 4566
    traces: int = 4567
    traces_udp: int = 4568
    site: int = 8080
    site_tls: int = 8443
    control: int = 8081


@dataclass(frozen=True)
class Places:
    """Folders of one local stack. `state` survives its end, `scratch` does not."""

    state: Path
    scratch: Path

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.state / "logs"

    @property
    def processes(self) -> Path:
        """The processes that were started and not yet ended."""
        return record(self.state)

    @property
    def sam(self) -> Path:
        """What `sam local invoke` reads to find this stack."""
        return self.state / "sam"

    @property
    def target(self) -> Path:
        """What `grayctl` reads to find this stack."""
        return self.state / "local.json"


def record(state: Path) -> Path:
    """Where the stack that keeps its state in `state` writes down its processes."""
    return state / "processes.json"


def interpreter(environment: str) -> Path:
    """The Python of one of the environments that tools/install.sh makes (`sam`, `ministack`, `runtime`)."""
    return REPOSITORY / ".tools" / environment / _BIN / "python"


def own_interpreter() -> Path:
    """The Python of our own environment."""
    return Path(sys.executable)


def places(state: Path) -> Places:
    """The folders for a stack that keeps its state in `state`; scratch files go to memory where it is a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made below it
    base = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    state.mkdir(parents=True, exist_ok=True)
    if base is None:
        return Places(state, Path(tempfile.mkdtemp(prefix="scratch-", dir=state)))
    return Places(state, Path(tempfile.mkdtemp(prefix="graylane-", dir=base)))


def local_target(environment: str, stack: str, ports: Ports) -> str:
    """The text of local.json."""
    return json.dumps(
        {
            "config_env": environment,
            "stack": stack,
            "region": REGION,
            "account": ACCOUNT,
            "endpoint": f"http://localhost:{ports.gateway}",
            "xray_endpoint": f"http://127.0.0.1:{ports.traces}",
            "site": f"http://localhost:{ports.site}",
            "control": f"http://127.0.0.1:{ports.control}",
            "ports": asdict(ports),
        },
        indent=2,
    )
