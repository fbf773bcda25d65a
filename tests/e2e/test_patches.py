"""Every patch of the emulator closes a gap that is still there.

Two emulators: one as MiniStack is, one patched. What a test sees with the patch must not be what it sees without; when
it is, MiniStack has closed the gap itself and the patch can go.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from tests.e2e.emulator.gaps import ALL, GAPS
from tests.e2e.emulator.world import World

from graylocal.stack import LocalStack

pytestmark = [pytest.mark.own_stack, pytest.mark.needs_no_build]


def _emulator(folder: Path, *off: str) -> LocalStack:
    return LocalStack("patches", state=folder, patches_off=off)


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _emulator(tmp_path_factory.mktemp("patched")) as stack:
        yield World(stack)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _emulator(tmp_path_factory.mktemp("plain"), *ALL) as stack:
        yield World(stack)


@pytest.mark.parametrize("patch", ALL)
def test_with_the_patch_the_emulator_does_as_aws(patch: str, patched: World) -> None:
    assert GAPS[patch](patched)


@pytest.mark.parametrize("patch", ALL)
def test_without_the_patch_it_does_not_so_the_patch_is_needed(patch: str, plain: World) -> None:
    try:
        closed = GAPS[patch](plain)
    except ClientError:
        closed = False
    assert not closed, f"MiniStack closes this gap by itself: remove the patch {patch}"


def test_every_patch_is_tested() -> None:
    source = (Path(__file__).parents[2] / "tools/graylocal/aws/patches/__init__.py").read_text()
    listed = source[source.index("PATCHES: tuple") : source.index("\ndef apply")]
    assert set(re.findall(r"^    \w+\.(\w+),$", listed, re.MULTILINE)) == set(GAPS) == set(ALL)
