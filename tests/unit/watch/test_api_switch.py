"""The kill at the API."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from gray.lanes.registration import Registration
from gray.lanes.switch import calls, to_own, to_stable

OWN, STABLE = "graylane-test-api-v2", "graylane-test-api-v1"


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
    return Registration(lane="v2", api_id=api, stage="live", function=OWN)


def test_there_and_back_each_only_once(apigateway: Any, gray: Registration) -> None:
    assert calls(apigateway, gray) == OWN
    assert to_stable(apigateway, gray, STABLE)
    assert calls(apigateway, gray) == STABLE
    assert not to_stable(apigateway, gray, STABLE)
    assert to_own(apigateway, gray)
    assert not to_own(apigateway, gray)
    assert calls(apigateway, gray) == OWN


def test_the_lane_it_serves_as_never_changes(apigateway: Any, gray: Registration) -> None:
    to_stable(apigateway, gray, STABLE)
    stage = apigateway.get_stage(restApiId=gray.api_id, stageName="live")
    assert stage["variables"]["serve_as"] == "v2"


def test_stables_api_is_never_switched(apigateway: Any) -> None:
    with pytest.raises(ValueError, match="stable's API is not switched"):
        to_stable(apigateway, Registration(lane="v1", api_id="x", stage="live", function=STABLE), STABLE)


def test_an_api_that_is_gone_is_an_error_of_api_gateway(apigateway: Any) -> None:
    with pytest.raises(ClientError, match="NotFoundException"):
        to_stable(apigateway, Registration(lane="v2", api_id="gone", stage="live", function=OWN), STABLE)
