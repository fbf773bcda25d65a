"""What a deployment is made of, and the look afterwards."""

import re
from pathlib import Path

import pytest
from tests.support.grayctl.account import SITE, Account
from tests.support.project.deployment import template

from delivery.afterwards import problems
from delivery.deploy import values_of
from delivery.errors import DeliveryError
from delivery.stacks.stable import stable_values
from grayctl.actions.site.place import SitePlace
from grayctl.actions.site.source import build_site
from grayctl.actions.site.upload import plan_upload, upload_site
from grayctl.reading.edge_answer import EdgeAnswer
from grayctl.stack.target import Target

ROOT = Path(__file__).parents[3]
GOOD = EdgeAnswer(True, 200, "v1")


def test_the_platform_learns_what_stable_has_registered(account: Account) -> None:
    ssm = account.client("ssm")
    assert stable_values(ssm, "prod", "us-east-1") == {}

    account.register("v2", "api2")
    account.register("v1", "api1")
    assert stable_values(ssm, "prod", "us-east-1") == {
        "StableHost": "api1.execute-api.us-east-1.amazonaws.com",
        "StablePath": "/live",
        "StableFunction": "f-v1",
        "StableUsagePlan": "planapi1",
    }


def test_what_the_platform_learns_are_values_that_its_template_takes(account: Account) -> None:
    account.register("v1", "api1")
    values = stable_values(account.client("ssm"), "prod", "us-east-1")
    assert values
    for name, value in values.items():
        assert re.fullmatch(template()["Parameters"][name]["AllowedPattern"], value)


def test_parameters_of_the_command_go_over_those_of_the_file() -> None:
    values = values_of(ROOT, "prod", ["Architecture=x86_64", "AlarmEmail=a=b@shop.example"])

    assert values["Architecture"] == "x86_64"
    assert values["AlarmEmail"] == "a=b@shop.example"
    assert values["Environment"] == "prod"


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(DeliveryError, match="'Architecture'"):
        values_of(ROOT, "prod", ["Architecture"])


@pytest.fixture
def prod(account: Account) -> Target:
    """The platform as it should be: the site answers."""
    return account.deploy(outputs={"SiteUrl": "https://shop.example/", "SiteBucket": SITE})


@pytest.fixture
def stable(account: Account) -> Target:
    """Lane v1 as it should be: registered, its files are there."""
    target = account.deploy("v1", {"ApiId": "api1"})
    account.register("v1", "api1")
    account.client("s3").create_bucket(Bucket=SITE)
    upload(account, "v1", "v1")
    return target


def upload(account: Account, source: str, lane: str) -> None:
    place = SitePlace(account.client("s3"), account.client("ssm"), SITE, "/gray/prod")
    upload_site(plan_upload(build_site(ROOT / "web" / source, lane), place), place)


def look(target: Target, *answers: EdgeAnswer) -> list[str]:
    left = list(answers) or [GOOD]
    return problems(target, ROOT, ask=lambda _site: left.pop(0) if len(left) > 1 else left[0], wait=lambda _: None)


def test_all_is_well(prod: Target, stable: Target) -> None:
    assert look(prod) == look(stable) == []


def test_a_name_that_is_not_known_yet_is_waited_for(prod: Target) -> None:
    nobody = EdgeAnswer(False, error="name not known")

    assert look(prod, nobody, nobody, GOOD) == []
    assert look(prod, nobody) == ["https://shop.example does not answer: name not known"]


@pytest.mark.parametrize("answer", [EdgeAnswer(True, 503), EdgeAnswer(True, 200, "")])
def test_a_site_that_fails_or_names_no_lane_is_told(prod: Target, answer: EdgeAnswer) -> None:
    (problem,) = look(prod, answer)

    assert f"answers {answer.status} as lane none" in problem


def test_a_lane_of_another_api_is_told(stable: Target, account: Account) -> None:
    account.client("ssm").delete_parameter(Name="/gray/prod/lanes/v1")
    assert look(stable) == ["lane v1 is not registered under /gray/prod/lanes"]

    account.register("v1", "api9")
    assert look(stable) == ["lane v1 is registered with api9, the stack has API api1"]


def test_files_of_another_build_are_told(stable: Target, account: Account) -> None:
    upload(account, "v2", "v1")

    (problem,) = look(stable)
    assert problem.endswith("upload again")


def test_files_that_are_not_there_are_told(stable: Target, account: Account) -> None:
    account.client("s3").delete_object(Bucket=SITE, Key="v1/.graylane/manifest.json")

    (problem,) = look(stable)
    assert problem == f"s3://{SITE}/v1/.graylane/manifest.json is missing: upload the site of v1"


def test_a_lanes_stack_has_no_site_to_ask(account: Account) -> None:
    target = account.deploy("v2", {"ApiId": "api2"})
    account.register("v2", "api2")
    account.client("s3").create_bucket(Bucket=SITE)  # prod's, found by the convention of names
    upload(account, "v2", "v2")

    assert look(target, EdgeAnswer(False)) == []
