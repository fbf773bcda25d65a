"""One emulator with a function, and the means to make things around it."""

import io
import json
import uuid
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from graylocal.stack import LocalStack

ACCOUNT = "000000000000"
# Says what it was given; `event["do"]` is a line of Python that it runs first.
CODE = """
import json, os, sys
import boto3
def handler(event, context):
    said = None
    if isinstance(event, dict) and event.get("do"):
        scope = {"boto3": boto3}
        try:
            exec("said = " + event["do"], scope)
            said = str(scope["said"])
        except Exception as error:
            said = type(error).__name__ + ": " + str(error)
    seen = {
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
        "prefix": sys.prefix,
        "custom": getattr(context.client_context, "custom", None),
        "said": said,
    }
    boto3.client("s3").put_object(Bucket="seen", Key=context.function_name, Body=json.dumps(seen))
    seen["event"] = event
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


class World:
    """One emulator with a function and the means to make things around it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        stack.client("s3").create_bucket(Bucket="seen")

    def function(self, *statements: dict[str, Any], tracing: str = "Active", code: str = "") -> str:
        """A function whose role allows these statements and writing what it saw, or of this Node code; its name."""
        name, iam = f"fn-{uuid.uuid4().hex[:8]}", self.stack.client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        saw = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::seen/*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [saw, *statements]})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.js" if code else "app.py", code or CODE)
        self.stack.client("lambda").create_function(
            FunctionName=name,
            Runtime="nodejs22.x" if code else "python3.13",
            Role=role,
            Handler="app.handler",
            Timeout=20,
            TracingConfig={"Mode": tracing},
            Code={"ZipFile": package.getvalue()},
        )
        return name

    def invoke(self, name: str, event: Any = None, **more: Any) -> dict[str, Any]:
        """What the function saw."""
        answer = self.stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
        seen: dict[str, Any] = json.loads(json.loads(answer["Payload"].read())["body"])
        return seen

    def seen(self, name: str) -> dict[str, Any] | None:
        """What the function wrote down when it was called by something else; None while it has not."""
        s3 = self.stack.client("s3")
        try:
            found: dict[str, Any] = json.loads(s3.get_object(Bucket="seen", Key=name)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None
        return found

    def api(self, function: str, variables: Mapping[str, str] | None = None) -> str:
        """A REST API whose GET /x calls the function, or the one that a stage variable names; its URL."""
        gateway = self.stack.client("apigateway")
        api = gateway.create_rest_api(name=f"api-{function}")["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        path = gateway.create_resource(restApiId=api, parentId=root, pathPart="x")["id"]
        method = {"restApiId": api, "resourceId": path, "httpMethod": "GET"}
        gateway.put_method(**method, authorizationType="NONE")
        target = (
            f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{'${stageVariables.function}' if variables else function}"
        )
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{target}/invocations"
        gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        deployment = gateway.create_deployment(restApiId=api)["id"]
        gateway.create_stage(restApiId=api, stageName="live", deploymentId=deployment, variables=variables or {})
        return f"http://127.0.0.1:{self.stack.ports.gateway}/restapis/{api}/live/_user_request_/x"

    def http_api(self, function: str, payload: str = "2.0") -> str:
        """An HTTP API whose GET /x calls the function, with the stage `live`; its id."""
        gateway = self.stack.client("apigatewayv2")
        api = str(gateway.create_api(Name=function, ProtocolType="HTTP")["ApiId"])
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function}",
            PayloadFormatVersion=payload,
        )
        gateway.create_route(ApiId=api, RouteKey="GET /x", Target=f"integrations/{integration['IntegrationId']}")
        gateway.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
        return api

    def url(self, function: str, **config: Any) -> str:
        """The host of a function's URL that anybody may call."""
        made = self.stack.client("lambda").create_function_url_config(FunctionName=function, AuthType="NONE", **config)
        return str(made["FunctionUrl"]).removeprefix("https://").rstrip("/")

    def metric(self, namespace: str, name: str, dimensions: dict[str, str], statistic: str) -> list[float]:
        """The values of the last minutes."""
        now = datetime.now(UTC)
        named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        query = {
            "Id": "m",
            "MetricStat": {
                "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": named},
                "Period": 3600,
                "Stat": statistic,
            },
        }
        answer = self.stack.client("cloudwatch").get_metric_data(
            MetricDataQueries=[query], StartTime=now - timedelta(hours=2), EndTime=now + timedelta(hours=1)
        )
        return list(answer["MetricDataResults"][0]["Values"])
