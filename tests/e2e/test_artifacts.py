"""`sam build` twice, in two folders: the same bytes; an edit changes the artifacts that have the file, and no other."""

import hashlib
import shutil
import stat
from pathlib import Path

import pytest

from delivery.artifacts import build, inputs
from delivery.artifacts.parameters import build_of, overrides, stacks_of
from graylocal.system.places import REPOSITORY

pytestmark = pytest.mark.own_stack

BUILDS = [
    build_of(REPOSITORY, name, dict(item.split("=", 1) for item in overrides(REPOSITORY, name, local=True)))
    for name in stacks_of(REPOSITORY, "dev")
]
EDITED = "api_v2/desk.py"
CONTROL_PLANE = "gray/edge/config.py"
# What a build reads; the tools themselves are not copied.
SOURCES = ("template.yaml", "lane.yaml", "pyproject.toml", "requirements", "src", "tools/delivery/artifacts")


def copy_of_repository(folder: Path) -> Path:
    for name in SOURCES:
        source, target = REPOSITORY / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (folder / ".tools").symlink_to(REPOSITORY / ".tools")
    return folder


def artifacts_of(root: Path) -> dict[str, dict[str, tuple[str, int, float]]]:
    """Every artifact's files with all that ends up in its zip: content, mode, time."""
    return {
        f"{artifact.parent.name}/{artifact.name}": {
            str(path.relative_to(artifact)): (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                stat.S_IMODE(path.stat().st_mode),
                path.stat().st_mtime,
            )
            for path in artifact.rglob("*")
            if path.is_file()
        }
        for folder in (each.folder for each in BUILDS)
        for artifact in (root / folder).iterdir()
        if artifact.is_dir()
    }


def test_two_builds_differ_in_what_was_edited_only(tmp_path: Path) -> None:
    # Given the artifacts of this tree, and a copy of it elsewhere
    copy = copy_of_repository(tmp_path / "elsewhere")
    build.build(REPOSITORY, BUILDS)
    assert all(inputs.digest(copy, each) == inputs.digest(REPOSITORY, each) for each in BUILDS)
    here = artifacts_of(REPOSITORY)

    # When one file of v2's API and one of the control plane are edited there, and the copy built
    for name in (EDITED, CONTROL_PLANE):
        edited = copy / "src" / name
        edited.write_text(edited.read_text() + "\n# edited\n")
    build.build(copy, BUILDS)

    # Then v2's artifact has changed, in this file and its bytecode, and every other is the same to the last byte
    there = artifacts_of(copy)
    changed = {name for name in here | there if here.get(name) != there.get(name)}
    assert changed == {"v2/ApiFunction", *(name for name, files in here.items() if CONTROL_PLANE in files)}
    assert {name for name, files in here.items() if CONTROL_PLANE in files} >= {
        "platform/SyncManualFunction",
        "platform/WatchFunction",
    }
    one, other = here["v2/ApiFunction"], there["v2/ApiFunction"]
    assert {name for name in one | other if one.get(name) != other.get(name)} == {
        EDITED,
        "api_v2/__pycache__/desk.cpython-313.pyc",
    }
    library = {f"lane/{path.relative_to(REPOSITORY / 'src/lane')}" for path in (REPOSITORY / "src/lane").rglob("*.py")}
    assert library <= {*one}
