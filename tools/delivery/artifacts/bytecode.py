"""Bytecode for the artifacts, so that a cold start compiles nothing (saves a third of its time, here and on AWS).

Uses unchecked hashes, because Lambda does not keep modification times, Python's default check. Builds are
reproducible: the embedded file name is the one under `/var/task`, the caller fixes the hash seed (runs `python -m
delivery.artifacts.bytecode` with PYTHONHASHSEED=0), and file timestamps are set.
"""

from __future__ import annotations

import os
import py_compile
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["compile_artifacts"]

TASK_ROOT = "/var/task"  # where Lambda unpacks an artifact
EPOCH = 315532800  # 1980-01-01, the earliest time in a zip file


def compile_artifacts(builds: Iterable[Path]) -> int:
    """Add bytecode to every module of every artifact in these folders; returns the number of compiled modules.

    Artifacts share most of their packages, so each (path, content) is compiled once and copied.
    """
    compiled: dict[tuple[str, bytes], Path] = {}
    for artifact in sorted(path for build in builds for path in build.iterdir() if path.is_dir()):
        for source in sorted(artifact.rglob("*.py")):
            name = str(source.relative_to(artifact))
            target = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
            known = compiled.setdefault((name, source.read_bytes()), target)
            if known is target:
                _compile(source, target, f"{TASK_ROOT}/{name}")
            elif known.exists():
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(known, target)
        _set_times(artifact)
    return len(compiled)


def _compile(source: Path, target: Path, name: str) -> None:
    try:
        py_compile.compile(
            str(source),
            str(target),
            name,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except py_compile.PyCompileError:
        # Packages ship templates and code for other Python versions; importing it raises the error then.
        target.unlink(missing_ok=True)


def _set_times(artifact: Path) -> None:
    """Fix timestamps: a zip contains them, and different bytes would be uploaded as a change."""
    for path in artifact.rglob("*"):
        os.utime(path, (EPOCH, EPOCH))


if __name__ == "__main__":
    compile_artifacts(map(Path, sys.argv[1:]))
