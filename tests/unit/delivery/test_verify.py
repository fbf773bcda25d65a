"""Verification moves viewers, so it is refused where there are any and asked for where there may be."""

import pytest
from tests.support.grayctl.account import CONFIG, Account, Terminal

from delivery.errors import DeliveryError
from delivery.verify import verify
from grayctl.errors import NotConfirmedError
from grayctl.stack.target import Target


@pytest.fixture
def prod(account: Account) -> Target:
    return account.deploy(outputs={"ConfigTable": CONFIG, "SiteUrl": "https://shop.example/"})


def test_a_gray_stack_is_verified_through_prod(account: Account) -> None:
    with pytest.raises(DeliveryError, match="make verify ENV=prod"):
        verify(account.deploy("v2"), Terminal(), yes=True)


def test_without_a_gray_lane_it_says_what_to_deploy(account: Account, prod: Target) -> None:
    account.release()
    account.register("v1", "api1")

    with pytest.raises(DeliveryError, match="make deploy ENV=gray"):
        verify(prod, Terminal(), yes=True)


def test_viewers_in_gray_are_not_moved(account: Account, prod: Target) -> None:
    account.release({"id": "ramp", "lane": "v2", "percent": 5})
    account.register("v2", "api2")

    with pytest.raises(DeliveryError, match="revision 1 sends viewers to gray"):
        verify(prod, Terminal("prod"), yes=True)


def test_prod_is_asked_by_name(account: Account, prod: Target) -> None:
    account.release()
    account.register("v2", "api2")
    terminal = Terminal("yes")

    with pytest.raises(NotConfirmedError, match="nothing was changed"):
        verify(prod, terminal)
    assert "send viewers of prod to gray" in terminal.said


def test_where_nobody_answers_nothing_is_run(account: Account, prod: Target) -> None:
    account.release()
    account.register("v2", "api2")

    with pytest.raises(NotConfirmedError, match="no answer, nothing was changed"):
        verify(prod, Terminal())
