"""A lane is adopted only if its API is this account's and its own; adoption can be repeated and is undone."""

from typing import Any, cast

import pytest
from tests.support.aws.memory_aws import MemoryApiGateway, MemoryDynamoDB, MemoryLambda

from gray.lanes.adoption import Adoption, AdoptionStep, Owner, steps
from gray.lanes.registration import ADOPTED, GONE, REFUSED, WITHDRAWN, Lane, LaneTable, Registration

OWNER = Owner("test", "111122223333", "eu-central-1", "originkey", "graylane-test-api-v1")
V2 = Registration("v2", "api2", "live", usage_plan="plan2")


class _Account:
    def __init__(self) -> None:
        self.api = MemoryApiGateway()
        self.functions = MemoryLambda()
        self.table = LaneTable(cast(Any, MemoryDynamoDB()), "config")
        self.adoption = Adoption(cast(Any, self.api), cast(Any, self.functions), self.table, OWNER)

    def reconcile(self, *registered: Registration) -> dict[str, Lane]:
        for step in steps({entry.lane: entry for entry in registered}, self.table.all()):
            self.adoption.take(step, now=100)
        return self.table.all()


@pytest.fixture
def account() -> _Account:
    account = _Account()
    account.api.deploy("api2", "graylane-test-api-v2", "live", "plan2")
    return account


def test_a_registered_lane_gets_the_key_and_the_way_back_to_stable(account: _Account) -> None:
    lanes = account.reconcile(V2)

    assert lanes["v2"] == Lane("v2", ADOPTED, "api2", "live", usage_plan="plan2", adopted_at=100)
    assert account.api.keys == {("plan2", "originkey")}
    assert account.functions.permissions == {
        ("graylane-test-api-v1", "gray-v2-api2"): "arn:aws:execute-api:eu-central-1:111122223333:api2/*"
    }


def test_an_adopted_lane_is_left_alone(account: _Account) -> None:
    lanes = account.reconcile(V2)

    assert steps({"v2": V2}, lanes) == []


def test_adoption_can_be_repeated(account: _Account) -> None:
    account.reconcile(V2)
    account.adoption.take(AdoptionStep("v2", V2, None), now=200)

    assert account.api.keys == {("plan2", "originkey")}


def test_it_is_undone_when_the_registration_goes(account: _Account) -> None:
    account.reconcile(V2)

    lanes = account.reconcile()

    assert lanes["v2"].status == GONE
    assert account.api.keys == set()
    assert account.functions.permissions == {}
    assert steps({}, lanes) == []


def test_undoing_survives_that_the_stack_took_everything_along(account: _Account) -> None:
    account.reconcile(V2)
    account.api.keys.clear()
    account.functions.permissions.clear()

    assert account.reconcile()["v2"].status == GONE


def test_a_lane_that_comes_back_is_adopted_again(account: _Account) -> None:
    account.reconcile(V2)
    account.reconcile()

    assert account.reconcile(V2)["v2"].status == ADOPTED


def test_a_new_api_of_a_lane_takes_over_from_the_old_one(account: _Account) -> None:
    account.reconcile(V2)
    account.api.deploy("api9", "graylane-test-api-v2", "live", "plan9")

    lanes = account.reconcile(Registration("v2", "api9", "live", usage_plan="plan9"))

    assert lanes["v2"].api_id == "api9"
    assert account.api.keys == {("plan9", "originkey")}
    assert list(account.functions.permissions) == [("graylane-test-api-v1", "gray-v2-api9")]


class _Stopped(Exception):
    """The run has ended at this call."""


def _stop_at(client: Any, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(**given: Any) -> None:
        raise _Stopped(operation)

    monkeypatch.setattr(client, operation, stop)


@pytest.mark.parametrize("operation", ["delete_usage_plan_key", "remove_permission"])
def test_a_registration_that_comes_back_while_its_end_stopped_half_way_is_adopted_whole(
    account: _Account, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.reconcile(V2)
    before = set(account.api.keys), dict(account.functions.permissions)
    with monkeypatch.context() as broken:
        _stop_at(account.functions if operation == "remove_permission" else account.api, operation, broken)
        with pytest.raises(_Stopped):
            account.reconcile()

    assert account.reconcile(V2)["v2"].status == ADOPTED
    assert (account.api.keys, account.functions.permissions) == before


@pytest.mark.parametrize("operation", ["create_usage_plan_key", "add_permission"])
def test_a_registration_that_goes_while_its_adoption_stopped_half_way_leaves_nothing(
    account: _Account, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        _stop_at(account.functions if operation == "add_permission" else account.api, operation, broken)
        with pytest.raises(_Stopped):
            account.reconcile(V2)

    assert account.reconcile()["v2"].status == GONE
    assert account.api.keys == set()
    assert account.functions.permissions == {}


def test_a_withdrawn_lane_stays_withdrawn_until_it_registers_anew(account: _Account) -> None:
    lane = Lane("v2", WITHDRAWN, "api2", "live", usage_plan="plan2")
    redeployed = Registration("v2", "api9", "live", usage_plan="plan9")

    assert steps({"v2": V2}, {"v2": lane}) == []
    assert steps({"v2": redeployed}, {"v2": lane}) == [AdoptionStep("v2", redeployed, lane)]


@pytest.mark.parametrize(
    ("registration", "why"),
    [
        (Registration("v2", "foreign", "live", usage_plan="plan2"), "is not in this account and region"),
        (Registration("v2", "api2", "other", usage_plan="plan2"), "is not in this account and region"),
        (Registration("v2", "api2", "live", usage_plan="foreign"), "usage plan foreign is not in this account"),
        (Registration("v2", "bank", "live", usage_plan="plan2"), "is called bank-api"),
        (Registration("v2", "api2", "live", usage_plan="bankplan"), "does not belong to API api2 alone"),
        (Registration("v3", "api2", "live", usage_plan="plan2"), "lane v3 needs graylane-test-api-v3"),
    ],
)
def test_nobody_who_can_write_a_parameter_can_send_viewers_or_the_key_elsewhere(
    account: _Account, registration: Registration, why: str
) -> None:
    account.api.deploy("bank", "bank-api", "live", "bankplan")

    lane = account.reconcile(registration)[registration.lane]

    assert lane.status == REFUSED
    assert why in lane.why
    assert account.api.keys == set()
    assert account.functions.permissions == {}


def test_stable_is_not_adopted(account: _Account) -> None:
    assert steps({"v1": Registration("v1", "api1", "live")}, {}) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"lane":"v3","api_id":"a","stage":"live"}',
        '{"lane":"v2","api_id":"evil.example/","stage":"live"}',
        '{"lane":"v2","api_id":"a","stage":"li/ve"}',
        '{"lane":"v2","api_id":["a"],"stage":"live"}',
    ],
)
def test_a_registration_that_is_none(text: str) -> None:
    assert Registration.parse("v2", text) is None
