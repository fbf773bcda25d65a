"""Graylane as somebody installs it: the wheel, in an environment of its own, outside of the repository."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.project.deployment import ROOT

__all__ = ["install", "wheel"]

_UV = ROOT / ".tools" / "uv" / "bin" / "uv"


def wheel(folder: Path) -> Path:
    """The wheel, built here."""
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), in_folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def install(folder: Path) -> Path:
    """The folder with the commands. Other people's packages are those of our environment: nothing is downloaded."""
    environment = folder / "environment"
    _run(str(_UV), "venv", "--quiet", "--python", sys.executable, str(environment), in_folder=folder)
    python = environment / "bin" / "python"
    _run(
        str(_UV), "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(python), str(wheel(folder)),
        in_folder=folder,
    )  # fmt: skip
    packages = environment / "lib" / "python3.13" / "site-packages"
    # Of a path in such a file Python reads no such files, so the repository itself is not on the path.
    (packages / "other-packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (packages / "graylane" / ".tools").symlink_to(ROOT / ".tools")  # what `graylocal install` would download
    return environment / "bin"


def _run(*command: str, in_folder: Path) -> None:
    done = subprocess.run(command, cwd=in_folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
