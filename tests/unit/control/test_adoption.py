"""A lane is adopted only if its API is this account's and its own; adoption can be repeated and is undone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.support.aws.memory_aws import (
    MemoryApiGateway,
    MemoryDynamoDB,
    MemoryHttpApis,
    MemoryLambda,
    client_error,
)
from tests.support.release.registrations import registration, rest_api

from gray.lanes.adoption import Adoption, AdoptionStep, Owner, steps
from gray.lanes.lane_table import ADOPTED, GONE, REFUSED, WITHDRAWN, Lane, LaneTable
from gray.lanes.ownership import Ownership
from gray.lanes.parameters import Parameters
from gray.lanes.registration import Registration

KEYS = ("originkey",)
OWNER = Owner("111122223333", "eu-central-1", KEYS, "graylane-test-api-v1")
V2 = registration("v2", rest_api("v2", "api2"))
URL = f"https://{'f' * 32}.lambda-url.eu-central-1.on.aws/"
STATEMENT = ("graylane-test-api-v1", "gray-v2-api2")


class _Account:
    def __init__(self) -> None:
        self.api = MemoryApiGateway()
        self.http_apis = MemoryHttpApis()
        self.functions = MemoryLambda()
        self.table = LaneTable(cast(Any, MemoryDynamoDB()), "config")
        self.use(KEYS)

    def use(self, keys: tuple[str, ...], *, stable: str = OWNER.stable_function) -> None:
        """The platform is deployed with these keys of the origin, and with stable's function."""
        self.owner = replace(OWNER, origin_keys=keys, stable_function=stable)
        api, functions = cast(Any, self.api), cast(Any, self.functions)
        ownership = Ownership(api, cast(Any, self.http_apis), functions, ("shop.example.com",))
        self.adoption = Adoption(api, functions, self.table, self.owner, ownership)

    def reconcile(self, *registered: Registration, unreadable: Mapping[str, str] | None = None) -> dict[str, Lane]:
        known = self.table.all()
        for step in steps(_parameters(*registered, unreadable=unreadable), known, self.owner.origin_keys):
            others = {lane.lane: lane.origins for lane in known.values() if lane.lane != step.name and lane.usable}
            known[step.name] = self.adoption.take(step, others, now=100)
        return self.table.all()


def _parameters(*registered: Registration, unreadable: Mapping[str, str] | None = None) -> Parameters:
    return Parameters(None, {entry.lane: entry for entry in registered}, unreadable or {})


@pytest.fixture
def account() -> _Account:
    account = _Account()
    account.api.deploy("api2", "api-v2", "live", "planapi2")
    return account


def test_a_registered_lane_gets_the_key_and_the_way_back_to_stable(account: _Account) -> None:
    lanes = account.reconcile(V2)

    assert lanes["v2"] == Lane("v2", ADOPTED, V2.origins, adopted_at=100, keys=KEYS)
    assert account.api.keys == {("planapi2", "originkey")}
    assert account.functions.permissions == {STATEMENT: "arn:aws:execute-api:eu-central-1:111122223333:api2/*"}


def test_a_lane_that_could_not_fall_back_waits_for_stable(account: _Account) -> None:
    account.use(KEYS, stable="")
    lane = account.reconcile(V2)["v2"]
    assert (lane.status, account.api.keys, account.functions.permissions) == (REFUSED, set(), {})
    assert "deploy lane v1, then the platform" in lane.why

    account.use(KEYS)
    assert account.reconcile(V2)["v2"].status == ADOPTED


def test_a_lane_without_a_switch_needs_no_function_of_stable(account: _Account) -> None:
    account.use(KEYS, stable="")
    without = registration("v2", {name: value for name, value in rest_api("v2", "api2").items() if name != "kill"})
    assert account.reconcile(without)["v2"].status == ADOPTED


def test_an_adopted_lane_is_left_alone(account: _Account) -> None:
    lanes = account.reconcile(V2)

    assert steps(_parameters(V2), lanes, KEYS) == []


def test_adoption_can_be_repeated(account: _Account) -> None:
    account.reconcile(V2)
    account.adoption.take(AdoptionStep("v2", V2, None), {}, now=200)

    assert account.api.keys == {("planapi2", "originkey")}


def test_it_is_undone_when_the_registration_goes(account: _Account) -> None:
    account.reconcile(V2)

    lanes = account.reconcile()

    assert lanes["v2"].status == GONE
    assert account.api.keys == set()
    assert account.functions.permissions == {}
    assert steps(_parameters(), lanes, KEYS) == []


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
    lane = Lane("v2", WITHDRAWN, V2.origins, keys=KEYS)
    redeployed = registration("v2", rest_api("v2", "api9"))

    assert steps(_parameters(V2), {"v2": lane}, KEYS) == []
    assert steps(_parameters(redeployed), {"v2": lane}, KEYS) == [AdoptionStep("v2", redeployed, lane)]


