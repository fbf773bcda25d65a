"""The kill at the API, on the emulator: a lane whose code does not even start is out with the next request."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.release.registrations import registration, rest_api

from gray.lanes.registration import Registration
from gray.lanes.switch import to_own, to_stable
from graylocal.stack import LocalStack

pytestmark = [pytest.mark.own_stack, pytest.mark.needs_no_build]

OWN, STABLE = "graylane-switch-api-v2", "graylane-switch-api-v1"
GOOD = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"lane": "v1", "serve_as": event["stageVariables"]["serve_as"]})}
"""
CRASHES = "raise RuntimeError('this build does not start')\n"
URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.function}/invocations"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    state: Path = tmp_path_factory.mktemp("switch")
    with LocalStack("switch", state=state) as stack:
        yield stack


def make_function(stack: LocalStack, name: str, code: str) -> None:
    role = stack.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", code)
    stack.client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="app.handler", Code={"ZipFile": package.getvalue()}
    )


def make_api(apigateway: Any) -> Registration:
    api = apigateway.create_rest_api(name=OWN)["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    path = apigateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    method = {"restApiId": api, "resourceId": path, "httpMethod": "GET"}
    apigateway.put_method(**method, authorizationType="NONE")
    apigateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=URI)
    deployment = apigateway.create_deployment(restApiId=api)["id"]
    variables = {"function": OWN, "serve_as": "v2"}
    apigateway.create_stage(restApiId=api, stageName="live", deploymentId=deployment, variables=variables)
    return registration("v2", rest_api("v2", api, kill={"variable": "function", "function": OWN}))


def test_a_lane_that_crashes_on_import_is_out_within_five_seconds_and_comes_back(stack: LocalStack) -> None:
    # Given a gray lane whose function raises on import
    make_function(stack, OWN, CRASHES)
    make_function(stack, STABLE, GOOD)
    apigateway = stack.client("apigateway")
    gray = make_api(apigateway)
    url = f"{stack.endpoint}/restapis/{gray.origins[0].address}/live/_user_request_/orders"
    assert httpx.get(url, timeout=30).status_code >= 500

    # When its API is switched
    began = time.monotonic()
    assert to_stable(apigateway, gray, STABLE)
    answer = httpx.get(url, timeout=30)
    took = time.monotonic() - began

    # Then the next request is stable's, which is told whom it stands in for
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text) == {"lane": "v1", "serve_as": "v2"}
    assert took < 5

    # And back again, once
    assert to_own(apigateway, gray)
    assert not to_own(apigateway, gray)
    assert httpx.get(url, timeout=30).status_code >= 500
