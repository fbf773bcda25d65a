"""Somebody's own application: a folder with a graylane.toml, and stacks as CloudFormation has them, by moto."""

import json
from pathlib import Path
from typing import Any

import boto3

REGION = "us-east-1"
SETTINGS = """\
environment = "test"
template = "template.yaml"
lanes.v2.stack = "shop-v2"
lanes.v1.stack = "shop"

[[origins]]
id = "cart"
kind = "rest-api"
resource = "CartApi"
behaviors = ["/cart*"]
health = "/cart/health"
"""


def rest_api(name: str = "CartApi", *stages: str) -> dict[str, Any]:
    """A REST API with a method, as a deployment needs one, and its stages."""
    root = {"Fn::GetAtt": [name, "RootResourceId"]}
    method = {
        **{"RestApiId": {"Ref": name}, "ResourceId": root, "HttpMethod": "GET", "AuthorizationType": "NONE"},
        "Integration": {
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": "arn:aws:apigateway:us-east-1:lambda:path/cart/invocations",
        },
    }
    return {
        name: {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": f"shop-{name}"}},
        f"{name}Get": {"Type": "AWS::ApiGateway::Method", "Properties": method},
        **{
            f"{name}{stage}": {
                "Type": "AWS::ApiGateway::Deployment",
                "DependsOn": f"{name}Get",
                "Properties": {"RestApiId": {"Ref": name}, "StageName": stage},
            }
            for stage in stages or ("Prod",)
        },
    }


def deploy(stack: str, *resources: dict[str, Any], outputs: dict[str, str] | None = None) -> None:
    """Make a stack of these resources."""
    template = {
        "Resources": {name: one for each in resources for name, one in each.items()},
        "Outputs": {name: {"Value": value} for name, value in (outputs or {}).items()},
    }
    boto3.client("cloudformation", region_name=REGION).create_stack(StackName=stack, TemplateBody=json.dumps(template))


def write_application(folder: Path, settings: str = SETTINGS) -> None:
    """The folder's graylane.toml, and a template."""
    (folder / "graylane.toml").write_text(settings)
    (folder / "template.yaml").write_text("Resources: {Table: {Type: AWS::Serverless::SimpleTable}}\n")
