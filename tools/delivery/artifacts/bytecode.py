"""Bytecode for the artifacts: a cold start then compiles nothing (a third off its time, here and on AWS).

Unchecked hashes, as Lambda does not keep the modification times that Python compares otherwise. The same source gives
the same bytes wherever it is built: the file name inside is the one under `/var/task`, the hash seed is fixed by the
caller (`python -m delivery.artifacts.bytecode` is started with PYTHONHASHSEED=0), and time stamps of files are set.
"""

from __future__ import annotations

import os
import py_compile
import shutil
import sys
from pathlib import Path

__all__ = ["compile_artifacts"]

TASK_ROOT = "/var/task"  # where Lambda unpacks an artifact
EPOCH = 315532800  # 1980-01-01, the oldest time a zip file can hold


def compile_artifacts(build: Path) -> int:
    """Put bytecode beside every module of every artifact below `build`; the number of modules compiled.

    Artifacts share most of their packages, so each (path, content) is compiled once and copied.
    """
    compiled: dict[tuple[str, bytes], Path] = {}
    for artifact in sorted(path for path in build.iterdir() if path.is_dir()):
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
        # Packages ship templates and code for other Pythons; who imports it meets the error there.
        target.unlink(missing_ok=True)


def _set_times(artifact: Path) -> None:
    """The zip holds them, and a zip with other bytes would be uploaded as a change."""
    for path in artifact.rglob("*"):
        os.utime(path, (EPOCH, EPOCH))


if __name__ == "__main__":
    compile_artifacts(Path(sys.argv[1]))
