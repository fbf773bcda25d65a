"""A lane is adopted only if its origins are this account's and its own."""

from typing import Any

import pytest
from tests.support.release.registrations import registration, rest_api
from tests.unit.control.lanes.account import KEYS, STATEMENT, V2, Account, parameters_of

from gray.lanes.adoption import steps
from gray.lanes.lane_table import ADOPTED, GONE, REFUSED

URL = f"https://{'f' * 32}.lambda-url.eu-central-1.on.aws/"
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
    account: Account, origin: dict[str, Any], why: str
) -> None:
    _deploy_all(account)

    lane = account.reconcile(registration("v2", origin))["v2"]

    assert lane.status == REFUSED
    assert why in lane.why
    assert account.api.keys == set()
    assert account.functions.permissions == {}


def _deploy_all(account: Account) -> None:
    account.api.deploy("bank", "bank-api", "live", "bankplan")
    account.api.deploy("hidden", "hidden", "live", "planhidden")
    account.api.disabled.add("hidden")
    account.http_apis.deploy("http2", "$default")
    account.http_apis.deploy("hidden", "$default", DisableExecuteApiEndpoint=True)
    account.http_apis.deploy("socket", "$default", ProtocolType="WEBSOCKET")
    account.functions.urls = {"ssr-v2": ("f" * 32, "AWS_IAM"), "open-v2": ("f" * 32, "NONE")}


def test_a_lane_of_every_kind_is_adopted_and_let_go(account: Account) -> None:
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


def test_an_origin_of_another_lane_is_refused_until_that_one_lets_it_go(account: Account) -> None:
    v3 = registration("v3", rest_api("v2", "api2"))
    account.reconcile(V2)

    lanes = account.reconcile(V2, v3)

    assert lanes["v2"].status == ADOPTED
    assert lanes["v3"].status == REFUSED
    assert lanes["v3"].why == "origin api (rest-api api2) belongs to lane v2; deploy one of its own"
    assert account.reconcile(v3)["v3"].status == ADOPTED
    assert account.api.keys == {("planapi2", "originkey")}


def test_a_registration_that_cannot_be_read_ends_the_lane_with_the_reason(account: Account) -> None:
    account.reconcile(V2)

    lanes = account.reconcile(unreadable={"v2": "origins: is missing"})

    assert (lanes["v2"].status, lanes["v2"].why) == (REFUSED, "origins: is missing")
    assert account.api.keys == set()
    assert account.functions.permissions == {}
    assert steps(parameters_of(unreadable={"v2": "origins: is missing"}), lanes, KEYS) == []
    assert account.reconcile(V2)["v2"].status == ADOPTED
