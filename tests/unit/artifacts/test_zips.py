"""The zips that are uploaded: the same bytes for the same files, whenever and in whatever order those were written."""

import json
import os
import zipfile
from pathlib import Path

import yaml

from delivery.artifacts.zips import zip_artifacts

TEMPLATE = """Resources:
  OneFunction:
    Properties:
      CodeUri: OneFunction
      Handler: app.handler
  OtherFunction:
    Properties:
      CodeUri: OtherFunction
  Foreign:
    Properties:
      CodeUri: elsewhere
"""


def build_folder(folder: Path, files: dict[str, str]) -> Path:
    """Two artifacts of these files, as `sam build` leaves them."""
    for artifact in ("OneFunction", "OtherFunction"):
        for name, content in files.items():
            (folder / artifact / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / artifact / name).write_text(content)
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    files = {"app.py": "A = 1\n", "lane/reading.py": "B = 2\n", "lib/core.so": "machine code"}
    one = build_folder(tmp_path / "one", files)
    other = build_folder(tmp_path / "other", dict(reversed(files.items())))
    os.utime(one / "OneFunction" / "app.py", (1, 1))
    assert zip_artifacts([one]) == zip_artifacts([other]) == zip_artifacts([one, other]) == 1
    zips = {
        (folder / f"{name}.zip").read_bytes() for folder in (one, other) for name in ("OneFunction", "OtherFunction")
    }
    assert len(zips) == 1


def test_a_changed_file_or_mode_changes_the_zip_of_its_artifact_only(tmp_path: Path) -> None:
    build = build_folder(tmp_path, {"app.py": "A = 1\n"})
    zip_artifacts([build])
    before = [(build / f"{name}.zip").read_bytes() for name in ("OneFunction", "OtherFunction")]
    (build / "OneFunction" / "app.py").chmod(0o755)
    assert zip_artifacts([build]) == 2
    after = [(build / f"{name}.zip").read_bytes() for name in ("OneFunction", "OtherFunction")]
    assert after[0] != before[0]
    assert after[1] == before[1]
    with zipfile.ZipFile(build / "OneFunction.zip") as archive:
        assert archive.getinfo("app.py").external_attr >> 16 == 0o100755
        assert archive.read("app.py") == b"A = 1\n"


def test_the_template_names_the_zips_and_nothing_else_changes_in_it(tmp_path: Path) -> None:
    build = build_folder(tmp_path, {"app.py": "A = 1\n"})
    zip_artifacts([build])
    zip_artifacts([build])
    expected = yaml.safe_load(TEMPLATE)
    for name in ("OneFunction", "OtherFunction"):
        expected["Resources"][name]["Properties"]["CodeUri"] = f"{name}.zip"
    assert json.loads((build / "template.yaml").read_text()) == expected
