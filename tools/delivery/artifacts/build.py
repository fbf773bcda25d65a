"""`sam build` at the repository root, then trimming, bytecode and zips; skipped if no input has changed."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.artifacts import inputs
from delivery.artifacts.errors import BuildError
from delivery.artifacts.trim import trim
from delivery.artifacts.zips import zip_artifacts

__all__ = ["build", "sam_environment"]

BUILD = ".aws-sam/build"
_STAMP = ".graylane/artifacts"
_LOCK = ".graylane/artifacts.lock"


def build(
    root: Path, *, architecture: str = "arm64", force: bool = False, progress: Callable[[str], None] = lambda line: None
) -> bool:
    """Bring `.aws-sam/build` up to date; True when something was built.

    `progress` gets a short line per function and later step. Raises BuildError with SAM's output.
    """
    with _alone(root, progress):
        return _build_if_changed(root, architecture, force, progress)


@contextmanager
def _alone(root: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """One build per tree at a time: SAM first empties the folder, even while others read it."""
    lock = root / _LOCK
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another build of this tree")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _build_if_changed(root: Path, architecture: str, force: bool, progress: Callable[[str], None]) -> bool:
    stamp = root / _STAMP
    wanted = inputs.digest(root, architecture=architecture)
    built = root / BUILD / "template.yaml"
    if not force and built.exists() and stamp.exists() and stamp.read_text() == wanted:
        return False
    # During a build, and after an interrupted one, no artifact can be trusted.
    stamp.unlink(missing_ok=True)
    _sam_build(root, architecture, progress)
    progress("removing unused service descriptions")
    trim(root / BUILD, own=(path.name for path in (root / "src").iterdir() if path.is_dir()))
    progress("compiling to bytecode")
    _bytecode(root)
    progress("zipping")
    zip_artifacts(root / BUILD)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    return True


def sam_environment(root: Path) -> dict[str, str]:
    """Environment in which the pinned SAM CLI finds itself and its Python 3.13."""
    # SAM rebuilds each wheel that pip finds on disk, which triples the build time; without bytecode each of its
    # dozens of processes recompiles pip.
    dropped = ("PIP_FIND_LINKS", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    return inherited | {
        "PATH": f"{root / '.tools/sam/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "SAM_CLI_TELEMETRY": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # A false value means "do not isolate" to pip: hatchling is installed next to SAM.
        "PIP_NO_BUILD_ISOLATION": "0",
        # As in tools/install.sh: the requirements decide what is installed, not the machine's pip.conf.
        "PIP_CONFIG_FILE": os.devnull,
    }


def _sam_build(root: Path, architecture: str, progress: Callable[[str], None]) -> None:
    sam = root / ".tools/sam/bin/sam"
    if not sam.exists():
        raise BuildError("SAM CLI is not installed in .tools/sam: run `make install`")
    # No cache: SAM's cache ignores src/gray and src/lane, and shipped stale code.
    command = [str(sam), "build", "--no-cached", "--parallel", "--parameter-overrides", f"Architecture={architecture}"]
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=root, env=sam_environment(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the type checker, PIPE was asked for
        for line in process.stdout:
            said.append(line.rstrip())
            if "Building codeuri:" in line:
                progress(_code_folder(root, line))
    if process.returncode:
        raise BuildError("sam build failed:\n" + "\n".join(said[-25:]))


def _code_folder(root: Path, line: str) -> str:
    folder = Path(line.split("Building codeuri:")[1].split()[0])
    return f"building {folder.relative_to(root) if folder.is_relative_to(root) else folder}"


def _bytecode(root: Path) -> None:
    """In a separate process, because the bytes depend on the hash seed, which is fixed at start."""
    python = root / ".tools/sam/bin/python"
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(root / "tools")}
    done = subprocess.run(
        [str(python), "-m", "delivery.artifacts.bytecode", str(root / BUILD)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"byte-compiling {BUILD} failed:\n{done.stderr[-2000:]}")
