"""Every patch of the emulator closes a gap that is still there.

Two emulators: one as MiniStack is, one patched. What a test sees with the patch must not be what it sees without; when
it is, MiniStack has closed the gap itself and the patch can go.
"""

import base64
import io
import json
import re
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from graylocal.stack import LocalStack

pytestmark = [pytest.mark.own_stack, pytest.mark.needs_no_build]

ALL = (
    "one_trace_through_api_and_lambda",
    "trace_of_events_reaches_their_functions",
    "failed_events_are_kept",
    "client_context_reaches_the_function",
    "metrics_of_every_caller",
    "alarms_are_evaluated_elsewhere",
    "functions_run_in_their_own_interpreter",
    "stage_variables_name_the_function",
    "a_path_of_parameters_is_a_resource",
    "conditions_know_pseudo_parameters",
    "trimmed_counts_are_counted",
    "a_key_value_store_is_a_resource",
    "an_event_has_a_source_in_policies",
    "a_metric_has_a_namespace_in_policies",
)
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
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


class World:
    """One emulator with a function and the means to make things around it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        stack.client("s3").create_bucket(Bucket="seen")

    def function(self, *statements: dict[str, Any], tracing: str = "Active") -> str:
        """A function whose role allows these statements and writing what it saw; its name."""
        name, iam = f"fn-{uuid.uuid4().hex[:8]}", self.stack.client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        saw = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::seen/*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [saw, *statements]})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", CODE)
        self.stack.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
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


def _emulator(folder: Path, *off: str) -> LocalStack:
    return LocalStack("patches", state=folder, patches_off=off)


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _emulator(tmp_path_factory.mktemp("patched")) as stack:
        yield World(stack)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _emulator(tmp_path_factory.mktemp("plain"), *ALL) as stack:
        yield World(stack)


def within[T](seconds: float, look: Callable[[], T | None]) -> T | None:
    """The first thing that `look` sees, or None when it sees nothing in so many seconds."""
    deadline = time.monotonic() + seconds
    while (seen := look()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


TRACE = "Root=1-67891234-aaaaaaaaaaaaaaaaaaaaaaaa;Parent=1234567890abcdef;Sampled=1"
ROOT = "1-67891234-aaaaaaaaaaaaaaaaaaaaaaaa"


def trace_of_an_api_request(world: World) -> bool:
    answer = httpx.get(world.api(world.function()), headers={"x-amzn-trace-id": TRACE}, trust_env=False, timeout=30)
    return ROOT in (answer.json()["trace"] or "")


def trace_of_an_event(world: World) -> bool:
    name, events = world.function(), world.stack.client("events")
    source = f"test.{name}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=name, Targets=[{"Id": "f", "Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"}])
    events.put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}", "TraceHeader": TRACE}])
    seen = within(20, lambda: world.seen(name))
    assert seen is not None
    return ROOT in (seen["trace"] or "")


def failed_event(world: World) -> bool:
    name, events, sqs = world.function(), world.stack.client("events"), world.stack.client("sqs")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    functions = world.stack.client("lambda")
    functions.update_function_configuration(FunctionName=name, Handler="nowhere.handler")
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"}},
    )
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "f", "Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"}])
    events.put_events(Entries=[{"Source": name, "DetailType": "t", "Detail": "{}"}])
    return bool(within(15, lambda: sqs.receive_message(QueueUrl=queue).get("Messages")))


def client_context(world: World) -> bool:
    given = base64.b64encode(json.dumps({"custom": {"gray": "v2"}}).encode()).decode()
    return bool(world.invoke(world.function(), ClientContext=given)["custom"] == {"gray": "v2"})


def metrics_of_an_api_request(world: World) -> bool:
    name = world.function()
    httpx.get(world.api(name), trust_env=False, timeout=30)
    counted = world.metric("AWS/Lambda", "Invocations", {"FunctionName": name}, "Sum")
    asked = within(2, lambda: world.metric("AWS/ApiGateway", "Count", {"ApiName": f"api-{name}"}, "Sum") or None)
    return counted == [1] and asked == [1]


def no_alarm_from_a_foreign_dimension(world: World) -> bool:
    cloudwatch, name = world.stack.client("cloudwatch"), uuid.uuid4().hex
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="Errors",
        Dimensions=[{"Name": "lane", "Value": "v2"}],
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    data = {"MetricName": "Errors", "Value": 10.0, "Dimensions": [{"Name": "lane", "Value": "v1"}]}
    cloudwatch.put_metric_data(Namespace=name, MetricData=[data])
    return bool(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] != "ALARM")


def own_interpreter(world: World) -> bool:
    return str(world.invoke(world.function())["prefix"]).endswith("runtime")


def stage_variable(world: World) -> bool:
    name = world.function()
    return httpx.get(world.api(name, {"function": name}), trust_env=False, timeout=30).status_code == 200


def parameters_by_path(world: World) -> bool:
    arn = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/gray/x"
    name = world.function({"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": arn})
    asked = world.invoke(name, {"do": "boto3.client('ssm').get_parameters_by_path(Path='/gray/x')['Parameters']"})
    return bool(asked["said"] == "[]")


def pseudo_parameters(world: World) -> bool:
    cloudformation, name = world.stack.client("cloudformation"), f"s{uuid.uuid4().hex[:8]}"
    template = {
        "Conditions": {"Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
        "Resources": {
            "Always": {"Type": "AWS::SNS::Topic"},
            "Topic": {"Type": "AWS::SNS::Topic", "Condition": "Here"},
        },
    }
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    made = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return "Topic" in {each["LogicalResourceId"] for each in made}


def trimmed_count(world: World) -> bool:
    namespace = uuid.uuid4().hex
    data = [{"MetricName": "Latency", "Value": value} for value in (10.0, 20.0, 300.0)]
    world.stack.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
    return world.metric(namespace, "Latency", {}, "TC(15:)") == [2]


def store_by_its_arn(world: World) -> bool:
    made = world.stack.client("cloudfront").create_key_value_store(Name=f"s{uuid.uuid4().hex[:8]}")
    arn = made["KeyValueStore"]["ARN"]
    name = world.function(
        {"Effect": "Allow", "Action": "cloudfront-keyvaluestore:DescribeKeyValueStore", "Resource": arn}
    )
    # Signed with SigV4 in the test's function: the runtime has no awscrt, and the emulator looks at the key only.
    client = (
        "boto3.client('cloudfront-keyvaluestore', config=__import__('botocore.config').config.Config("
        "signature_version='v4'))"
    )
    asked = world.invoke(name, {"do": f"{client}.describe_key_value_store(KvsARN='{arn}')['ItemCount']"})
    return bool(asked["said"] == "0")


def event_source_condition(world: World) -> bool:
    bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    condition = {"StringEquals": {"events:source": "ours"}}
    name = world.function({"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus, "Condition": condition})
    put = "boto3.client('events').put_events(Entries=[{'Source': 'ours', 'DetailType': 't', 'Detail': '{}'}])"
    return bool(world.invoke(name, {"do": f"{put}['FailedEntryCount']"})["said"] == "0")


def metric_namespace_condition(world: World) -> bool:
    condition = {"StringEquals": {"cloudwatch:namespace": "Ours"}}
    name = world.function(
        {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}
    )

    def put(namespace: str, number: int) -> str:
        data = f"[{{'MetricName': 'm' * 200, 'Value': 1.0}}] * {number}"
        call = f"boto3.client('cloudwatch').put_metric_data(Namespace='{namespace}', MetricData={data})"
        return str(world.invoke(name, {"do": f"{call}['ResponseMetadata']['HTTPStatusCode']"})["said"])

    # few, and so many that the SDK compresses them
    return put("Ours", 1) == put("Ours", 100) == "200" and "AccessDenied" in put("Theirs", 1)


GAPS: dict[str, Callable[[World], bool]] = {
    "one_trace_through_api_and_lambda": trace_of_an_api_request,
    "trace_of_events_reaches_their_functions": trace_of_an_event,
    "failed_events_are_kept": failed_event,
    "client_context_reaches_the_function": client_context,
    "metrics_of_every_caller": metrics_of_an_api_request,
    "alarms_are_evaluated_elsewhere": no_alarm_from_a_foreign_dimension,
    "functions_run_in_their_own_interpreter": own_interpreter,
    "stage_variables_name_the_function": stage_variable,
    "a_path_of_parameters_is_a_resource": parameters_by_path,
    "conditions_know_pseudo_parameters": pseudo_parameters,
    "trimmed_counts_are_counted": trimmed_count,
    "a_key_value_store_is_a_resource": store_by_its_arn,
    "an_event_has_a_source_in_policies": event_source_condition,
    "a_metric_has_a_namespace_in_policies": metric_namespace_condition,
}


@pytest.mark.parametrize("patch", ALL)
def test_with_the_patch_the_emulator_does_as_aws(patch: str, patched: World) -> None:
    assert GAPS[patch](patched)


@pytest.mark.parametrize("patch", ALL)
def test_without_the_patch_it_does_not_so_the_patch_is_needed(patch: str, plain: World) -> None:
    try:
        closed = GAPS[patch](plain)
    except ClientError:
        closed = False
    assert not closed, f"MiniStack closes this gap by itself: remove the patch {patch}"


def test_every_patch_is_tested() -> None:
    source = (Path(__file__).parents[2] / "tools/graylocal/aws/patches/__init__.py").read_text()
    listed = source[source.index("PATCHES: tuple") : source.index("\ndef apply")]
    assert set(re.findall(r"^    \w+\.(\w+),$", listed, re.MULTILINE)) == set(GAPS) == set(ALL)
