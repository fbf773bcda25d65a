"""A lane is adopted only if its API is this account's and its own; adoption can be repeated and is undone."""

from dataclasses import replace
from typing import Any, cast

import pytest
from tests.support.aws.memory_aws import MemoryApiGateway, MemoryDynamoDB, MemoryLambda, client_error

from gray.lanes.adoption import Adoption, AdoptionStep, Owner, steps
from gray.lanes.registration import ADOPTED, GONE, REFUSED, WITHDRAWN, Lane, LaneTable, Registration

KEYS = ("originkey",)
OWNER = Owner("test", "111122223333", "eu-central-1", KEYS, "graylane-test-api-v1")
V2 = Registration("v2", "api2", "live", usage_plan="plan2")


BEFORE_STABLE = replace(OWNER, stable_function="")


class _Account:
    def __init__(self) -> None:
        self.api = MemoryApiGateway()
        self.functions = MemoryLambda()
        self.table = LaneTable(cast(Any, MemoryDynamoDB()), "config")
        self.use(KEYS)

    def use(self, keys: tuple[str, ...]) -> None:
        """The platform is deployed with these keys of the origin."""
        self.owner = replace(OWNER, origin_keys=keys)
        self.adoption = Adoption(cast(Any, self.api), cast(Any, self.functions), self.table, self.owner)

    def reconcile(self, *registered: Registration) -> dict[str, Lane]:
        known = self.table.all()
        for step in steps({entry.lane: entry for entry in registered}, known, self.owner.origin_keys):
            self.adoption.take(step, now=100)
        return self.table.all()


@pytest.fixture
def account() -> _Account:
    account = _Account()
    account.api.deploy("api2", "graylane-test-api-v2", "live", "plan2")
    return account


def test_a_registered_lane_gets_the_key_and_the_way_back_to_stable(account: _Account) -> None:
    lanes = account.reconcile(V2)

    assert lanes["v2"] == Lane("v2", ADOPTED, "api2", "live", usage_plan="plan2", adopted_at=100, keys=KEYS)
    assert account.api.keys == {("plan2", "originkey")}
    assert account.functions.permissions == {
        ("graylane-test-api-v1", "gray-v2-api2"): "arn:aws:execute-api:eu-central-1:111122223333:api2/*"
    }


def test_a_lane_that_could_not_fall_back_waits_for_stable(account: _Account) -> None:
    account.adoption = Adoption(cast(Any, account.api), cast(Any, account.functions), account.table, BEFORE_STABLE)
    lane = account.reconcile(V2)["v2"]
    assert (lane.status, account.api.keys, account.functions.permissions) == (REFUSED, set(), {})
    assert "deploy lane v1, then the platform" in lane.why

    account.use(KEYS)
    assert account.reconcile(V2)["v2"].status == ADOPTED


def test_an_adopted_lane_is_left_alone(account: _Account) -> None:
    lanes = account.reconcile(V2)

    assert steps({"v2": V2}, lanes, KEYS) == []


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
    assert steps({}, lanes, KEYS) == []


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
    lane = Lane("v2", WITHDRAWN, "api2", "live", usage_plan="plan2", keys=KEYS)
    redeployed = Registration("v2", "api9", "live", usage_plan="plan9")

    assert steps({"v2": V2}, {"v2": lane}, KEYS) == []
    assert steps({"v2": redeployed}, {"v2": lane}, KEYS) == [AdoptionStep("v2", redeployed, lane)]


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


# the origin's key is changed for another


def test_the_lanes_api_takes_both_keys_while_one_is_changed_for_the_other(account: _Account) -> None:
    before = account.reconcile(V2)["v2"]

    account.use(("originkey", "second"))
    both = account.reconcile(V2)["v2"]

    assert account.api.keys == {("plan2", "originkey"), ("plan2", "second")}
    assert both == replace(before, keys=("originkey", "second"))

    account.api.keys.discard(("plan2", "originkey"))  # a key that is deleted goes from every plan
    account.use(("second",))
    assert account.reconcile(V2)["v2"].keys == ("second",)
    assert account.api.keys == {("plan2", "second")}


def test_which_of_the_two_is_sent_changes_nothing_at_a_lane(account: _Account) -> None:
    account.use(("originkey", "second"))
    lanes = account.reconcile(V2)

    assert steps({"v2": V2}, lanes, ("second", "originkey")) == []


def test_a_record_that_names_no_key_is_completed(account: _Account) -> None:
    """As an earlier version has written it."""
    account.reconcile(V2)
    account.table.put(replace(account.table.all()["v2"], keys=()))

    assert account.reconcile(V2)["v2"].keys == KEYS


def test_another_key_does_not_readmit_a_lane_that_was_withdrawn(account: _Account) -> None:
    account.reconcile(V2)
    withdrawn = replace(account.table.all()["v2"], status=WITHDRAWN, failures=3, why="it burns")
    account.table.put(withdrawn)
    account.use(("originkey", "second"))

    assert account.reconcile(V2)["v2"] == replace(withdrawn, keys=("originkey", "second"))


def test_a_key_that_is_just_going_does_not_stop_the_run(account: _Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of before the deployment still knows the key that the deployment has deleted."""
    before = account.reconcile(V2)["v2"]
    account.use(("gone", "originkey"))

    def refuse(**given: Any) -> None:
        raise client_error("apigateway", "NotFoundException", 404)

    monkeypatch.setattr(account.api, "create_usage_plan_key", refuse)

    assert account.reconcile(V2)["v2"] == before


def test_stable_is_not_adopted(account: _Account) -> None:
    assert steps({"v1": Registration("v1", "api1", "live")}, {}, KEYS) == []


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
