"""Gray becomes stable: the code and the site of v2 take the place of v1's in the repository.

v1 stays the name of the stable lane, so that every "any doubt leads to stable" of the edge stays true. Whether both
lanes then run the same is seen from their builds (`grayctl finish` compares them).
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from delivery.errors import DeliveryError

__all__ = ["promote"]

_API = ("api_v2", "api_v1")
_SITE = ("v2", "v1")


def promote(root: Path) -> list[str]:
    """Replace `src/api_v1` and `web/v1`; the paths (relative to `root`) that differ now, sorted.

    Inside the code the package's own name is replaced; sites name their lane by a placeholder, so nothing is.
    """
    name = re.compile(rf"\b{_API[0]}\b".encode())
    changed = _replace(root / "src" / _API[0], root / "src" / _API[1], lambda text: name.sub(_API[1].encode(), text))
    changed += _replace(root / "web" / _SITE[0], root / "web" / _SITE[1], lambda text: text)
    return sorted(str(path.relative_to(root)) for path in changed)


def _replace(source: Path, target: Path, rewrite: Callable[[bytes], bytes]) -> list[Path]:
    if not source.is_dir():
        raise DeliveryError(f"there is no {source}: nothing to promote")
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
