"""Writes src/edge/build: each function as uploaded, its form for the template, and the digests of all inputs."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from edge.lint import lint
from edge.node import run_script
from edge.source import BUILD, FUNCTIONS, ROOT, EdgeSourceError, assemble, read_sources

__all__ = ["built_from", "different", "functions", "stale", "write"]

_BUILD = BUILD.relative_to(ROOT)
_STABLE_AT = "'/v1'"  # where scripts/build.js puts it: before all other code
_SUMS = "SHA256SUMS"
_MAKERS = ("src/edge/*.js", "tools/edge/scripts/*.js", "tools/edge/scripts/package-lock.json", "tools/edge/source.py")


def functions() -> dict[str, str]:
    """The committed code of every function, by name."""
    return {name: (BUILD / f"{name}.js").read_text(encoding="utf-8") for name in FUNCTIONS}


def built_from(texts: Mapping[str, str], *, parts: bool = False) -> dict[str, str]:
    """The code built from each function's text; with `parts`, the benchmark can call the sources' own functions."""
    codes: dict[str, str] = run_script("build.js", {"texts": texts, "parts": parts})
    return codes


def write() -> list[str]:
    """Write changed files; returns their names. Raises EdgeSourceError."""
    files = _built()
    changed = [name for name, text in files.items() if _read(BUILD / name) != text]
    BUILD.mkdir(exist_ok=True)
    for name in changed:
        (BUILD / name).write_text(files[name], encoding="utf-8")
    (BUILD / _SUMS).write_text(_sums(ROOT), encoding="utf-8")
    return changed


def different() -> list[str]:
    """The committed files that differ from a new build. Raises EdgeSourceError."""
    return [name for name, text in _built().items() if _read(BUILD / name) != text]


def stale(root: Path = ROOT) -> list[str]:
    """The files changed since the last build, by digests (no Node needed)."""
    built = (_read(root / _BUILD / _SUMS) or "").splitlines()
    return sorted({line.split()[1] for line in {*built} ^ {*_sums(root).splitlines()}})


def _built() -> dict[str, str]:
    """Every output file except the digests, by name, built from the current sources.

    `<name>.js` is the function; `<name>.json` is what `FunctionCode: {Fn::Transform: {Name: AWS::Include, ...}}`
    puts into the template.
    """
    sources = read_sources()
    codes = built_from({name: assemble(name, sources) for name in FUNCTIONS})
    named = {f"src/edge/{name}": text for name, text in sources.items()}
    if problems := lint(named, {f"{name}.js": code for name, code in codes.items()}):
        raise EdgeSourceError("\n".join(problems))
    included = {name: _included(code) for name, code in codes.items()}
    return {f"{name}.js": code for name, code in codes.items()} | {
        f"{name}.json": json.dumps(text, indent=1, ensure_ascii=True) + "\n" for name, text in included.items()
    }


def _included(code: str) -> dict[str, Any]:
    """The code as CloudFormation puts it together: in lines, with the stack's folder of stable in the place of ours."""
    lines: list[Any] = code.split("\n")
    before, found, after = lines[0].partition(_STABLE_AT)
    if found:
        lines[0] = {"Fn::Join": ["'", [before, {"Ref": "StableFolder"}, after]]}
    return {"Fn::Join": ["\n", lines]}


def _sums(root: Path) -> str:
    """Digests of all inputs and outputs, in the format of `sha256sum`."""
    paths = [path for pattern in _MAKERS for path in root.glob(pattern)]
    paths += [path for path in (root / _BUILD).glob("*") if path.name != _SUMS]
    digests = {path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
