"""Paths and ports: the repository, the tools' environments, and the state of one local stack."""

import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# The example is not in the wheel, which has the repository's other folders.
IS_INSTALLED = not (REPOSITORY / "lane.yaml").exists()
ACCOUNT = "000000000000"
REGION = "us-east-1"
_BIN = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Ports:
    """Ports of 127.0.0.1. `traces_udp` receives segments, `traces` is X-Ray's API, `control` sets the simulation."""

    gateway: int = 4566
    traces: int = 4567
    traces_udp: int = 4568
    site: int = 8080
    site_tls: int = 8443
    control: int = 8081


@dataclass(frozen=True)
class Places:
    """Folders of one local stack. `state` is kept when it stops, `scratch` is not."""

    state: Path
    scratch: Path

    @property
    def logs(self) -> Path:
        """Log files, one per process."""
        return self.state / "logs"

    @property
    def processes(self) -> Path:
        """The file of running processes."""
        return record(self.state)

    @property
    def sam(self) -> Path:
        """What `sam local invoke` reads to find this stack."""
        return self.state / "sam"

    @property
    def target(self) -> Path:
        """The file in which `grayctl` finds this stack."""
        return self.state / "local.json"


def record(state: Path) -> Path:
    """The process file of the stack with this `state` folder."""
    return state / "processes.json"


def interpreter(environment: str) -> Path:
    """The Python of an environment created by tools/install.sh (`sam`, `ministack`, `runtime`)."""
    return REPOSITORY / ".tools" / environment / _BIN / "python"


def own_interpreter() -> Path:
    """The Python of our own environment."""
    return Path(sys.executable)


def places(state: Path) -> Places:
    """The folders of a stack with this `state` folder; scratch files go to a RAM disk if there is one."""
    memory = Path("/dev/shm")  # noqa: S108 - contains a folder with a random name
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
