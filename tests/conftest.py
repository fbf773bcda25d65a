"""How `make test` shares the tests out to its workers: a file is one piece, and so are all that use one local stack.

And what all property tests have in common.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

# How long an example takes is the machine's affair.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")

# Files of tests/e2e that start a stack of their own, or none. All the others share one: see tests/e2e/conftest.py.
OWN_STACK = frozenset({"api_switch", "artifacts", "concurrency", "make_up", "patches", "two_stacks"})


# End-to-end tests that `make test` leaves to `make test-long`: together they take more than CI's 20 minutes.
LONG = frozenset({"alarms", "browser", "console", "control", "documents", "gray_alarm", "iam", "lane", "plan"})


class OneStack(LoadFileScheduling):  # type: ignore[misc]
    """A piece of work for the shared stack, taken first because it is the longest; a piece for each other file."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "shared stack" if shares_the_stack(file) else file


def shares_the_stack(file: str) -> bool:
    return file.startswith("tests/e2e/") and _name(file) not in OWN_STACK


def _name(file: str) -> str:
    return file.rpartition("/")[2].removeprefix("test_").removesuffix(".py")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStack:
    config.option.loadscopereorder = False  # the end-to-end tests come first
    return OneStack(config, log)


def _turn(item: pytest.Item) -> int:
    """The longest piece first; beside it, while it builds the functions, one that needs none of them."""
    file = item.nodeid.partition("::")[0]
    return 0 if shares_the_stack(file) else 1 if _name(file) == "concurrency" else 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    for item in items:
        file = item.nodeid.partition("::")[0]
        if file.startswith("tests/e2e/") and _name(file) in LONG:
            item.add_marker(pytest.mark.long)
