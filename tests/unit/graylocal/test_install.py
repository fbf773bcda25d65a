"""What `make up` says when something is missing: one line with the way out, before anything is changed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from graylocal.system.places import REPOSITORY

# What the script itself calls; no Python among it.
PROGRAMS = ("bash", "dirname", "mkdir", "cmp", "grep", "cp", "rm", "env")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A fresh clone, as far as the installer looks, on a machine with nothing but a shell."""
    for folder in ("tools", "requirements", "bin", "home"):
        (tmp_path / folder).mkdir()
    shutil.copy(REPOSITORY / "tools" / "install.sh", tmp_path / "tools")
    for lock in (REPOSITORY / "requirements").glob("*.lock"):
        shutil.copy(lock, tmp_path / "requirements")
    for program in PROGRAMS:
        found = shutil.which(program)
        assert found, program
        (tmp_path / "bin" / program).symlink_to(found)
    return tmp_path


def install(bare: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(bare / "bin"), "HOME": str(bare / "home"), **more}
    return subprocess.run(
        [str(bare / "tools" / "install.sh")], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("python", [{}, {"PYTHON": "/nowhere/python3.13"}])
def test_without_python_3_13(bare: Path, python: dict[str, str]) -> None:
    done = install(bare, **python)
    assert done.returncode == 1
    assert done.stderr == (
        "graylane: no Python 3.13 found. Install it (uv python install 3.13, or pyenv install 3.13), "
        "or run: make install PYTHON=/path/to/python3.13\n"
    )


def test_a_python_of_another_version_is_not_taken(bare: Path) -> None:
    old = bare / "bin" / "python3.13"
    old.write_text("#!/usr/bin/env bash\nexit 1\n")  # it does not answer as a 3.13 does
    old.chmod(0o755)
    assert "no Python 3.13 found" in install(bare).stderr


@pytest.fixture
def installed(bare: Path) -> Path:
    """The same, with every environment made."""
    for folder, lock in {
        ".venv": "dev",
        ".tools/sam": "sam",
        ".tools/ministack": "ministack",
        ".tools/runtime": "runtime",
    }.items():
        (bare / folder / "bin").mkdir(parents=True)
        (bare / folder / "bin" / "python").symlink_to(os.path.realpath(REPOSITORY / ".venv" / "bin" / "python"))
        shutil.copy(bare / "requirements" / f"{lock}.lock", bare / folder / ".lock")
    return bare


def test_what_is_installed_already_is_left_alone(installed: Path) -> None:
    done = install(installed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_npm_that_fails_is_said_and_stops_nothing(installed: Path) -> None:
    """Only a build of the edge functions, and tests/iam, need what it installs."""
    for folder in ("tools/edge/scripts", "tests/iam"):
        (installed / folder).mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(REPOSITORY / folder / name, installed / folder)
    npm = installed / "bin" / "npm"
    npm.write_text("#!/usr/bin/env bash\nexit 1\n")
    npm.chmod(0o755)
    done = install(installed)
    assert done.returncode == 0
    assert done.stderr == (
        "graylane: npm could not install this; only a build of src/edge needs it\n"
        "graylane: npm could not install this; only tests/iam needs it\n"
    )
    assert not (installed / ".tools" / "edge" / ".lock").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(bare: Path) -> None:
    """The installation was stopped half-way, or the Python below it was removed."""
    (bare / ".venv" / "bin").mkdir(parents=True)
    (bare / ".venv" / "bin" / "python").symlink_to("/nowhere/python3.13")
    shutil.copy(bare / "requirements" / "dev.lock", bare / ".venv" / ".lock")
    # There is no Python to make it with, so it stops at the first step: it has seen that there is work.
    assert "no Python 3.13 found" in install(bare).stderr
