"""`grayctl lane register|deploy|remove`: what is written, and what is refused before anything is."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import Session
from tests.support.grayctl.application import REGION, SETTINGS, deploy, rest_api, write_application
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.support.release.registrations import registration_text

from gray.lanes.registration import Registration
from grayctl.actions.lane.origins import registered_origins
from grayctl.actions.lane.resources import Resource, Resources
from grayctl.errors import EXIT_CONFLICT, EXIT_NEGATIVE, EXIT_USAGE, UsageError
from grayctl.onboarding.settings import Origin
from grayctl.stack.target import Clients

PARAMETER = "/gray/test/lanes/v2"


@pytest.fixture
def shop(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """An application whose lane v2 is deployed, and in nobody's registry."""
    monkeypatch.setenv("AWS_REGION", REGION)
    stack.ssm.delete_parameter(Name=PARAMETER)
    write_application(stack.root)
    deploy("shop-v2", rest_api())
    return stack


def written(shop: Stack) -> dict[str, Any] | None:
    try:
        text = shop.ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    except shop.ssm.exceptions.ParameterNotFound:
        return None
    Registration.parse("v2", text)
    return dict(json.loads(text))


def api_id() -> str:
    (api,) = boto3.client("apigateway", region_name=REGION).get_rest_apis()["items"]
    return str(api["id"])


def test_what_the_stack_has_is_registered(shop: Stack, grayctl: Grayctl) -> None:
    done = grayctl("lane", "register", "--lane", "v2", "--build", "1.8.0")

    assert done.code == 0, done.err
    assert written(shop) == {
        "schema": 1,
        "lane": "v2",
        "build": "1.8.0",
        "origins": [
            {
                **{"id": "cart", "kind": "rest-api", "api": api_id(), "stage": "Prod", "name": "shop-CartApi"},
                **{"health": "/cart/health", "guard": "none", "paths": ["/cart"]},
            }
        ],
    }
    assert "rest-api" in done.out
    assert "No viewer gets there" in done.out
    again = grayctl("lane", "register", "--lane", "v2", "--build", "1.8.0", "--json").json
    assert (again["changed"], again["stack"]) == (False, "shop-v2")


def test_a_stack_with_one_api_needs_no_file(shop: Stack, grayctl: Grayctl) -> None:
    (shop.root / "graylane.toml").unlink()
    line = "lane register --lane v2 --stack shop-v2 --health /ping"

    assert grayctl(*line.split()).code == 0
    (origin,) = (written(shop) or {})["origins"]
    assert (origin["id"], origin["health"], origin.get("paths")) == ("cart-api", "/ping", None)


@pytest.mark.parametrize("command", [("lane", "register"), ("lane", "deploy")])
def test_a_dry_run_writes_nothing(shop: Stack, grayctl: Grayctl, command: tuple[str, str]) -> None:
    done = grayctl(*command, "--lane", "v2", "--dry-run", "--json")

    assert done.code == 0, done.err
    assert done.json["dry_run"] is True
    assert written(shop) is None


