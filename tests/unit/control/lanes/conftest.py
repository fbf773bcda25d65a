"""An account with one lane that can be adopted."""

import pytest
from tests.unit.control.lanes.account import Account


@pytest.fixture
def account() -> Account:
    account = Account()
    account.api.deploy("api2", "api-v2", "live", "planapi2")
    return account
