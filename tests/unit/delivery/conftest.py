"""Fixtures of the delivery's tests."""

from collections.abc import Iterator

import pytest
from tests.support.grayctl.account import Account
from tests.support.grayctl.account import account as an_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    yield from an_account(monkeypatch)
