"""When artifacts are made anew. A script stands in for SAM here; tests/e2e/test_artifacts.py builds with SAM itself."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from delivery.artifacts import build
from delivery.artifacts.errors import BuildError
from delivery.artifacts.parameters import Build

ROOT = Path(__file__).parents[3]
SHOP = Build("template.yaml", ".aws-sam/shop", ("Architecture=arm64",))
# Empties the folder as SAM does, notes each run, and fails when another one is in the folder meanwhile.
SAM = """#!/bin/sh
set -e
mkdir running || { echo "Error: two builds in one folder"; exit 1; }
while [ $# -gt 0 ]; do [ "$1" != --build-dir ] || build=$2; shift; done
rm -rf $build
mkdir -p $build/ShopFunction .aws-sam/deps
cp src/shop/app.py $build/ShopFunction/
echo "Building codeuri: $PWD/src/shop runtime: python3.13"
echo x >> runs
rmdir running
echo "Resources: {}" > $build/template.yaml
[ ! -f src/fails ] || { echo "Error: no such requirement"; exit 1; }
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one function."""
    for file in ("template.yaml", "pyproject.toml", "requirements/sam.lock", "src/shop/app.py", "src/edge/decide.js"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    shutil.copytree(ROOT / "tools" / "delivery" / "artifacts", tmp_path / "tools" / "delivery" / "artifacts")
    shutil.copy(ROOT / "tools" / "delivery" / "__init__.py", tmp_path / "tools" / "delivery")
    tools = tmp_path / ".tools" / "sam" / "bin"
    tools.mkdir(parents=True)
    (tools / "sam").write_text(SAM)
    (tools / "sam").chmod(0o755)
    (tools / "python").symlink_to(sys.executable)
    return tmp_path


def runs(root: Path) -> int:
    return len((root / "runs").read_text().split())


def test_only_a_change_is_built(root: Path) -> None:
    assert build.build(root, [SHOP])
    (root / "src/edge/decide.js").write_text("changed")
    assert not build.build(root, [SHOP])
    (root / "src/shop/app.py").write_text("CHANGED = True\n")
    assert build.build(root, [SHOP])
    assert (root / ".aws-sam/shop/ShopFunction/app.py").read_text() == "CHANGED = True\n"
    (root / "src/gray/edge").mkdir(parents=True)
    (root / "src/gray/edge/config.py").touch()
    assert build.build(root, [SHOP]), (
        "src/gray/edge is in the artifacts; only src/edge, the functions of CloudFront, is not"
    )
    assert build.build(root, [replace(SHOP, parameters=("Architecture=x86_64",))])
    assert build.build(root, [replace(SHOP, parameters=("Architecture=x86_64",))], force=True)
    assert runs(root) == 5


def test_of_several_builds_only_those_that_changed_are_made_anew(root: Path) -> None:
    lane = replace(SHOP, folder=".aws-sam/v2", parameters=(*SHOP.parameters, "Code=shop"))
    assert build.build(root, [SHOP, lane])
    assert build.build(root, [SHOP, replace(lane, parameters=(*SHOP.parameters, "Code=other"))])
    assert not build.build(root, [SHOP])
    assert runs(root) == 3


def test_a_build_begins_without_the_cache_of_an_earlier_one(root: Path) -> None:
    build.build(root, [SHOP])
    (root / ".aws-sam/deps/stale").touch()
    build.build(root, [SHOP], force=True)
    assert not (root / ".aws-sam/deps/stale").exists()


def test_every_module_has_bytecode_of_the_oldest_time(root: Path) -> None:
    build.build(root, [SHOP])
    (compiled,) = (root / ".aws-sam/shop/ShopFunction/__pycache__").iterdir()
    assert compiled.name == "app.cpython-313.pyc"
    assert os.stat(compiled).st_mtime == 315532800


def test_what_stopped_half_way_is_built_again(root: Path) -> None:
    build.build(root, [SHOP])
    (root / "src/fails").touch()
    with pytest.raises(BuildError, match="no such requirement"):
        build.build(root, [SHOP])
    (root / "src/fails").unlink()
    assert build.build(root, [SHOP]), "the artifacts are those of a build that failed"


def test_two_at_once_build_one_after_the_other(root: Path) -> None:
    said: list[str] = []
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(build.build, root, [SHOP], progress=said.append) for _ in range(4)]
    assert [each.result() for each in made].count(True) == 1
    assert runs(root) == 1


def test_without_a_pinned_sam_the_one_on_the_path_is_taken(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "elsewhere").mkdir()
    (root / ".tools/sam/bin/sam").rename(root / "elsewhere" / "sam")
    monkeypatch.setenv("PATH", f"{root / 'elsewhere'}:{os.environ['PATH']}")
    assert build.build(root, [SHOP])


def test_a_missing_tool_is_one_line_with_the_way_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".tools/sam/bin/sam").unlink()
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(BuildError, match=r"^SAM CLI is in neither \.tools/sam nor the PATH: run `make install`"):
        build.build(root, [SHOP])
