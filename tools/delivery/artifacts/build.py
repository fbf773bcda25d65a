"""`sam build` of templates, then trimming, bytecode and zips; skipped if no input has changed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from delivery.artifacts import inputs
from delivery.artifacts.errors import BuildError
from delivery.artifacts.parameters import Build
from delivery.artifacts.trim import trim
from delivery.artifacts.zips import zip_artifacts

__all__ = ["build", "sam_cli", "sam_environment"]

_STAMP = "inputs.sha256"
_LOCK = ".graylane/artifacts.lock"
# What `sam build --cached` keeps, beside the folders of the artifacts.
_CACHE = (".aws-sam/deps", ".aws-sam/cache")
_CACHED = ".aws-sam/build.toml"
_TOOLS = Path(__file__).resolve().parents[2]


def build(
    root: Path, builds: Sequence[Build], *, force: bool = False, progress: Callable[[str], None] = lambda line: None
) -> bool:
    """Bring the folder of each build up to date; True when something was built.

    `progress` gets a short line per function and later step. Raises BuildError with SAM's output.
    """
    with _alone(root, progress):
        stale = {each: inputs.digest(root, each) for each in builds}
        if not force:
            stale = {each: wanted for each, wanted in stale.items() if _stamped(root, each) != wanted}
        if stale:
            _build(root, stale, progress)
        return bool(stale)


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


def _stamped(root: Path, build: Build) -> str:
    stamp = root / build.folder / _STAMP
    return stamp.read_text() if stamp.exists() else ""


def _build(root: Path, stale: Mapping[Build, str], progress: Callable[[str], None]) -> None:
    folders = [root / each.folder for each in stale]
    # During a build, and after an interrupted one, no artifact can be trusted.
    for folder in folders:
        (folder / _STAMP).unlink(missing_ok=True)
    _forget_cache(root)
    for each in stale:
        _sam_build(root, each, progress)
    progress("removing unused service descriptions")
    own = [path.name for path in (root / "src").iterdir() if path.is_dir()]
    for folder in folders:
        trim(folder, own)
    progress("compiling to bytecode")
    _bytecode(root, folders)
    progress("zipping")
    zip_artifacts(folders)
    for each, digest in stale.items():
        (root / each.folder / _STAMP).write_text(digest)


def _forget_cache(root: Path) -> None:
    """Each run begins without a cache, so that it serves only lanes that share a function's code.

    SAM's cache ignores src/gray and src/lane: kept, it shipped stale code.
    """
    for folder in _CACHE:
        shutil.rmtree(root / folder, ignore_errors=True)
    (root / _CACHED).unlink(missing_ok=True)


def sam_cli(root: Path) -> str:
    """The pinned SAM CLI, else the one on the PATH. Raises BuildError if there is none."""
    pinned = root / ".tools/sam/bin/sam"
    if found := str(pinned) if pinned.exists() else shutil.which("sam"):
        return found
    raise BuildError("SAM CLI is in neither .tools/sam nor the PATH: run `make install`, or `graylocal install`")


def sam_environment(root: Path) -> dict[str, str]:
    """Environment in which SAM CLI finds Python 3.13 with pip and hatchling: the pinned one's, else ours."""
    # SAM rebuilds each wheel that pip finds on disk, which triples the build time; without bytecode each of its
    # dozens of processes recompiles pip.
    dropped = ("PIP_FIND_LINKS", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    pinned = root / ".tools/sam/bin"
    first = pinned if pinned.exists() else Path(sys.executable).parent
    return inherited | {
        "PATH": f"{first}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "SAM_CLI_TELEMETRY": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # A false value means "do not isolate" to pip: hatchling is installed next to SAM.
        "PIP_NO_BUILD_ISOLATION": "0",
        # As in tools/install.sh: the requirements decide what is installed, not the machine's pip.conf.
        "PIP_CONFIG_FILE": os.devnull,
    }


def _sam_build(root: Path, build: Build, progress: Callable[[str], None]) -> None:
    command = [sam_cli(root), "build", "--template-file", build.template, "--build-dir", build.folder]
    command += ["--cached", "--cache-dir", _CACHE[1], "--parallel", "--parameter-overrides", *build.parameters]
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


def _bytecode(root: Path, folders: Sequence[Path]) -> None:
    """In a separate process, because the bytes depend on the hash seed, which is fixed at start."""
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(_TOOLS)}
    done = subprocess.run(
        [sys.executable, "-m", "delivery.artifacts.bytecode", *map(str, folders)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"byte-compiling the artifacts failed:\n{done.stderr[-2000:]}")
