"""Links lead somewhere, nothing of the machine it was written on is in a document, every decision is listed."""

import re
from pathlib import Path

import pytest
from tests.support.project.pages import ROOT, anchors, pages, prose

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Places of one machine or one session; a document speaks of the project's own folders only.
_MACHINE = re.compile(r"(?<![\w.])/(work|root|home|tmp/\w+)/|pythonhosted|artifactory")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    broken = []
    for target in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_no_machine_is_in_it(page: Path) -> None:
    assert _MACHINE.findall(page.read_text(encoding="utf-8")) == []


def test_documents_named_in_texts_exist() -> None:
    folders = ("src", "tools", "docs", "web")
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".js", ".md", ".toml", ".html") and "__pycache__" not in path.parts
    ]
    files += [ROOT / "template.yaml", ROOT / "Makefile", ROOT / "samconfig.toml"]
    named = {name for path in files for name in re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8"))}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    for path in folder.glob("[0-9]*.md"):
        assert f"({path.name})" in index
        assert len(path.read_text().splitlines()) <= 45, f"{path.name} is longer than half a page"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = (target.partition("#")[0] for target in _LINK.findall(page.read_text(encoding="utf-8")))
        ahead += [path for target in targets if target and (path := (page.parent / target).resolve()).is_file()]
    lost = [page for page in pages() if page.is_relative_to(ROOT / "docs") and page not in reached]
    assert [str(page.relative_to(ROOT)) for page in lost] == []
