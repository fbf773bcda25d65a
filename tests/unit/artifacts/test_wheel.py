"""The wheel: what an adopter installs has all that the commands need, and nothing of the example."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from tests.support.grayctl.application import SETTINGS, write_application
from tests.support.project.deployment import ROOT
from tests.support.project.installed import install

# Its packages, beside `graylane` in which they are.
OURS = {"delivery", "edge", "graylocal", "grayctl", "gray", "lane", "sync", "watch"}
# boto3 is made of the one, pydantic of the other.
BROUGHT = {"botocore", "pydantic_core"}
# The emulator has them, in an environment of its own.
OF_THE_EMULATOR = {"ministack", "urllib3"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("installed"))


def run(installed: Path, folder: Path, *line: str) -> str:
    """What a command prints, in somebody's folder, without anything of this shell but its PATH."""
    done = subprocess.run(
        [str(installed / line[0]), *line[1:]],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_run_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "python", "-c", "import grayctl, gray; print(grayctl.__file__, gray.__file__)")
    assert str(ROOT) not in where
    assert "platform" in run(installed, tmp_path, "grayctl", "--help")
    assert "up" in run(installed, tmp_path, "graylocal", "--help")


def test_an_application_is_looked_at(installed: Path, tmp_path: Path) -> None:
    write_application(tmp_path)
    (tmp_path / "graylane.toml").unlink()
    assert "written: graylane.toml" in run(installed, tmp_path, "grayctl", "init")
    assert "no CloudFront distribution" in run(installed, tmp_path, "grayctl", "doctor")
    (tmp_path / "graylane.toml").write_text(SETTINGS + 'site = {folder = "dist", documents = "spa"}\n')
    write_application(tmp_path, 'site = {folder = "dist", documents = "spa"}\n' + SETTINGS)
    assert "graylane-test-request-static" in run(installed, tmp_path, "grayctl", "attach", "--print", "terraform")


def test_it_has_the_platform_and_not_the_example(installed: Path) -> None:
    (built,) = installed.parents[1].glob("*.whl")
    names = zipfile.ZipFile(built).namelist()
    for folder in ("src/edge", "src/gray", "src/sync", "src/watch", "src/dashboard", "tools/grayctl", "requirements"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert files
        assert {f"graylane/{path.relative_to(ROOT)}" for path in files} <= set(names)
    assert {"graylane/template.yaml", "graylane/web/graylane.js", "graylane.pth"} <= set(names)
    assert not [name for name in names if re.search(r"api_v\d|lane\.yaml|/tests/|web/v\d|__pycache__|\.pyc$", name)]


def test_what_it_imports_is_what_it_depends_on() -> None:
    imported = set()
    for folder in ("tools/delivery", "tools/edge", "tools/graylocal", "tools/grayctl", "src/gray"):
        for path in (ROOT / folder).rglob("*.py"):
            imported |= set(_imported(ast.parse(path.read_text(encoding="utf-8")).body))
    others = imported - set(sys.stdlib_module_names) - OURS - OF_THE_EMULATOR
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[\[<>=~]", one)[0] for one in project["dependencies"]} | BROUGHT
    by_module = packages_distributions()
    assert {name for name in others if not {one.lower() for one in by_module.get(name, [])} & declared} == set()


def _imported(statements: list[ast.stmt]) -> list[str]:
    """Top packages, also inside functions; not those that only a type checker imports."""
    found = []
    for statement in statements:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                found += [alias.name.partition(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.append(node.module.partition(".")[0])
    return found
