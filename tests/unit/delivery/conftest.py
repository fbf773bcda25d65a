"""Fixtures of the delivery's tests."""

from collections.abc import Iterator

import pytest
from tests.unit.delivery.account import Account
from tests.unit.delivery.account import account as an_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    yield from an_account(monkeypatch)
