"""The build of a package: equal for two copies of the same code under different names.

Promotion copies the gray package over stable's; equal builds show that both lanes then run the same code.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LENGTH = 12


@cache
def build_of(folder: str) -> str:
    """First 12 hex digits of the SHA-256 over the package's Python files, its own name in them normalised.

    Example, in a module of the package: `build_of(str(Path(__file__).parent))`
    """
    path = Path(folder)
    files = sorted(file for file in path.rglob("*.py") if file.is_file())
    return digest(path.name, ((str(file.relative_to(path)), file.read_bytes()) for file in files))


def digest(package: str, files: Iterable[tuple[str, bytes]]) -> str:
    """The same from file names (relative to the package) and contents, in the order of names."""
    name = re.compile(rb"\b" + re.escape(package.encode()) + rb"\b")
    total = hashlib.sha256()
    for file, content in files:
        normalised = name.sub(b"PACKAGE", content)
        total.update(f"{file}\0{len(normalised)}\0".encode())
        total.update(normalised)
    return total.hexdigest()[:LENGTH]
