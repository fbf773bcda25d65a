"""What AWS does and MiniStack does not at APIs and function URLs, as questions to an emulator."""

import json
import shutil
import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.e2e.emulator.world import ACCOUNT, World
from tests.support.stack.application import host

# Ends only when somebody has read its first part.
STREAMING = """
exports.handler = awslambda.streamifyResponse(async (event, out) => {
  out.write("first");
  await fetch(event.queryStringParameters.wait);
  out.end("last");
});
"""
AUTHORIZER = {"type": "jwt", "jwtConfiguration": {"issuer": "https://login.example", "audience": ["shop"]}}


def any_method_of_a_body(world: World) -> bool:
    cloudformation, name = world.stack.client("cloudformation"), f"s{uuid.uuid4().hex[:8]}"
    call = {"x-amazon-apigateway-integration": {"type": "mock"}}
    body = {"openapi": "3.0.1", "info": {"title": name}, "paths": {"/x": {"x-amazon-apigateway-any-method": call}}}
    template = {"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}}}}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (api,) = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    resources = world.stack.client("apigateway").get_resources(restApiId=api["PhysicalResourceId"])["items"]
    return [list(each.get("resourceMethods", {})) for each in resources if each["path"] == "/x"] == [["ANY"]]


def routes_of_a_body(world: World) -> bool:
    cloudformation, name = world.stack.client("cloudformation"), f"s{uuid.uuid4().hex[:8]}"
    uri = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"

    def template(path: str) -> str:
        call = {"type": "aws_proxy", "uri": uri, "payloadFormatVersion": "2.0"}
        body = {
            "info": {"title": name},
            "paths": {path: {"get": {"x-amazon-apigateway-integration": call, "security": [{"who": ["read"]}]}}},
            "components": {"securitySchemes": {"who": {"x-amazon-apigateway-authorizer": AUTHORIZER}}},
        }
        return json.dumps({"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}}})

    cloudformation.create_stack(StackName=name, TemplateBody=template("/old"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    cloudformation.update_stack(StackName=name, TemplateBody=template("/new/{id}"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (api,) = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    gateway, number = world.stack.client("apigatewayv2"), api["PhysicalResourceId"]
    routes = gateway.get_routes(ApiId=number)["Items"]
    found = [(each["RouteKey"], each["AuthorizationType"], each.get("AuthorizationScopes")) for each in routes]
    return bool(gateway.get_api(ApiId=number)["Name"] == name and found == [("GET /new/{id}", "JWT", ["read"])])


def event_of_an_http_api(world: World) -> bool:
    def called(payload: str) -> Any:
        api = world.http_api(world.function(), payload)
        headers = {"host": f"{api}.execute-api.localhost:{world.stack.ports.gateway}", "cookie": "a=1; b=2"}
        return httpx.get(f"{world.stack.endpoint}/live/x", headers=headers, trust_env=False, timeout=30).json()["event"]

    first, second = called("1.0"), called("2.0")
    return bool(
        (first["version"], first.get("httpMethod"), first.get("path")) == ("1.0", "GET", "/live/x")
        and (second["version"], second["rawPath"], second.get("cookies")) == ("2.0", "/live/x", ["a=1", "b=2"])
    )


def cookies_of_a_function_url(world: World) -> bool:
    headers = {"host": world.url(world.function()), "cookie": "a=1; b=2"}
    answer = httpx.get(world.stack.endpoint, headers=headers, trust_env=False, timeout=30)
    return bool(answer.json()["event"].get("cookies") == ["a=1", "b=2"])


def streamed_answer(world: World) -> bool:
    if shutil.which("node") is None:
        pytest.skip("the function is Node")
    headers = {"host": world.url(world.function(code=STREAMING), InvokeMode="RESPONSE_STREAM")}
    read = threading.Event()
    with (
        host(b"", after=read) as wait,
        httpx.stream(
            "GET", f"{world.stack.endpoint}/?wait={wait}", headers=headers, trust_env=False, timeout=30
        ) as got,
    ):
        parts = got.iter_raw()
        first = next(parts)
        read.set()
        return (first, b"".join(parts)) == (b"first", b"last")


def host_of_aws(world: World) -> bool:
    api = f"{world.http_api(world.function())}.execute-api.us-east-1.amazonaws.com"
    by_host = httpx.get(f"{world.stack.endpoint}/live/x", headers={"host": api}, trust_env=False, timeout=30)
    below = httpx.get(f"{world.stack.endpoint}/_origins/{api}/live/x", trust_env=False, timeout=30)
    return by_host.status_code == below.status_code == 200


ORIGIN_GAPS: dict[str, Callable[[World], bool]] = {
    "a_rest_api_has_the_any_methods_of_its_body": any_method_of_a_body,
    "an_http_api_has_the_routes_of_its_body": routes_of_a_body,
    "an_http_api_calls_functions_as_aws": event_of_an_http_api,
    "a_function_url_gives_its_function_the_cookies": cookies_of_a_function_url,
    "a_function_streams_its_answer": streamed_answer,
    "origins_answer_by_their_host": host_of_aws,
}
