"""The library as a service takes it: the wheel that `sam build` makes of `./src/lane`."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "lane"


def test_the_wheel_has_every_module_of_the_library(tmp_path: Path) -> None:
    copy = tmp_path / "lane-source"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("lane/")}
    assert packed == {f"lane/{path.relative_to(copy)}" for path in copy.rglob("*.py")} | {"lane/py.typed"}
