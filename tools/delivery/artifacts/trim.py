"""Remove from each artifact the descriptions of AWS services that its code does not call.

X-Ray's SDK includes a whole botocore: 400 services in 28 MB, of which a function uses a few. Without the rest, an
artifact shrinks to a quarter: faster to zip, upload and unpack, here and on AWS.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["trim"]

# Botocore itself calls it for credentials.
ALWAYS = frozenset({"sts"})


def trim(build: Path, own: Iterable[str]) -> int:
    """Trim every artifact in `build`; `own` are this repository's packages. Returns the number of removed services.

    Keeps a service whose name is a string in the artifact's own code, such as `boto3.client("dynamodb")`.
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
    """The folders of services; files next to them (endpoints, partitions, retries) are shared."""
    return sorted(path for path in data.iterdir() if path.is_dir()) if data.is_dir() else []


def _strings(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        for module in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(module.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
