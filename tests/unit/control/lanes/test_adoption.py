"""A registered lane is adopted; adoption can be repeated, interrupted anywhere, and is undone."""

from typing import Any

import pytest
from tests.support.release.registrations import registration, rest_api
from tests.unit.control.lanes.account import KEYS, STATEMENT, V2, Account, parameters_of

from gray.lanes.adoption import AdoptionStep, steps
from gray.lanes.lane_table import ADOPTED, GONE, REFUSED, WITHDRAWN, Lane


def test_a_registered_lane_gets_the_key_and_the_way_back_to_stable(account: Account) -> None:
    lanes = account.reconcile(V2)

    assert lanes["v2"] == Lane("v2", ADOPTED, V2.origins, adopted_at=100, keys=KEYS)
    assert account.api.keys == {("planapi2", "originkey")}
    assert account.functions.permissions == {STATEMENT: "arn:aws:execute-api:eu-central-1:111122223333:api2/*"}


def test_a_lane_that_could_not_fall_back_waits_for_stable(account: Account) -> None:
    account.use(KEYS, stable="")
    lane = account.reconcile(V2)["v2"]
    assert (lane.status, account.api.keys, account.functions.permissions) == (REFUSED, set(), {})
    assert "deploy lane v1, then the platform" in lane.why

    account.use(KEYS)
    assert account.reconcile(V2)["v2"].status == ADOPTED


def test_a_lane_without_a_switch_needs_no_function_of_stable(account: Account) -> None:
    account.use(KEYS, stable="")
    without = registration("v2", {name: value for name, value in rest_api("v2", "api2").items() if name != "kill"})
    assert account.reconcile(without)["v2"].status == ADOPTED


def test_an_adopted_lane_is_left_alone(account: Account) -> None:
    lanes = account.reconcile(V2)

    assert steps(parameters_of(V2), lanes, KEYS) == []


def test_adoption_can_be_repeated(account: Account) -> None:
    account.reconcile(V2)
    account.adoption.take(AdoptionStep("v2", V2, None), {}, now=200)

    assert account.api.keys == {("planapi2", "originkey")}


def test_it_is_undone_when_the_registration_goes(account: Account) -> None:
    account.reconcile(V2)

    lanes = account.reconcile()

    assert lanes["v2"].status == GONE
    assert account.api.keys == set()
    assert account.functions.permissions == {}
    assert steps(parameters_of(), lanes, KEYS) == []


def test_undoing_survives_that_the_stack_took_everything_along(account: Account) -> None:
    account.reconcile(V2)
    account.api.keys.clear()
    account.functions.permissions.clear()

    assert account.reconcile()["v2"].status == GONE


def test_a_lane_that_comes_back_is_adopted_again(account: Account) -> None:
    account.reconcile(V2)
    account.reconcile()

    assert account.reconcile(V2)["v2"].status == ADOPTED


def test_a_new_api_of_a_lane_takes_over_from_the_old_one(account: Account) -> None:
    account.reconcile(V2)
    account.api.deploy("api9", "api-v2", "live", "planapi9")

    lanes = account.reconcile(registration("v2", rest_api("v2", "api9")))

    assert [origin.address for origin in lanes["v2"].origins] == ["api9"]
    assert account.api.keys == {("planapi9", "originkey")}
    assert list(account.functions.permissions) == [("graylane-test-api-v1", "gray-v2-api9")]


class _Stopped(Exception):
    """The run has ended at this call."""


def _stop_at(client: Any, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(**given: Any) -> None:
        raise _Stopped(operation)

    monkeypatch.setattr(client, operation, stop)


@pytest.mark.parametrize("operation", ["delete_usage_plan_key", "remove_permission"])
def test_a_registration_that_comes_back_while_its_end_stopped_half_way_is_adopted_whole(
    account: Account, operation: str, monkeypatch: pytest.MonkeyPatch
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
    account: Account, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        _stop_at(account.functions if operation == "add_permission" else account.api, operation, broken)
        with pytest.raises(_Stopped):
            account.reconcile(V2)

    assert account.reconcile()["v2"].status == GONE
    assert account.api.keys == set()
    assert account.functions.permissions == {}


def test_a_withdrawn_lane_stays_withdrawn_until_it_registers_anew(account: Account) -> None:
    lane = Lane("v2", WITHDRAWN, V2.origins, keys=KEYS)
    redeployed = registration("v2", rest_api("v2", "api9"))

    assert steps(parameters_of(V2), {"v2": lane}, KEYS) == []
    assert steps(parameters_of(redeployed), {"v2": lane}, KEYS) == [AdoptionStep("v2", redeployed, lane)]


def test_stable_is_not_adopted(account: Account) -> None:
    assert steps(parameters_of(registration("v1", rest_api("v1", "api1"))), {}, KEYS) == []
