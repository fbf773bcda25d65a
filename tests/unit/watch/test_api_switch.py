"""The kill at the API."""

from typing import Any

import boto3
import pytest
from tests.support.release.registrations import registration, rest_api

from gray.lanes.registration import Registration
from gray.lanes.switch import calls, to_own, to_stable

OWN, STABLE = "graylane-test-api-v2", "graylane-test-api-v1"
SWITCH = {"variable": "function", "function": OWN}


@pytest.fixture
def apigateway() -> Any:
    return boto3.client("apigateway")


@pytest.fixture
def gray(apigateway: Any) -> Registration:
    api = apigateway.create_rest_api(name=OWN)["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    apigateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    apigateway.put_integration(
        restApiId=api,
        resourceId=root,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.function}/invocations",
    )
    deployment = apigateway.create_deployment(restApiId=api)["id"]
    variables = {"function": OWN, "serve_as": "v2"}
    apigateway.create_stage(restApiId=api, stageName="live", deploymentId=deployment, variables=variables)
    return registration("v2", rest_api("v2", api, kill=SWITCH))


def test_there_and_back_each_only_once(apigateway: Any, gray: Registration) -> None:
    assert calls(apigateway, gray.origins[0]) == OWN
    assert to_stable(apigateway, gray, STABLE)
    assert calls(apigateway, gray.origins[0]) == STABLE
    assert not to_stable(apigateway, gray, STABLE)
    assert to_own(apigateway, gray)
    assert not to_own(apigateway, gray)
    assert calls(apigateway, gray.origins[0]) == OWN


def test_the_lane_it_serves_as_never_changes(apigateway: Any, gray: Registration) -> None:
    to_stable(apigateway, gray, STABLE)
    stage = apigateway.get_stage(restApiId=gray.origins[0].address, stageName="live")
    assert stage["variables"]["serve_as"] == "v2"


def test_stables_api_is_never_switched(apigateway: Any) -> None:
    with pytest.raises(ValueError, match="stable's API is not switched"):
        to_stable(apigateway, registration("v1", rest_api("v1", "x")), STABLE)


def test_an_api_that_is_gone_does_not_keep_the_others_from_being_switched(apigateway: Any, gray: Registration) -> None:
    (there,) = gray.origins
    both = registration(
        "v2",
        rest_api("v2", "gone", paths=["/cart"], kill=SWITCH),
        rest_api("v2", there.address, id="other", paths=["/product"], kill=SWITCH),
    )

    assert to_stable(apigateway, both, STABLE)
    assert calls(apigateway, there) == STABLE


def test_an_origin_without_a_switch_is_left_alone(apigateway: Any, gray: Registration) -> None:
    (there,) = gray.origins
    bare = rest_api("v2", there.address)
    del bare["kill"]

    assert not to_stable(apigateway, registration("v2", bare), STABLE)
    assert calls(apigateway, there) == OWN
