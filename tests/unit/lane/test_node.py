"""src/lane_node as an application takes it: its tests in Node, ESLint's findings, and the package that npm makes."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.support.lane.play import HAS_NODE

from edge.node import has_tools, run_script

LIBRARY = Path(__file__).parents[3] / "src" / "lane_node"
MODULES = sorted(LIBRARY.rglob("*.js"))
TESTS = sorted((Path(__file__).parent / "node").glob("*.test.mjs"))
LINT = Path(__file__).parents[2] / "support" / "lane" / "lint.cjs"
pytestmark = pytest.mark.skipif(not HAS_NODE, reason="Node is not installed: apt-get install nodejs npm")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_in_node(path: Path) -> None:
    done = subprocess.run(["node", "--test", str(path)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(
    not has_tools(), reason="ESLint and terser are not installed: apt-get install nodejs npm, then make install"
)
def test_eslint_finds_nothing() -> None:
    broken = {"broken.js": "const missing = () => nowhere;"}
    found = run_script(str(LINT), {path.name: path.read_text(encoding="utf-8") for path in MODULES} | broken)

    assert [problem.partition(":")[0] for problem in found] == ["broken.js", "broken.js"], found


def test_the_package_has_every_module_and_needs_no_other() -> None:
    done = subprocess.run(["npm", "pack", "--dry-run", "--json"], cwd=LIBRARY, capture_output=True, check=True)
    (package,) = json.loads(done.stdout)
    declared = json.loads((LIBRARY / "package.json").read_text(encoding="utf-8"))

    modules = {str(path.relative_to(LIBRARY)) for path in MODULES}
    assert {file["path"] for file in package["files"]} == {"package.json", *modules}
    assert "dependencies" not in declared
    imported = {line.split("'")[1] for path in MODULES for line in path.read_text().splitlines() if " from '" in line}
    assert [name for name in imported if not name.startswith(("./", "../", "node:"))] == []


def test_modules_are_short() -> None:
    assert [path.name for path in MODULES if len(path.read_text().splitlines()) >= 300] == []
