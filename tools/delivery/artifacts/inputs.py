"""A digest of all inputs of the artifacts, so that an unchanged tree is not rebuilt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from delivery.artifacts.parameters import Build

__all__ = ["digest"]

# The edge code is included at deployment, not in an artifact; sam.lock pins SAM, pip and hatchling.
_LOCK = "requirements/sam.lock"


def digest(root: Path, build: Build) -> str:
    """SHA-256 (hex) over the parameters, and names and contents of all inputs of a `sam build` below `root`."""
    total = hashlib.sha256(" ".join(build.parameters).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):  # the build code itself
        total.update(path.read_bytes())
    for path in _inputs(root, build.template):
        total.update(f"\n{path.relative_to(root)}\n{path.stat().st_size}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _inputs(root: Path, template: str) -> Iterator[Path]:
    yield from (path for name in (template, _LOCK) if (path := root / name).exists())
    for path in sorted((root / "src").rglob("*")):
        parts = path.relative_to(root / "src").parts
        if path.is_file() and parts[0] != "edge" and "__pycache__" not in parts:
            yield path