ONE_MORE = '[[origins]]\nid="{0}"\nkind="{1}"\nresource="{2}"\nbehaviors=["/{0}/*"]\nhealth="/"\n'
# What is wrong: graylane.toml, the command line, and what is said about it.
MISTAKES = {
    "no such stack": (SETTINGS, "--lane v1", "stack shop does not exist in us-east-1"),
    "no such lane": (SETTINGS, "--lane v3", "graylane.toml has no lane v3: it has v2, v1"),
    "no such resource": (
        SETTINGS.replace("CartApi", "Cart"),
        "--lane v2",
        "has no AWS::ApiGateway::RestApi called Cart",
    ),
    "no health": (SETTINGS.replace('health = "/cart/health"', ""), "--lane v2", "origin cart has no health check"),
    "a name that is too long": (SETTINGS, f"--lane v2 --stack {'s' * 129}", "is not a stack's name"),
    "no beginning of a path": (SETTINGS.replace("/cart*", "/*/cart"), "--lane v2", "is not the beginning of a path"),
    "another environment": (SETTINGS.replace('"test"', '"prod"'), "--lane v2", "is of environment prod, not test"),
    "a host that nobody trusts": (
        SETTINGS + ONE_MORE.format("web", "url", "WebUrl"),
        "--lane v2 --stack web-v2",
        "host web.example.com is not trusted here",
    ),
    "no such output": (SETTINGS + ONE_MORE.format("web", "url", "Web"), "--lane v2", "shop-v2 has no output Web"),
    "no such key": (SETTINGS + 'guards = "none"\n', "--lane v2", "guards"),
    "no such stage": (SETTINGS + 'stage = "live"\n', "--lane v2", "is not in this account and region"),
    "two stages": (SETTINGS, "--lane v2 --stack two-v2", "which one viewers use is not clear"),
    "a lane that there cannot be": (SETTINGS, "--lane v100 --stack shop-v2", "v100"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_cannot_be_registered_is_one_line_and_nothing_is_written(shop: Stack, grayctl: Grayctl, name: str) -> None:
    settings, line, says = MISTAKES[name]
    (shop.root / "graylane.toml").write_text(settings)
    deploy("web-v2", rest_api(), outputs={"WebUrl": "https://web.example.com"})
    deploy("two-v2", rest_api("CartApi", "Prod", "Stage"))

    done = grayctl("lane", "register", *line.split())

    assert done.code == EXIT_USAGE, done.out
    assert says in done.err
    assert "Traceback" not in done.err
    assert written(shop) is None


def test_a_lane_is_not_given_to_another_stack_by_mistake(shop: Stack, grayctl: Grayctl) -> None:
    assert grayctl("lane", "register", "--lane", "v2").code == 0
    before = written(shop)
    deploy("other", rest_api())

    done = grayctl("lane", "register", "--lane", "v2", "--stack", "other")

    assert done.code == EXIT_CONFLICT
    assert "lane v2 is registered already, not from stack other" in done.err
    assert "grayctl lane remove --lane v2" in done.err
    assert written(shop) == before


def test_an_api_has_one_lane(shop: Stack, grayctl: Grayctl) -> None:
    there = registration_text(
        "v3",
        {
            **{"id": "x", "kind": "rest-api", "api": api_id(), "stage": "Prod", "name": "x"},
            **{"health": "/", "guard": "none"},
        },
    )
    shop.ssm.put_parameter(Name="/gray/test/lanes/v3", Value=there, Type="String")

    done = grayctl("lane", "register", "--lane", "v2")

    assert done.code == EXIT_USAGE
    assert "belongs to lane v3" in done.err
    assert written(shop) is None


def test_a_lane_goes_only_when_no_rule_leads_there(shop: Stack, grayctl: Grayctl) -> None:
    assert grayctl("lane", "register", "--lane", "v2").code == 0
    assert grayctl("ramp", "20", "--yes", "--no-wait").code == 0

    refused = grayctl("lane", "remove", "--lane", "v2")
    assert refused.code == EXIT_NEGATIVE
    assert "still sends viewers to v2" in refused.err
    assert written(shop) is not None

    assert grayctl("kill", "--no-wait").code == 0
    assert grayctl("lane", "remove", "--lane", "v2", "--dry-run").code == 0
    assert written(shop) is not None
    removed = grayctl("lane", "remove", "--lane", "v2")
    assert removed.code == 0, removed.err
    assert "sam delete --stack-name shop-v2" in removed.out
    assert written(shop) is None


@pytest.mark.parametrize(("lane", "says"), [("v1", "v1 is stable"), ("v7", "lane v7 is not registered in test")])
def test_a_lane_that_cannot_be_removed(shop: Stack, grayctl: Grayctl, lane: str, says: str) -> None:
    done = grayctl("lane", "remove", "--lane", lane)
    assert (done.code, says in done.err) == (EXIT_USAGE, True)


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "UPDATE_FAILED"])
def test_a_stack_that_is_half_deployed_is_not_registered(shop: Stack, grayctl: Grayctl, status: str) -> None:
    from moto.cloudformation.models import cloudformation_backends

    backend = cloudformation_backends["123456789012"][REGION]
    backend.get_stack("shop-v2").status = status

    done = grayctl("lane", "register", "--lane", "v2")

    assert done.code == EXIT_USAGE
    assert f"stack shop-v2 is not deployed whole ({status})" in done.err
    assert written(shop) is None


def test_an_http_api_a_function_url_and_what_guards_a_rest_api(stack: Stack, tmp_path: Path) -> None:
    session = Session()
    session.set_config_variable("region", REGION)
    clients = Clients(session)
    http = clients.http_apis.create_api(Name="notes", ProtocolType="HTTP")["ApiId"]
    clients.http_apis.create_stage(ApiId=http, StageName="$default")
    rest = clients.rest_apis.create_rest_api(name="cart")["id"]
    there = {
        "Notes": Resource("AWS::ApiGatewayV2::Api", http),
        "Cart": Resource("AWS::ApiGateway::RestApi", rest),
        "Plan": Resource("AWS::ApiGateway::UsagePlan", "plan1"),
        "Cook": Resource("AWS::Lambda::Function", "cook-v2"),
    }
    more = {"stage": "live", "usage_plan": "Plan", "kill": {"variable": "function", "resource": "Cook"}}
    origins = [
        Origin(id="cart", kind="rest-api", resource="Cart", behaviors=["/a*", "/b"], health="/a", **more),  # type: ignore[arg-type]
        Origin(id="notes", kind="http-api", resource="Notes", behaviors=["*"], health="/"),
    ]
    with pytest.raises(UsageError, match="API Cart has no stage"):
        registered_origins(clients, Resources("shop", there, {}), [origins[0].model_copy(update={"stage": ""})])

    assert registered_origins(clients, Resources("shop", there, {}), origins) == [
        {
            **{"id": "cart", "kind": "rest-api", "api": rest, "stage": "live", "name": "cart", "health": "/a"},
            **{"guard": "api-key", "paths": ["/a", "/b"], "usage_plan": "plan1"},
            "kill": {"variable": "function", "function": "cook-v2"},
        },
        {"id": "notes", "kind": "http-api", "api": http, "stage": "$default", "health": "/", "guard": "none"},
    ]