HTTP_API = {"id": "api", "kind": "http-api", "api": "http2", "stage": "$default", "health": "/", "guard": "none"}
FUNCTION_URL = {"id": "ssr", "kind": "function-url", "url": URL, "function": "ssr-v2", "health": "/", "guard": "oac"}
HOST = {"id": "web", "kind": "url", "url": "https://shop.example.com/v2", "health": "/", "guard": "none"}


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        (rest_api("v2", "foreign"), "API foreign with stage live is not in this account and region"),
        (rest_api("v2", "api2", stage="other"), "API api2 with stage other is not in this account and region"),
        (rest_api("v2", "api2", usage_plan="foreign"), "usage plan foreign is not in this account"),
        (rest_api("v2", "api2", name="mine"), "API api2 is called api-v2, not mine"),
        (rest_api("v2", "api2", usage_plan="bankplan"), "does not belong to API api2 alone; give the lane a plan"),
        (rest_api("v2", "hidden", name="hidden"), "has its execute-api endpoint disabled"),
        ({**HTTP_API, "api": "foreign"}, "HTTP API foreign with stage $default is not in this account and region"),
        ({**HTTP_API, "stage": "other"}, "HTTP API http2 with stage other is not in this account and region"),
        ({**HTTP_API, "api": "socket"}, "speaks WEBSOCKET; only an HTTP API"),
        ({**HTTP_API, "api": "hidden"}, "has its execute-api endpoint disabled"),
        ({**FUNCTION_URL, "function": "foreign"}, "function foreign with a URL is not in this account and region"),
        ({**FUNCTION_URL, "url": URL.replace("f", "e", 1)}, f"the URL of function ssr-v2 is {URL}; register that one"),
        ({**FUNCTION_URL, "guard": "none"}, "has AuthType AWS_IAM; register it with the guard oac"),
        ({**FUNCTION_URL, "function": "open-v2"}, "has AuthType NONE; register it with the guard header or none"),
        ({**HOST, "url": "https://evil.example.com"}, "evil.example.com is not trusted here; add it to"),
    ],
)
def test_nobody_who_can_write_a_parameter_can_send_viewers_or_the_key_elsewhere(
    account: _Account, origin: dict[str, Any], why: str
) -> None:
    _deploy_all(account)

    lane = account.reconcile(registration("v2", origin))["v2"]

    assert lane.status == REFUSED
    assert why in lane.why
    assert account.api.keys == set()
    assert account.functions.permissions == {}


def _deploy_all(account: _Account) -> None:
    account.api.deploy("bank", "bank-api", "live", "bankplan")
    account.api.deploy("hidden", "hidden", "live", "planhidden")
    account.api.disabled.add("hidden")
    account.http_apis.deploy("http2", "$default")
    account.http_apis.deploy("hidden", "$default", DisableExecuteApiEndpoint=True)
    account.http_apis.deploy("socket", "$default", ProtocolType="WEBSOCKET")
    account.functions.urls = {"ssr-v2": ("f" * 32, "AWS_IAM"), "open-v2": ("f" * 32, "NONE")}


def test_a_lane_of_every_kind_is_adopted_and_let_go(account: _Account) -> None:
    _deploy_all(account)
    paths = [["/api/"], ["/pay"], ["/page"], ["/blog"]]
    origins = [
        {**origin, "id": f"o{at}", "paths": paths[at]}
        for at, origin in enumerate((rest_api("v2", "api2"), HTTP_API, FUNCTION_URL, HOST))
    ]

    lane = account.reconcile(registration("v2", *origins))["v2"]

    assert lane.status == ADOPTED
    assert [(origin.kind, origin.address, origin.path, origin.signed) for origin in lane.origins] == [
        ("rest-api", "api2", "live", False),
        ("http-api", "http2", "", False),
        ("function-url", "f" * 32, "", True),
        ("url", "shop.example.com", "v2", False),
    ]
    assert account.api.keys == {("planapi2", "originkey")}
    assert list(account.functions.permissions) == [STATEMENT]

    assert account.reconcile()["v2"].status == GONE
    assert account.api.keys == set()
    assert account.functions.permissions == {}


def test_an_origin_of_another_lane_is_refused_until_that_one_lets_it_go(account: _Account) -> None:
    v3 = registration("v3", rest_api("v2", "api2"))
    account.reconcile(V2)

    lanes = account.reconcile(V2, v3)

    assert lanes["v2"].status == ADOPTED
    assert lanes["v3"].status == REFUSED
    assert lanes["v3"].why == "origin api (rest-api api2) belongs to lane v2; deploy one of its own"
    assert account.reconcile(v3)["v3"].status == ADOPTED
    assert account.api.keys == {("planapi2", "originkey")}


def test_a_registration_that_cannot_be_read_ends_the_lane_with_the_reason(account: _Account) -> None:
    account.reconcile(V2)

    lanes = account.reconcile(unreadable={"v2": "origins: is missing"})

    assert (lanes["v2"].status, lanes["v2"].why) == (REFUSED, "origins: is missing")
    assert account.api.keys == set()
    assert account.functions.permissions == {}
    assert steps(_parameters(unreadable={"v2": "origins: is missing"}), lanes, KEYS) == []
    assert account.reconcile(V2)["v2"].status == ADOPTED


# the origin's key is changed for another


def test_the_lanes_api_takes_both_keys_while_one_is_changed_for_the_other(account: _Account) -> None:
    before = account.reconcile(V2)["v2"]

    account.use(("originkey", "second"))
    both = account.reconcile(V2)["v2"]

    assert account.api.keys == {("planapi2", "originkey"), ("planapi2", "second")}
    assert both == replace(before, keys=("originkey", "second"))

    account.api.keys.discard(("planapi2", "originkey"))  # a key that is deleted goes from every plan
    account.use(("second",))
    assert account.reconcile(V2)["v2"].keys == ("second",)
    assert account.api.keys == {("planapi2", "second")}


def test_which_of_the_two_is_sent_changes_nothing_at_a_lane(account: _Account) -> None:
    account.use(("originkey", "second"))
    lanes = account.reconcile(V2)

    assert steps(_parameters(V2), lanes, ("second", "originkey")) == []


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
    assert steps(_parameters(registration("v1", rest_api("v1", "api1"))), {}, KEYS) == []
