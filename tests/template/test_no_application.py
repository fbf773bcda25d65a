"""The platform knows no application: no word of the order desk, nor of where its API is."""

import re
from pathlib import Path

import pytest
from tests.support.project.deployment import LANE, PLATFORM, ROOT

OF_THE_EXAMPLE = re.compile(r"(?i)\borders\b|\bpric(?:e|ing)|\bstock|\bfulfil|\bapi_v\d|/api/")
TEXTS = (".css", ".html", ".js", ".json", ".mjs", ".py", ".sh", ".toml", ".txt", ".yaml")
# Paths of `tools`, the words that each may say, and why.
EXCUSED = [
    ("delivery/order_desk.py", r".*", "all that this repository's own targets know of their example"),
    ("generate/screenshots/desk.py", r".*", "takes the documents' pictures, of the example"),
    ("grayctl/console/", r"/api/", "the console's own API"),
    ("grayctl/commands/(__init__|estimate).py|grayctl/reading/(estimate.py|prices.toml)", r"pric(e|ing)", "AWS's"),
]


def test_the_template_knows_no_application() -> None:
    """Only a parameter's default says where the example's API is."""
    platform, lane = ((ROOT / name).read_text(encoding="utf-8") for name in (PLATFORM, LANE))

    assert not OF_THE_EXAMPLE.findall(platform.replace("    Default: /api/*\n", ""))
    assert OF_THE_EXAMPLE.findall(lane)


@pytest.mark.parametrize("folder", ["gray", "edge", "sync", "watch", "lane", "lane_node", "dashboard"])
def test_what_runs_in_aws_knows_no_application(folder: str) -> None:
    assert _said(ROOT / "src" / folder) == {}


def test_the_tools_know_no_application() -> None:
    said = _said(ROOT / "tools")
    used = set()
    for name, words in said.items():
        for path, allowed, _ in EXCUSED:
            if re.match(path, name) and all(re.fullmatch(allowed, word, re.IGNORECASE) for word in words):
                used.add(path)
                break
        else:
            pytest.fail(f"tools/{name} says {', '.join(sorted(words))}")
    assert used == {path for path, _, _ in EXCUSED}, "an excuse that nothing needs"


def _said(folder: Path) -> dict[str, set[str]]:
    """The example's words by file, for the files that say one."""
    files = [path for path in folder.rglob("*") if path.suffix in TEXTS and "node_modules" not in path.parts]
    assert files
    found = {
        str(path.relative_to(folder)): OF_THE_EXAMPLE.findall(path.read_text(encoding="utf-8", errors="replace"))
        for path in files
    }
    return {name: set(words) for name, words in found.items() if words}
