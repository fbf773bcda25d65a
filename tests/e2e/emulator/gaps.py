"""What AWS does and MiniStack does not, each as a question to an emulator: does it do as AWS?"""

import base64
import json
import time
import uuid
from collections.abc import Callable

import httpx
from tests.e2e.emulator.origin_gaps import ORIGIN_GAPS
from tests.e2e.emulator.world import ACCOUNT, World

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
    *ORIGIN_GAPS,
)


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
    **ORIGIN_GAPS,
}
