"""Rules that hold for every resource of template.yaml."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from tests.support.project.deployment import ROOT, deployed, of_type, template

from delivery.commands import sam

TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
LINES = TEXT.splitlines()
RESOURCES = template()["Resources"]
FUNCTIONS = of_type(RESOURCES, "AWS::Serverless::Function")
# What invokes a function and waits for its answer carries the error back itself: nothing to retry, nothing to keep.
CALLED_AND_AWAITED = {
    "StableApiFunction",
    "GrayApiFunction",
    "StableStockFunction",
    "GrayStockFunction",
    "PricingFunction",
}
# The next run comes by itself; an alarm tells when none succeeds.
SCHEDULED = {"SyncScheduledFunction", "WatchFunction", "TraceCheckFunction"}

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


@pytest.mark.timeout(120)
def test_sam_finds_nothing_to_say() -> None:
    sam("validate", "--lint", "--region", "us-east-1", failed="sam validate --lint has something to say")


# parameters


@pytest.mark.parametrize("name", template()["Parameters"])
def test_a_parameter_is_typed_bounded_and_described(name: str) -> None:
    parameter = template()["Parameters"][name]
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


@pytest.mark.parametrize("name", [n for n, p in template()["Parameters"].items() if p["Type"] == "Number"])
def test_a_number_says_its_unit(name: str) -> None:
    units = r"days|minutes|seconds|requests|percentage points|MB|copies"
    assert re.search(units, template()["Parameters"][name]["Description"], re.IGNORECASE)


def test_every_parameter_is_used() -> None:
    body = TEXT[TEXT.index("\nConditions:") :]
    body += "".join(path.read_text() for path in (ROOT / "src" / "edge" / "build").glob("*.json"))
    unused = [
        name
        for name in template()["Parameters"]
        if not re.search(rf"(!Ref {name}\b|\$\{{{name}\}}|\"Ref\": \"{name}\")", body)
    ]
    assert not unused


# order and neighbours


def test_resources_stand_in_the_order_of_a_request() -> None:
    sections = re.findall(r"^  # =+ (.+?) ?=*$", TEXT, re.MULTILINE)
    order = [
        "EDGE",
        "SITE",
        "API",
        "TELEMETRY",
        "STABLE LANE",
        "GRAY LANE",
        "SERVICES",
        "DATA",
        "CONTROL",
        "WATCH",
        "ALARMS",
    ]
    places = [next(at for at, word in enumerate(order) if section.startswith(word)) for section in sections]
    assert places == sorted(places)
    assert set(places) == set(range(len(order)))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_stands_before_its_log_group_and_its_role(function: str) -> None:
    names = list(RESOURCES)
    at = names.index(function)
    stem = function.removesuffix("Function")
    assert names[at + 1 : at + 3] == [f"{stem}LogGroup", f"{stem}Role"]


# logs and traces


@pytest.mark.parametrize("name", of_type(RESOURCES, "AWS::Logs::LogGroup"))
def test_logs_are_kept_as_long_as_asked(name: str) -> None:
    assert RESOURCES[name]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_everything_that_logs_has_a_group_of_the_template() -> None:
    """A group that AWS makes by itself is kept for ever. (An edge function that calls no console.log logs nothing.)"""
    prod = deployed("prod", Part="all")
    groups = {prod.text(one["LogGroupName"]) for one in of_type(prod.resources, "AWS::Logs::LogGroup").values()}
    functions = of_type(prod.resources, "AWS::Serverless::Function").values()
    apis = of_type(prod.resources, "AWS::Serverless::Api").values()
    assert groups == {
        *(f"/aws/lambda/{prod.text(one['FunctionName'])}" for one in functions),
        *(f"/aws/apigateway/{prod.text(one['Name'])}" for one in apis),
    }
    assert all(one["AccessLogSetting"]["DestinationArn"] for one in apis)


def test_traces_are_on_wherever_they_exist() -> None:
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    assert not [name for name, one in FUNCTIONS.items() if "Tracing" in one]
    apis = of_type(RESOURCES, "AWS::Serverless::Api")
    assert apis
    assert all(api["TracingEnabled"] is True for api in apis.values())
    roles = of_type(RESOURCES, "AWS::IAM::Role")
    for function, one in FUNCTIONS.items():
        role = roles[one["Role"]["Fn::GetAtt"].split(".")[0]]
        assert {"Ref": "TelemetryPolicy"} in role["ManagedPolicyArns"], function


# retries and dead letters


def test_each_function_is_called_in_a_way_that_is_thought_of() -> None:
    asynchronous = {name for name, one in FUNCTIONS.items() if "EventInvokeConfig" in one}
    polled = {name for name, one in FUNCTIONS.items() if "Events" in one}
    assert asynchronous | polled | CALLED_AND_AWAITED == set(FUNCTIONS)
    assert not (asynchronous | polled) & CALLED_AND_AWAITED
    assert asynchronous >= SCHEDULED


@pytest.mark.parametrize("name", [n for n, one in FUNCTIONS.items() if "EventInvokeConfig" in one])
def test_what_is_called_without_waiting_is_tried_again_a_few_times_and_then_kept(name: str) -> None:
    config = FUNCTIONS[name]["EventInvokeConfig"]
    if name in SCHEDULED:
        assert config == {"MaximumRetryAttempts": 0}
    else:
        assert config["MaximumRetryAttempts"] == 2
        assert config["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
        assert "sqs:SendMessage" in str(_policies_of(name))


@pytest.mark.parametrize("name", [n for n, one in FUNCTIONS.items() if "Events" in one])
def test_a_stream_is_not_blocked_for_ever_by_one_record(name: str) -> None:
    for source in FUNCTIONS[name]["Events"].values():
        properties = source["Properties"]
        assert source["Type"] == "DynamoDB"
        assert 1 <= properties["MaximumRetryAttempts"] <= 10
        assert properties["BisectBatchOnFunctionError"] is True
        assert properties["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
    assert "sqs:SendMessage" in str(_policies_of(name))


def test_what_schedules_or_routes_limits_its_retries() -> None:
    for name, schedule in of_type(RESOURCES, "AWS::Scheduler::Schedule").items():
        assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}, name
    for name, rule in of_type(RESOURCES, "AWS::Events::Rule").items():
        for target in rule["Targets"]:
            if "Queue" not in str(target["Arn"]):  # a queue is where it would go anyway
                assert target["RetryPolicy"]["MaximumRetryAttempts"] <= 2, name
                assert target["DeadLetterConfig"], name


def test_every_queue_keeps_its_messages_and_has_an_alarm() -> None:
    watched = re.findall(r"Value: !GetAtt (\w+Queue)\.QueueName", TEXT)
    queues = of_type(RESOURCES, "AWS::SQS::Queue")
    assert set(watched) == set(queues)
    for queue in queues.values():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["SqsManagedSseEnabled"] is True


# policies


def test_no_policy_says_everything_without_a_reason() -> None:
    found = list(_statements())
    assert len(found) > 40
    wild = [node for node in found if any(_is_wild(each) for each in _scalars(node))]
    silent = [f"line {node.start_mark.line + 1}" for node in wild if not _explained(node)]
    assert wild
    assert not silent, "a wildcard without a comment in its statement"


def test_the_reason_of_a_bare_star_stands_on_its_line() -> None:
    stars = [each for node in _statements() for each in _scalars(node) if each.value == "*"]
    assert stars
    silent = [f"line {star.start_mark.line + 1}" for star in stars if "  # " not in LINES[star.start_mark.line]]
    assert not silent


def test_an_action_is_never_a_wildcard_that_allows() -> None:
    for statement in _plain_statements():
        if statement["Effect"] == "Allow":
            assert "*" not in str(statement["Action"]), statement


def test_every_action_is_one_that_code_calls() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    needless = set()
    for name, role in of_type(RESOURCES, "AWS::IAM::Role", "AWS::IAM::ManagedPolicy").items():
        documents = [one["PolicyDocument"] for one in role.get("Policies", [role]) if "PolicyDocument" in one]
        statements = [statement for document in documents for statement in document["Statement"]]
        for action in {action for statement in statements for action in _listed(statement["Action"])} - OF_THE_PLATFORM:
            call = CALLED_AS.get(action) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action.partition(":")[2]).lower()
            if f'"{call}"' not in source and f".{call}(" not in source:
                needless.add(f"{name} {action}")
    assert not needless


def test_a_function_has_a_role_of_its_own_made_of_statements() -> None:
    roles = [one["Role"]["Fn::GetAtt"] for one in FUNCTIONS.values()]
    assert len(set(roles)) == len(roles)
    assert not [name for name, one in FUNCTIONS.items() if "Policies" in one]
    aws_managed = re.findall(r"iam::aws:policy/\S+", TEXT)
    assert aws_managed == ["iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"]


# tables and buckets


@pytest.mark.parametrize("name", of_type(RESOURCES, "AWS::DynamoDB::Table"))
def test_a_table_can_be_restored_and_protected(name: str) -> None:
    table = of_type(deployed("prod", Part="all").resources, "AWS::DynamoDB::Table")[name]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_the_tables_that_wake_somebody_have_a_stream() -> None:
    tables = of_type(RESOURCES, "AWS::DynamoDB::Table")
    assert tables["ConfigTable"]["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert tables["StableOrdersTable"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_only_a_move_of_head_wakes_the_stream_function() -> None:
    (source,) = FUNCTIONS["SyncStreamFunction"]["Events"].values()
    (pattern,) = source["Properties"]["FilterCriteria"]["Filters"]
    assert pattern == {"Pattern": '{"dynamodb":{"Keys":{"pk":{"S":["head"]}}}}'}


@pytest.mark.parametrize("name", of_type(RESOURCES, "AWS::S3::Bucket"))
def test_a_bucket_is_versioned_closed_and_encrypted(name: str) -> None:
    bucket = RESOURCES[name]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]
    assert bucket["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"]


@pytest.mark.parametrize("name", of_type(RESOURCES, "AWS::S3::Bucket"))
def test_a_bucket_refuses_plain_http(name: str) -> None:
    policies = of_type(deployed("prod").resources, "AWS::S3::BucketPolicy").values()
    (policy,) = [one for one in policies if one["Bucket"] == {"Ref": name}]
    (refusal,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    assert refusal["Condition"] == {"Bool": {"AWS:SecureTransport": "false"}}


def test_the_site_is_read_by_the_distribution_alone() -> None:
    (policy,) = [
        one for one in of_type(RESOURCES, "AWS::S3::BucketPolicy").values() if one["Bucket"] == {"Ref": "SiteBucket"}
    ]
    allowed = [one for one in policy["PolicyDocument"]["Statement"] if one.get("Effect") == "Allow"]
    assert allowed
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert "distribution/${Distribution}" in str(statement["Condition"]["StringEquals"]["AWS:SourceArn"])
    configuration = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
    site = next(origin for origin in configuration["Origins"] if origin["Id"] == "site")
    assert site["OriginAccessControlId"] == {"Ref": "SiteAccessControl"}
    control = RESOURCES["SiteAccessControl"]["Properties"]["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _policies_of(function: str) -> Any:
    role = RESOURCES[FUNCTIONS[function]["Role"]["Fn::GetAtt"].split(".")[0]]
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


def _statements() -> Iterator[yaml.MappingNode]:
    """The statements of all policies, as nodes that know their lines."""

    def walk(node: yaml.Node) -> Iterator[yaml.MappingNode]:
        if isinstance(node, yaml.MappingNode):
            if {"Effect", "Action"} <= {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}:
                yield node
            for _, value in node.value:
                yield from walk(value)
        elif isinstance(node, yaml.SequenceNode):
            for each in node.value:
                yield from walk(each)

    root = yaml.compose(TEXT, Loader=yaml.SafeLoader)
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


def _explained(node: yaml.MappingNode) -> bool:
    return any("# " in line for line in LINES[node.start_mark.line : node.end_mark.line + 1])


@pytest.mark.parametrize(("api", "lane"), [("StableApi", "'v1'"), ("GrayApi", {"Fn::Sub": "'${GrayLane}'"})])
def test_what_api_gateway_answers_itself_names_the_lane_and_is_cached_nowhere(api: str, lane: object) -> None:
    answers = RESOURCES[api]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(answers)
    for answer in answers.values():
        headers = answer["responseParameters"]
        assert headers["gatewayresponse.header.x-gray-version"] == lane
        assert headers["gatewayresponse.header.Cache-Control"] == "'private, no-store'"
