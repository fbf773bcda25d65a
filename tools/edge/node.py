"""Runs scripts/ in Node, with the packages of package-lock.json (installed by tools/install.sh)."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from edge.source import ROOT, EdgeSourceError

__all__ = ["has_tools", "run_script"]

_SCRIPTS = Path(__file__).parent / "scripts"
_TOOLS = ROOT / ".tools" / "edge"


def has_tools() -> bool:
    """Whether Node and the packages of the lock file are installed."""
    installed, wanted = _TOOLS / ".lock", _SCRIPTS / "package-lock.json"
    return shutil.which("node") is not None and installed.exists() and installed.read_bytes() == wanted.read_bytes()


def run_script(name: str, given: object) -> Any:
    """A script's output for this input, both JSON. Raises EdgeSourceError with its error output if it fails."""
    if not has_tools():
        raise EdgeSourceError(
            "terser and ESLint are not installed; they are needed to build the edge functions: "
            "apt-get install nodejs npm, then make install"
        )
    done = subprocess.run(
        ["node", str(_SCRIPTS / name)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NODE_PATH": str(_TOOLS / "node_modules")},
    )
    if done.returncode:
        raise EdgeSourceError(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout)
