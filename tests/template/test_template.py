"""Rules that hold for every resource of every template."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from tests.support.project.deployment import (
    LANE,
    PLATFORM,
    ROOT,
    TEMPLATES,
    Deployment,
    before_stable,
    deployed,
    of_type,
    template,
)

from delivery.artifacts.parameters import names
from delivery.commands import validate

TEXT = {name: (ROOT / name).read_text(encoding="utf-8") for name in TEMPLATES}
RESOURCES = {name: template(name)["Resources"] for name in TEMPLATES}
FUNCTIONS = {name: of_type(RESOURCES[name], "AWS::Serverless::Function") for name in TEMPLATES}
PARAMETERS = [(written, name) for written in TEMPLATES for name in template(written)["Parameters"]]


def each_of(kind: str) -> list[tuple[str, str]]:
    """Template and logical id of all resources of a type."""
    return [(written, name) for written in TEMPLATES for name in of_type(RESOURCES[written], kind)]


def whole(written: str) -> list[Deployment]:
    """Stacks that together have everything that the template can make, but for what is only there for a change."""
    return [before_stable("prod")] if written == PLATFORM else [deployed("prod-v1"), deployed("gray")]


# What invokes a function and waits for its answer carries the error back itself: nothing to retry, nothing to keep.
CALLED_AND_AWAITED = {
    "ApiFunction",
    "StockFunction",
    "PricingFunction",
}
# The next run comes by itself; an alarm tells when none succeeds.
SCHEDULED = {"SyncScheduledFunction", "WatchFunction", "TraceCheckFunction"}

HOLDERS_OF_POLICIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
# Actions whose operation has another name.
CALLED_AS = {
    "s3:ListBucket": "list_objects_v2",
    "s3:GetObjectVersion": "get_object",
    "lambda:InvokeFunction": "invoke",
    "apigateway:GET": "get_rest_api",
    "lambda:InvokeFunctionUrl": "signed_fetch",
    "apigateway:PATCH": "update_stage",
    "apigateway:POST": "create_usage_plan_key",
    "apigateway:DELETE": "delete_usage_plan_key",
}
# What the platform does with a function's role by itself: logs, traces, reading a stream, keeping what failed.
OF_THE_PLATFORM = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
}


def test_the_templates_are_short() -> None:
    assert sum(len(text.splitlines()) for text in TEXT.values()) < 1900


@pytest.mark.timeout(120)
def test_sam_finds_nothing_to_say() -> None:
    validate(names(ROOT))


# parameters


@pytest.mark.parametrize(("written", "name"), PARAMETERS)
def test_a_parameter_is_typed_bounded_and_described(written: str, name: str) -> None:
    parameter = template(written)["Parameters"][name]
    assert parameter["Type"] in ("String", "Number", "CommaDelimitedList")
    assert "Default" in parameter, "an environment that leaves it out must still deploy"
    assert parameter["Description"].endswith(".")
    if "AllowedValues" in parameter:
        assert str(parameter["Default"]) in [str(value) for value in parameter["AllowedValues"]]
    elif parameter["Type"] == "Number":
        low, high = parameter["MinValue"], parameter["MaxValue"]
        assert low <= parameter["Default"] <= high
        assert f"({low}-{high})" in parameter["Description"], "the bounds are told to whoever reads the description"
    else:
        # the pattern holds for each value of a list
        values = (
            parameter["Default"].split(",") if parameter["Type"] == "CommaDelimitedList" else [parameter["Default"]]
        )
        assert all(re.fullmatch(parameter["AllowedPattern"], value) for value in values)
        assert re.search(r"\d", parameter["Description"]), "how long, or how many"


@pytest.mark.parametrize(
    ("written", "name"), [(t, n) for t, n in PARAMETERS if template(t)["Parameters"][n]["Type"] == "Number"]
)
def test_a_number_says_its_unit(written: str, name: str) -> None:
    units = r"days|minutes|seconds|requests|percentage points|MB|copies"
    assert re.search(units, template(written)["Parameters"][name]["Description"], re.IGNORECASE)


@pytest.mark.parametrize(("written", "name"), PARAMETERS)
def test_every_parameter_is_used(written: str, name: str) -> None:
    """In the template, or in a file that it includes."""
    places = re.findall(r"Location: (src/\S+?\.json)", TEXT[written])
    body = TEXT[written][TEXT[written].index("\nConditions:") :]
    body += "".join((ROOT / place).read_text(encoding="utf-8") for place in places)
    assert re.search(rf"(!Ref {name}\b|\$\{{{name}\}}|\"Ref\": \"{name}\")", body)


def test_a_parameter_that_both_templates_have_takes_the_same_values() -> None:
    """So that one value can be given to all stacks of an environment."""
    both = template(PLATFORM)["Parameters"].keys() & template(LANE)["Parameters"].keys()
    assert "Environment" in both
    for name in both:
        one, other = ({**template(each)["Parameters"][name], "Description": ""} for each in TEMPLATES)
        assert one == other, name


# order and neighbours


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (PLATFORM, ["EDGE", "SITE", "API", "TELEMETRY", "CONTROL", "WATCH", "ALARMS"]),
        (LANE, ["TELEMETRY", "DATA", "API", "SERVICES", "REGISTRATION", "WITHOUT VERSION", "ALARMS"]),
    ],
)
def test_resources_stand_in_the_order_of_a_request(written: str, order: list[str]) -> None:
    sections = re.findall(r"^  # =+ (.+?) ?=*$", TEXT[written], re.MULTILINE)
    places = [next(at for at, word in enumerate(order) if section.startswith(word)) for section in sections]
    assert places == sorted(places)
    assert set(places) == set(range(len(order)))


@pytest.mark.parametrize(("written", "function"), each_of("AWS::Serverless::Function"))
def test_a_function_stands_before_its_log_group_and_its_role(written: str, function: str) -> None:
    names = list(RESOURCES[written])
    at = names.index(function)
    stem = function.removesuffix("Function")
    assert names[at + 1 : at + 3] == [f"{stem}LogGroup", f"{stem}Role"]


# logs and traces


@pytest.mark.parametrize(("written", "name"), each_of("AWS::Logs::LogGroup"))
def test_logs_are_kept_as_long_as_asked(written: str, name: str) -> None:
    assert RESOURCES[written][name]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", names(ROOT))
def test_everything_that_logs_has_a_group_of_the_template(name: str) -> None:
    """A group that AWS makes by itself is kept for ever. (An edge function that calls no console.log logs nothing.)"""
    prod = deployed(name)
    groups = {prod.text(one["LogGroupName"]) for one in of_type(prod.resources, "AWS::Logs::LogGroup").values()}
    functions = of_type(prod.resources, "AWS::Serverless::Function").values()
    apis = of_type(prod.resources, "AWS::Serverless::Api").values()
    assert groups == {
        *(f"/aws/lambda/{prod.text(one['FunctionName'])}" for one in functions),
        *(f"/aws/apigateway/{prod.text(one['Name'])}" for one in apis),
    }
    assert all(one["AccessLogSetting"]["DestinationArn"] for one in apis)


@pytest.mark.parametrize("written", TEMPLATES)
def test_traces_are_on_wherever_they_exist(written: str) -> None:
    assert template(written)["Globals"]["Function"]["Tracing"] == "Active"
    assert not [name for name, one in FUNCTIONS[written].items() if "Tracing" in one]
    apis = of_type(RESOURCES[written], "AWS::Serverless::Api")
    assert bool(apis) == (written == LANE)
    assert all(api["TracingEnabled"] is True for api in apis.values())
    roles = of_type(RESOURCES[written], "AWS::IAM::Role")
    for function, one in FUNCTIONS[written].items():
        role = roles[one["Role"]["Fn::GetAtt"].split(".")[0]]
        assert {"Ref": "TelemetryPolicy"} in role["ManagedPolicyArns"], function


# retries and dead letters


def test_each_function_is_called_in_a_way_that_is_thought_of() -> None:
    functions = {name: one for written in TEMPLATES for name, one in FUNCTIONS[written].items()}
    asynchronous = {name for name, one in functions.items() if "EventInvokeConfig" in one}
    polled = {name for name, one in functions.items() if "Events" in one}
    assert asynchronous | polled | CALLED_AND_AWAITED == set(functions)
    assert not (asynchronous | polled) & CALLED_AND_AWAITED
    assert asynchronous >= SCHEDULED


def functions_with(member: str) -> list[tuple[str, str]]:
    return [(written, name) for written in TEMPLATES for name, one in FUNCTIONS[written].items() if member in one]


@pytest.mark.parametrize(("written", "name"), functions_with("EventInvokeConfig"))
def test_what_is_called_without_waiting_is_tried_again_a_few_times_and_then_kept(written: str, name: str) -> None:
    config = FUNCTIONS[written][name]["EventInvokeConfig"]
    if name in SCHEDULED:
        assert config == {"MaximumRetryAttempts": 0}
    else:
        assert config["MaximumRetryAttempts"] == 2
        assert config["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
        assert "sqs:SendMessage" in str(_policies_of(written, name))


@pytest.mark.parametrize(("written", "name"), functions_with("Events"))
def test_a_stream_is_not_blocked_for_ever_by_one_record(written: str, name: str) -> None:
    for source in FUNCTIONS[written][name]["Events"].values():
        properties = source["Properties"]
        assert source["Type"] == "DynamoDB"
        assert 1 <= properties["MaximumRetryAttempts"] <= 10
        assert properties["BisectBatchOnFunctionError"] is True
        assert properties["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
    assert "sqs:SendMessage" in str(_policies_of(written, name))


def test_what_schedules_or_routes_limits_its_retries() -> None:
    assert each_of("AWS::Scheduler::Schedule")
    for written, name in each_of("AWS::Scheduler::Schedule"):
        schedule = RESOURCES[written][name]["Properties"]
        assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}, name
    assert each_of("AWS::Events::Rule")
    for written, name in each_of("AWS::Events::Rule"):
        for target in RESOURCES[written][name]["Properties"]["Targets"]:
            if "Queue" not in str(target["Arn"]):  # a queue is where it would go anyway
                assert target["RetryPolicy"]["MaximumRetryAttempts"] <= 2, name
                assert target["DeadLetterConfig"], name


@pytest.mark.parametrize("written", TEMPLATES)
def test_every_queue_keeps_its_messages_and_has_an_alarm(written: str) -> None:
    watched = re.findall(r"Value: !GetAtt (\w+Queue)\.QueueName", TEXT[written])
    queues = of_type(RESOURCES[written], "AWS::SQS::Queue")
    assert queues
    assert set(watched) == set(queues)
    for queue in queues.values():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["SqsManagedSseEnabled"] is True


# policies


@pytest.mark.parametrize(("written", "number"), [(PLATFORM, 35), (LANE, 15)])
def test_no_policy_says_everything_without_a_reason(written: str, number: int) -> None:
    found = list(_statements(written))
    assert len(found) > number
    wild = [node for node in found if any(_is_wild(each) for each in _scalars(node))]
    silent = [f"line {node.start_mark.line + 1}" for node in wild if not _explained(written, node)]
    assert wild
    assert not silent, "a wildcard without a comment in its statement"


@pytest.mark.parametrize("written", TEMPLATES)
def test_the_reason_of_a_bare_star_stands_on_its_line(written: str) -> None:
    stars = [each for node in _statements(written) for each in _scalars(node) if each.value == "*"]
    assert stars
    lines = TEXT[written].splitlines()
    silent = [f"line {star.start_mark.line + 1}" for star in stars if "  # " not in lines[star.start_mark.line]]
    assert not silent


def test_an_action_is_never_a_wildcard_that_allows() -> None:
    for statement in _plain_statements():
        if statement["Effect"] == "Allow":
            assert "*" not in str(statement["Action"]), statement


def test_every_action_is_one_that_code_calls() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    needless = set()
    stacks = [stack for written in TEMPLATES for stack in whole(written)]
    for name, role in (found for stack in stacks for found in of_type(stack.resources, *HOLDERS_OF_POLICIES).items()):
        documents = [one["PolicyDocument"] for one in role.get("Policies", [role]) if "PolicyDocument" in one]
        statements = [statement for document in documents for statement in document["Statement"]]
        for action in {action for statement in statements for action in _listed(statement["Action"])} - OF_THE_PLATFORM:
            call = CALLED_AS.get(action) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action.partition(":")[2]).lower()
            if f'"{call}"' not in source and f".{call}(" not in source:
                needless.add(f"{name} {action}")
    assert not needless


@pytest.mark.parametrize("written", TEMPLATES)
def test_a_function_has_a_role_of_its_own_made_of_statements(written: str) -> None:
    roles = [one["Role"]["Fn::GetAtt"] for one in FUNCTIONS[written].values()]
    assert len(set(roles)) == len(roles)
    assert not [name for name, one in FUNCTIONS[written].items() if "Policies" in one]
    aws_managed = re.findall(r"iam::aws:policy/\S+", TEXT[written])
    log_role = ["iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"]
    assert aws_managed == (log_role if written == LANE else [])


# tables and buckets


@pytest.mark.parametrize(("written", "name"), each_of("AWS::DynamoDB::Table"))
def test_a_table_can_be_restored_and_protected(written: str, name: str) -> None:
    for stack in whole(written):
        table = of_type(stack.resources, "AWS::DynamoDB::Table")[name]
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert RESOURCES[written][name]["UpdateReplacePolicy"] == "Retain"


def test_the_tables_that_wake_somebody_have_a_stream() -> None:
    config = deployed("prod").resources["ConfigTable"]["Properties"]
    stable, gray = (deployed(name).resources["OrdersTable"]["Properties"] for name in ("prod-v1", "gray"))
    assert config["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert stable["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "StreamSpecification" not in gray


def test_only_a_move_of_head_wakes_the_stream_function() -> None:
    (source,) = FUNCTIONS[PLATFORM]["SyncStreamFunction"]["Events"].values()
    (pattern,) = source["Properties"]["FilterCriteria"]["Filters"]
    assert pattern == {"Pattern": '{"dynamodb":{"Keys":{"pk":{"S":["head"]}}}}'}


@pytest.mark.parametrize(("written", "name"), each_of("AWS::S3::Bucket"))
def test_a_bucket_is_versioned_closed_and_encrypted(written: str, name: str) -> None:
    bucket = RESOURCES[written][name]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]
    assert bucket["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"]


@pytest.mark.parametrize(("written", "name"), each_of("AWS::S3::Bucket"))
def test_a_bucket_refuses_plain_http(written: str, name: str) -> None:
    policies = [one for stack in whole(written) for one in of_type(stack.resources, "AWS::S3::BucketPolicy").values()]
    (policy,) = [one for one in policies if one["Bucket"] == {"Ref": name}]
    (refusal,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    assert refusal["Condition"] == {"Bool": {"AWS:SecureTransport": "false"}}


def test_the_site_is_read_by_the_distribution_alone() -> None:
    platform = RESOURCES[PLATFORM]
    policies = of_type(platform, "AWS::S3::BucketPolicy").values()
    (policy,) = [one for one in policies if one["Bucket"] == {"Ref": "SiteBucket"}]
    allowed = [one for one in policy["PolicyDocument"]["Statement"] if one.get("Effect") == "Allow"]
    assert allowed
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert "distribution/${Distribution}" in str(statement["Condition"]["StringEquals"]["AWS:SourceArn"])
    configuration = platform["Distribution"]["Properties"]["DistributionConfig"]
    site = next(origin for origin in configuration["Origins"] if origin.get("Id") == "site")
    assert site["OriginAccessControlId"] == {"Ref": "SiteAccessControl"}
    control = platform["SiteAccessControl"]["Properties"]["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _policies_of(written: str, function: str) -> Any:
    role = RESOURCES[written][FUNCTIONS[written][function]["Role"]["Fn::GetAtt"].split(".")[0]]
    return role["Properties"].get("Policies")


def _plain_statements() -> Iterator[Mapping[str, Any]]:
    def walk(value: Any) -> Iterator[Mapping[str, Any]]:
        if isinstance(value, dict):
            if "Effect" in value and "Action" in value:
                yield value
            for each in value.values():
                yield from walk(each)
        elif isinstance(value, list):
            for each in value:
                yield from walk(each)

    return walk(RESOURCES)


def _statements(written: str) -> Iterator[yaml.MappingNode]:
    """The statements of a template's policies, as nodes that know their lines."""

    def walk(node: yaml.Node) -> Iterator[yaml.MappingNode]:
        if isinstance(node, yaml.MappingNode):
            if {"Effect", "Action"} <= {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}:
                yield node
            for _, value in node.value:
                yield from walk(value)
        elif isinstance(node, yaml.SequenceNode):
            for each in node.value:
                yield from walk(each)

    root = yaml.compose(TEXT[written], Loader=yaml.SafeLoader)
    assert root
    return walk(root)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The values of Action, Resource and Principal, wherever they stand in a statement."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _scalars(each)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value not in ("Condition", "Sid"):
                yield from _scalars(value)


def _is_wild(scalar: yaml.ScalarNode) -> bool:
    """Anything with a star but the objects of one of the template's own buckets."""
    return "*" in scalar.value and not re.fullmatch(r"\$\{\w+Bucket\.Arn\}/\S*", scalar.value)


def _explained(written: str, node: yaml.MappingNode) -> bool:
    return any("# " in line for line in TEXT[written].splitlines()[node.start_mark.line : node.end_mark.line + 1])


def test_what_api_gateway_answers_itself_names_the_lane_and_is_cached_nowhere() -> None:
    answers = RESOURCES[LANE]["Api"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(answers)
    for answer in answers.values():
        headers = answer["responseParameters"]
        assert headers["gatewayresponse.header.x-gray-version"] == {"Fn::Sub": "'${Lane}'"}
        assert headers["gatewayresponse.header.Cache-Control"] == "'private, no-store'"
