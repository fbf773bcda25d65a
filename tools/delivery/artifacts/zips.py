"""A zip file for each artifact; the built template refers to the zip instead of the folder.

SAM zips a folder at every deployment, in the order of the disk's listing. Zipped once, in a fixed order and with
fixed timestamps, an unchanged artifact is the same file: nothing is uploaded or updated.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

__all__ = ["zip_artifacts"]

_TIME = (1980, 1, 1, 0, 0, 0)
_CODE = ("CodeUri", "ContentUri")


def zip_artifacts(builds: Sequence[Path]) -> int:
    """Zip every artifact in these folders, and name the zips in each template.yaml; returns how many are distinct."""
    same: dict[str, list[Path]] = {}
    for artifact in sorted(path for build in builds for path in build.iterdir() if path.is_dir()):
        same.setdefault(_digest(artifact), []).append(artifact)
    # zlib releases the GIL
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_zip_once, same.values()))
    for build in builds:
        _name_zips(build)
    return len(same)


def _name_zips(build: Path) -> None:
    """The template as JSON, which is valid YAML: SAM parses it at once, but takes seconds for its own YAML."""
    template = build / "template.yaml"
    described = yaml.safe_load(template.read_text())
    for resource in described["Resources"].values():
        properties = resource.get("Properties", {})
        for name in _CODE:
            if isinstance(folder := properties.get(name), str) and (build / f"{folder}.zip").exists():
                properties[name] = f"{folder}.zip"
    template.write_text(json.dumps(described, indent=1))


def _zip_once(artifacts: list[Path]) -> None:
    """Identical artifacts get copies of one zip."""
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
