"""Each policy statement of the templates: what it is there for, and the scenario that fails without it.

`unseen` instead of a scenario: the emulator does not evaluate it, with the reason. docs/reference/iam.md is made of
this (`python -m tests.template.iam_reference`); `tests/template` sees that no statement is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.support.stack.probes import Probes

Probe = Callable[[Probes], None]


@dataclass(frozen=True)
class Case:
    """One statement. Exactly one of `shown` and `unseen` is given."""

    why: str
    shown: Probe | None = None
    unseen: str = ""

    @property
    def proof(self) -> str:
        """For the table."""
        if self.shown is None:
            return f"not evaluated here: {self.unseen}"
        probe = self.shown.func if isinstance(self.shown, partial) else self.shown
        return f"`{probe.__name__}` fails without it"


def _lanes(function: str, event: str) -> Probe:
    return partial(Probes.knows_lanes, function=function, event=event)


_OWN_LOGS = "the emulator writes the functions' logs itself"
_OWN_POLLS = "the emulator reads streams for a function with its own rights"
_OWN_FAILURES = "the emulator sends what failed with its own rights"
_XRAY = "the trace store beside the emulator asks nobody"
_NO_TLS = "the local stack is deployed with RequireTls=off, as its hops are plain HTTP"
_NO_DELIVERY = "the emulator delivers no logs of CloudFront"
_BETWEEN = "the emulator's event bus delivers to queues without asking them"
READS_LANES = "reads what is published and which lanes there are"

CASES: dict[str, Case] = {
    # site
    "SiteBucketPolicy s3:GetObject": Case("the distribution reads the static files", Probes.site),
    "SiteBucketPolicy s3:ListBucket": Case("a missing file is 404 and not 403", Probes.site),
    "SiteBucketPolicy denies s3:*": Case("nobody reads or writes without TLS", unseen=_NO_TLS),
    "EdgeLogBucketPolicy s3:PutObject": Case("CloudFront's access logs are written", unseen=_NO_DELIVERY),
    "EdgeLogBucketPolicy denies s3:*": Case("nobody reads or writes without TLS", unseen=_NO_TLS),
    # telemetry
    "TelemetryPolicy logs:CreateLogStream, logs:PutLogEvents": Case("each function writes its log", unseen=_OWN_LOGS),
    "TelemetryPolicy xray:PutTraceSegments, xray:PutTelemetryRecords": Case("each sends its traces", unseen=_XRAY),
    # a lane
    "ApiRole dynamodb:Query, dynamodb:PutItem": Case("lists and stores orders", Probes.orders),
    "ApiRole ssm:GetParametersByPath": Case(READS_LANES, Probes.api_knows_lanes),
    "ApiRole lambda:InvokeFunction": Case("has orders priced", Probes.orders),
    "ApiRole events:PutEvents": Case("announces orders, as graylane.orders only", Probes.orders),
    "FulfilmentRole dynamodb:UpdateItem, dynamodb:PutItem": Case("marks orders fulfilled", Probes.orders),
    "FulfilmentRole sqs:SendMessage": Case("keeps events that failed", unseen=_OWN_FAILURES),
    "MessagesFailedPolicy sqs:SendMessage": Case("keeps events that could not be delivered", unseen=_BETWEEN),
    # services
    "PricingRole ssm:GetParametersByPath": Case(READS_LANES, _lanes("pricing", "pricing")),
    "PricingRole lambda:InvokeFunction": Case(
        "asks the stock of the lane that is carried", partial(Probes.orders, lane="v2")
    ),
    "SharedMessagesFailedPolicy sqs:SendMessage": Case("keeps orders for a lane that nobody consumes", unseen=_BETWEEN),
    # data
    "DataCopyRole dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator": Case(
        "reads the changes of stable's orders", unseen=_OWN_POLLS
    ),
    "DataCopyRole dynamodb:ListStreams": Case("finds the stream", unseen=_OWN_POLLS),
    "DataCopyRole ssm:GetParametersByPath": Case(READS_LANES, _lanes("data-copy", "data-copy-stream")),
    "DataCopyRole sqs:SendMessage": Case("keeps what could not be copied", unseen=_OWN_FAILURES),
    # control plane
    "EdgeConfigBucketPolicy denies s3:*": Case("nobody reads or writes without TLS", unseen=_NO_TLS),
    "PublishingPolicy dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:Query": Case(
        "reads revisions and HEAD, keeps records, lanes and the ledger", Probes.publish
    ),
    "PublishingPolicy ssm:GetParametersByPath": Case(READS_LANES, Probes.publish),
    "PublishingPolicy ssm:GetParameter, ssm:PutParameter, ssm:GetParameterHistory": Case(
        "writes what is published, and puts a newer one back", Probes.publish
    ),
    "PublishingPolicy secretsmanager:GetSecretValue": Case(
        "the edge's keys, and the origin's for health checks", Probes.publish
    ),
    "PublishingPolicy s3:GetObject, s3:PutObject": Case("the published set", Probes.publish),
    "PublishingPolicy s3:GetObject": Case("user lists and the lanes' manifests", Probes.publish),
    "PublishingPolicy s3:ListBucket": Case("are a lane's files all there?", Probes.publish),
    "PublishingPolicy cloudfront-keyvaluestore:DescribeKeyValueStore, cloudfront-keyvaluestore:GetKey, "
    "cloudfront-keyvaluestore:ListKeys, cloudfront-keyvaluestore:UpdateKeys": Case("the edge's store", Probes.publish),
    "PublishingPolicy events:PutEvents": Case("announces publications, as graylane only", Probes.publish),
    "PublishingPolicy sns:Publish": Case(
        "tells people of a refusal or a withdrawal", unseen="a topic's default policy lets its account publish"
    ),
    "PublishingPolicy apigateway:GET": Case("is a registered API one of this account's?", Probes.adopt),
    "PublishingPolicy lambda:GetFunctionUrlConfig": Case(
        "is a registered function URL one of this account's?", unseen="the example's lanes have no function URL"
    ),
    "PublishingPolicy lambda:InvokeFunctionUrl": Case(
        "asks a signed function URL for its health", unseen="the example's lanes have no function URL"
    ),
    "PublishingPolicy lambda:InvokeFunction": Case("the same", unseen="the example's lanes have no function URL"),
    "PublishingPolicy apigateway:PATCH": Case("the kill at the API", Probes.kill_and_resume),
    "PublishingPolicy apigateway:POST": Case("puts the origin's key on an adopted lane's plan", Probes.adopt),
    "PublishingPolicy apigateway:DELETE": Case("and takes it off when the lane goes", Probes.adopt),
    "PublishingPolicy lambda:AddPermission, lambda:RemovePermission": Case(
        "lets an adopted API fall back to stable's function", Probes.adopt
    ),
    "SyncScheduledRole cloudwatch:DescribeAlarms": Case(
        "a plan takes no step while an alarm is on", Probes.follow_plan
    ),
    "SyncStreamRole dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator": Case(
        "is woken by HEAD", unseen=_OWN_POLLS
    ),
    "SyncStreamRole dynamodb:ListStreams": Case("finds the stream", unseen=_OWN_POLLS),
    "SyncStreamRole sqs:SendMessage": Case("keeps moves of HEAD that failed", unseen=_OWN_FAILURES),
    "SyncManualRole s3:GetObjectVersion": Case("rebuilds from an older set", Probes.rebuild_from_an_older_version),
    "SyncManualRole cloudfront:CreateInvalidation": Case("empties the caches", Probes.publish),
    "SyncManualRole sqs:SendMessage": Case("keeps calls that failed", unseen=_OWN_FAILURES),
    "ScheduleRole lambda:InvokeFunction": Case(
        "calls the scheduled functions", unseen="the emulator's scheduler calls with its own rights"
    ),
    # watching
    "WatchRole ssm:GetParametersByPath": Case("reads the lanes' origins", Probes.watch),
    "WatchRole cloudwatch:GetMetricData": Case("reads the lanes' figures", Probes.watch),
    "WatchRole cloudwatch:PutMetricData": Case("publishes what it found, below Graylane only", Probes.watch),
    "WatchRole dynamodb:GetItem, dynamodb:PutItem": Case("reads the release, keeps the trial", Probes.watch),
    "TraceCheckRole xray:GetTraceSummaries, xray:BatchGetTraces": Case("reads traces", unseen=_XRAY),
    "TraceCheckRole cloudwatch:PutMetricData": Case(
        "publishes what it found, below Graylane only", Probes.check_traces
    ),
}
# Their actions change with what the copy does, so they are found by their beginning.
DATA_COPY_TABLES = Case("copies stable's items into gray's table, and gray's own home", Probes.copies)


def case_of(name: str) -> Case | None:
    """The case of a statement, by its name."""
    if name.startswith("DataCopyRole dynamodb:Scan"):
        return DATA_COPY_TABLES
    return CASES.get(name)
