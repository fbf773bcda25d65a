"""Gray's code and site take the place of stable's."""

import shutil
from pathlib import Path

import pytest

from delivery.errors import DeliveryError
from delivery.promote import promote
from grayctl.actions.site.source import build_site
from lane.build import build_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "src/api_v1/app.py": "from api_v1.order import Order\n",
        "src/api_v1/old.py": "gone with the promotion\n",
        "src/api_v2/app.py": "from api_v2.order import Order\nversion = 'v2'  # not api_v20\n",
        "src/api_v2/order.py": "class Order: ...\n",
        "src/api_v2/__pycache__/app.pyc": "bytes",
        "web/v1/index.html": "old",
        "web/v2/index.html": "new of __LANE__",
        "web/v2/app.js": "const lane = '__LANE__'",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_v1_becomes_what_v2_is(repository: Path) -> None:
    changed = promote(repository)

    assert changed == [
        "src/api_v1/app.py",
        "src/api_v1/old.py",
        "src/api_v1/order.py",
        "web/v1/app.js",
        "web/v1/index.html",
    ]
    text = (repository / "src/api_v1/app.py").read_text()
    assert text == "from api_v1.order import Order\nversion = 'v2'  # not api_v20\n"
    assert not (repository / "src/api_v1/old.py").exists()
    assert not (repository / "src/api_v1/__pycache__").exists()
    assert (repository / "web/v1/index.html").read_text() == "new of __LANE__"


def test_it_can_be_repeated(repository: Path) -> None:
    promote(repository)

    assert promote(repository) == []


def test_both_sites_are_then_of_one_build(repository: Path) -> None:
    """`grayctl finish` compares the builds."""
    promote(repository)

    stable, gray = (build_site(repository / "web" / lane, lane) for lane in ("v1", "v2"))
    assert stable.build == gray.build
    assert stable.files["app.js"] == b"const lane = 'v1'"


def test_the_real_apis_are_then_of_one_build(tmp_path: Path) -> None:
    for folder in ("src/api_v1", "src/api_v2", "web/v1", "web/v2"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = build_of(str(tmp_path / "src/api_v2"))

    promote(tmp_path)
    build_of.cache_clear()

    assert build_of(str(tmp_path / "src/api_v1")) == build_of(str(tmp_path / "src/api_v2")) == before


def test_without_a_gray_lane_there_is_nothing_to_promote(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="nothing to promote"):
        promote(tmp_path)
