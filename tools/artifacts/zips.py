"""A zip file beside each artifact, named by the built template instead of the folder.

SAM zips a folder anew at every deployment, and in the order in which the disk lists it. Zipped once, in a fixed order
and with fixed times, an artifact that has not changed is the same file: it is not uploaded, and nothing is updated.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["zip_artifacts"]

_TIME = (1980, 1, 1, 0, 0, 0)
_CODE = re.compile(r"^(\s+(?:CodeUri|ContentUri): )(\w+)$", re.MULTILINE)


def zip_artifacts(build: Path) -> int:
    """Zip every artifact below `build` and name the zips in its template.yaml; the number of different ones."""
    same: dict[str, list[Path]] = {}
    for artifact in sorted(path for path in build.iterdir() if path.is_dir()):
        same.setdefault(_digest(artifact), []).append(artifact)
    # zlib works outside of Python's lock
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_zip_once, same.values()))
    template = build / "template.yaml"
    text = template.read_text()
    template.write_text(_CODE.sub(lambda found: _named(found, build), text))
    return len(same)


def _named(found: re.Match[str], build: Path) -> str:
    return f"{found[0]}.zip" if (build / f"{found[2]}.zip").exists() else found[0]


def _zip_once(artifacts: list[Path]) -> None:
    """Artifacts of the same bytes get copies of one zip."""
    first = artifacts[0].with_suffix(".zip")
    with zipfile.ZipFile(first, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(artifacts[0]):
            entry = zipfile.ZipInfo(str(path.relative_to(artifacts[0])), _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if os.access(path, os.X_OK) else 0o644)) << 16
            archive.writestr(entry, path.read_bytes())
    for other in artifacts[1:]:
        shutil.copyfile(first, other.with_suffix(".zip"))


def _digest(artifact: Path) -> str:
    total = hashlib.sha256()
    for path in _files(artifact):
        content = path.read_bytes()
        total.update(f"{path.relative_to(artifact)}\n{os.access(path, os.X_OK)}\n{len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _files(artifact: Path) -> list[Path]:
    return sorted(path for path in artifact.rglob("*") if path.is_file())
