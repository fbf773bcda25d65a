"""Leave out of each artifact the descriptions of AWS services that its code does not call.

X-Ray's SDK brings a whole botocore: 400 services in 28 MB, of which a function uses a handful. Without the rest an
artifact is a quarter as large to zip, upload and unpack, here and on AWS.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["trim"]

# Botocore asks it for credentials by itself.
ALWAYS = frozenset({"sts"})


def trim(build: Path, own: Iterable[str]) -> int:
    """Trim every artifact below `build`; `own` are the packages of this repository. The number of services left out.

    A service stays when its name stands as a string in the artifact's own code, `boto3.client("dynamodb")` for one.
    """
    packages, left_out = tuple(own), 0
    for artifact in sorted(path for path in build.iterdir() if path.is_dir()):
        named = ALWAYS | set(_strings(artifact / package for package in packages))
        for library in ("botocore", "boto3"):
            for service in _services(artifact / library / "data"):
                if service.name not in named:
                    shutil.rmtree(service)
                    left_out += 1
    return left_out


def _services(data: Path) -> list[Path]:
    """The folders of services; files beside them (endpoints, partitions, retries) are for all."""
    return sorted(path for path in data.iterdir() if path.is_dir()) if data.is_dir() else []


def _strings(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        for module in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(module.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
