"""Writes src/edge/build: each function as uploaded, and as the template includes it."""

import json
from pathlib import Path

from edgebuild.arrows import with_arrows
from edgebuild.inline import inlined
from edgebuild.names import shortened
from edgebuild.records import with_arrays
from edgebuild.returns import joined_returns
from edgebuild.shorten import shorter
from edgebuild.source import BUILD, FUNCTIONS, assemble, read_sources
from edgebuild.tokens import compact, tokens

__all__ = ["built", "built_from", "code_of", "functions", "stale", "write"]


def code_of(name: str) -> str:
    """The code of one function as it is uploaded, made from the sources now."""
    return built_from(assemble(name, read_sources()))


def built_from(text: str, *, short_names: bool = True) -> str:
    """What is built from the text of a function; with the names as they are, the bench can call its parts."""
    program = with_arrays(inlined(tokens(text)))
    return compact(shorter(with_arrows(joined_returns(shortened(program) if short_names else program))))


def functions() -> dict[str, str]:
    """The code of every function by name."""
    return {name: code_of(name) for name in FUNCTIONS}


def built() -> dict[str, str]:
    """Every file of src/edge/build by name, made from the sources now.

    `<name>.js` is the function; `<name>.json` is what `FunctionCode: {Fn::Transform: {Name: AWS::Include, ...}}`
    puts into the template.
    """
    files: dict[str, str] = {}
    for name, code in functions().items():
        files[f"{name}.js"] = code
        files[f"{name}.json"] = json.dumps({"Fn::Join": ["\n", code.split("\n")]}, indent=1, ensure_ascii=True) + "\n"
    return files


def write(folder: Path = BUILD) -> list[str]:
    """Writes what has changed; the names of the files written."""
    folder.mkdir(exist_ok=True)
    changed = stale(folder)
    files = built()
    for name in changed:
        (folder / name).write_text(files[name], encoding="utf-8")
    return changed


def stale(folder: Path = BUILD) -> list[str]:
    """The files that are missing or differ from what the sources make."""
    return [name for name, text in built().items() if _read(folder / name) != text]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
