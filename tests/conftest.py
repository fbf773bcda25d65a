"""How `make test` shares the tests out to its workers: a file is one piece, and so are all that use one local stack.

And what all property tests have in common.
"""

import gc
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

# How long an example takes is the machine's affair.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")

# AWS's service descriptions are millions of objects that are never freed; to look them through again and again for
# garbage took a quarter of the time of all that uses them.
gc.set_threshold(100_000)

_ROOT = Path(__file__).parents[1]


class OneStack(LoadFileScheduling):  # type: ignore[misc]
    """A piece of work for the shared stack, taken first because it is the longest; a piece for each other file."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "shared stack" if _shares_the_stack(file) else file


@cache
def _shares_the_stack(file: str) -> bool:
    """End-to-end tests do, but for files with the mark `own_stack`. Who shares out knows files, and no marks."""
    return file.startswith("tests/e2e/") and "pytest.mark.own_stack" not in (_ROOT / file).read_text(encoding="utf-8")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStack:
    config.option.loadscopereorder = False  # the end-to-end tests come first
    return OneStack(config, log)


def _turn(item: pytest.Item) -> int:
    """The longest piece first; beside it, while it builds the functions, one that needs none of them.

    In it, first the tests that show people what a new stack shows.
    """
    file = item.nodeid.partition("::")[0]
    if item.get_closest_marker("new_stack"):
        return -1
    return 0 if _shares_the_stack(file) else 1 if item.get_closest_marker("needs_no_build") else 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A set has another order in each process, and workers whose tests differ in order run none of them."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        if isinstance(mark.args[1], set | frozenset):
            pytest.fail(f"{metafunc.definition.nodeid}: parametrize takes a tuple or a sorted list, never a set")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
