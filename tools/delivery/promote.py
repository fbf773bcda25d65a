"""Gray becomes stable: v2's code and site replace v1's in the repository.

The stable lane keeps the name v1, so that "any doubt leads to stable" at the edge stays true. `grayctl finish`
compares the lanes' builds to see that both run the same.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from delivery.errors import DeliveryError
from delivery.order_desk import API_PACKAGES, site_folder

__all__ = ["promote"]


def promote(root: Path) -> list[str]:
    """Replace the order desk's stable API and site; returns the changed paths (relative to `root`), sorted.

    In the code the package name is replaced; sites refer to their lane by a placeholder, so they stay unchanged.
    """
    stable, gray = API_PACKAGES
    name = re.compile(rf"\b{gray}\b".encode())
    changed = _replace(root / "src" / gray, root / "src" / stable, lambda text: name.sub(stable.encode(), text))
    changed += _replace(site_folder(root, "v2"), site_folder(root, "v1"), lambda text: text)
    return sorted(str(path.relative_to(root)) for path in changed)


def _replace(source: Path, target: Path, rewrite: Callable[[bytes], bytes]) -> list[Path]:
    if not source.is_dir():
        raise DeliveryError(f"{source} does not exist: nothing to promote")
    wanted = {path.relative_to(source): rewrite(path.read_bytes()) for path in _files(source)}
    present = {path.relative_to(target): path.read_bytes() for path in _files(target)}
    if wanted == present:
        return []
    shutil.rmtree(target, ignore_errors=True)
    for relative, content in wanted.items():
        (target / relative).parent.mkdir(parents=True, exist_ok=True)
        (target / relative).write_bytes(content)
    return [target / each for each in wanted.keys() | present.keys() if wanted.get(each) != present.get(each)]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
