"""An instrumented boto3 session: what really goes over the wire, and what the service hands out again."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ParamValidationError
from moto import mock_aws

from lane import LaneContext, carrying
from lane.aws import instrument, invoke
from lane.propagation.extract import from_record
from lane.registry import Known

V2 = LaneContext("v2", "staff", "7", members=("userId=alice",))
# mail exists in v2; billing only in stable; nobody registered audit.
KNOWN = Known({"v1": {"mail": "mail-v1", "billing": "billing-v1"}, "v2": {"mail": "mail-v2"}})
CONSUMERS = {"shop": "mail", "ledger": "billing", "audit": "audit"}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        yield instrument(session, environment="dev", known=lambda: KNOWN, consumers=CONSUMERS)


def queue(session: boto3.Session, name: str) -> tuple[str, str]:
    sqs = session.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def received(session: boto3.Session, url: str) -> list[dict[str, Any]]:
    """The messages of a queue as its event source hands them to a function."""
    sqs = session.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", [])
    return [
        {
            "eventSource": "aws:sqs",
            "messageId": message["MessageId"],
            "body": message["Body"],
            "messageAttributes": {
                name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
                for name, value in message.get("MessageAttributes", {}).items()
            },
        }
        for message in found
    ]


def read(record: dict[str, Any]) -> LaneContext:
    found = from_record(record)
    assert found is not None
    return found


def test_sqs_send_and_batch(session: boto3.Session) -> None:
    url, _ = queue(session, "mail")
    sqs = session.client("sqs")
    with carrying(V2):
        sqs.send_message(QueueUrl=url, MessageBody="a")
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "b"} for n in range(3)])
    found = [read(record) for record in received(session, url)]
    assert [(each.lane, each.reason, each.to, each.members) for each in found] == [
        ("v2", "staff", "v2", ("userId=alice",))
    ] * 4


def test_outside_of_a_request_nothing_is_added(session: boto3.Session) -> None:
    url, _ = queue(session, "mail")
    session.client("sqs").send_message(QueueUrl=url, MessageBody="a")
    assert received(session, url)[0]["messageAttributes"] == {}


def test_resources_carry_as_well_and_doing_it_twice_does_nothing_more(session: boto3.Session) -> None:
    instrument(session, environment="dev", known=lambda: KNOWN, consumers=CONSUMERS)
    url, _ = queue(session, "mail")
    own: Any = {f"mine-{number}": {"DataType": "String", "StringValue": "x"} for number in range(8)}
    with carrying(V2):
        session.resource("sqs").Queue(url).send_message(MessageBody="a", MessageAttributes=own)
    assert read(received(session, url)[0]).lane == "v2"


@pytest.mark.parametrize("raw", ["true", "false"])
def test_sns_to_a_queue_a_lane_by_filters(session: boto3.Session, raw: str) -> None:
    sns = session.client("sns")
    topic = sns.create_topic(Name="sold")["TopicArn"]
    queues = {lane: queue(session, f"mail-{lane}") for lane in ("v1", "v2")}
    for lane, (_, arn) in queues.items():
        policy = {"FilterPolicy": json.dumps({"to": [lane]}), "RawMessageDelivery": raw}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=policy)
    with carrying(V2):
        sns.publish(TopicArn=topic, Message="a")
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "b"}])
    with carrying(LaneContext("v1")):
        sns.publish(TopicArn=topic, Message="c")
    assert [read(record) for record in received(session, queues["v2"][0])] == [
        LaneContext("v2", "staff", "7", "v2", ("userId=alice",))
    ] * 2
    assert [read(record).lane for record in received(session, queues["v1"][0])] == ["v1"]


def event_rules(session: boto3.Session) -> dict[str, str]:
    """A rule a lane, and one for lanes that nobody consumes, each to a queue of its own; their URLs."""
    events = session.client("events")
    patterns: dict[str, list[Any]] = {
        "v1": ["v1"],
        "v2": ["v2"],
        "unknown": [{"exists": False}, {"anything-but": ["v1", "v2"]}],
    }
    urls = {}
    for name, to in patterns.items():
        urls[name], arn = queue(session, f"events-{name}")
        pattern = {"detail": {"environment": ["dev"], "to": to}}
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return urls


def put(session: boto3.Session, source: str) -> None:
    entry: Any = {"Source": source, "DetailType": "Sold", "Detail": '{"order": 1}'}
    assert session.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_eventbridge_to_a_rule_a_lane(session: boto3.Session) -> None:
    urls = event_rules(session)
    with carrying(V2):
        put(session, "shop")
    (record,) = received(session, urls["v2"])
    assert read(record) == LaneContext("v2", "staff", "7", "v2", ("userId=alice",))
    assert json.loads(record["body"])["detail"]["order"] == 1
    assert received(session, urls["v1"]) == received(session, urls["unknown"]) == []


@pytest.mark.parametrize("source", ["ledger", "audit"])
def test_a_lane_without_a_consumer_falls_back_to_stables_and_the_lane_goes_on(
    session: boto3.Session, source: str
) -> None:
    urls = event_rules(session)
    with carrying(V2):
        put(session, source)
    assert received(session, urls["v2"]) == []
    (record,) = received(session, urls["v1"])
    assert (read(record).lane, read(record).to) == ("v2", "v1")


def test_an_event_for_a_lane_that_nobody_consumes_goes_to_the_dead_letters(session: boto3.Session) -> None:
    urls = event_rules(session)
    with carrying(LaneContext("v7")):
        put(session, "its-consumer-is-not-named")
    put_events_of_nobody = {"Source": "shop", "DetailType": "Sold", "Detail": '{"environment": "dev"}'}
    session.client("events").put_events(Entries=[put_events_of_nobody])  # type: ignore[list-item]
    assert [received(session, urls[name]) for name in ("v1", "v2")] == [[], []]
    seen = [json.loads(record["body"])["detail"].get("to") for record in received(session, urls["unknown"])]
    assert sorted(seen, key=str) == [None, "v7"]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_step_functions_get_the_lane_in_their_input(session: boto3.Session, kind: Any) -> None:
    definition = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Pass", "End": True}}})
    role = "arn:aws:iam::123456789012:role/states"
    states = session.client("stepfunctions")
    machine = states.create_state_machine(name="m", definition=definition, roleArn=role, type=kind)["stateMachineArn"]
    with carrying(V2):
        execution = states.start_execution(stateMachineArn=machine, input='{"order": 1}')["executionArn"]
    given = json.loads(states.describe_execution(executionArn=execution)["input"])
    assert given["order"] == 1
    assert given["gray"]["version"] == "v2"


class Wire:
    """Answers every Invoke of a client and keeps what was sent. (moto's Lambda wants Docker.)"""

    def __init__(self, client: Any) -> None:
        self.sent: list[Any] = []
        client.meta.events.register("before-send.lambda.Invoke", self._answer)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        self.sent.append(request)

        class Body:
            def stream(self, **_: Any) -> Iterator[bytes]:
                yield b"{}"

        return AWSResponse(request.url, 200, HTTPHeaders(), Body())

    def custom(self) -> dict[str, Any]:
        """What the last call's client context holds."""
        header = self.sent[-1].headers["X-Amz-Client-Context"]
        found: dict[str, Any] = json.loads(base64.b64decode(header))["custom"]
        return found


def test_lambda_synchronous_in_the_client_context_and_asynchronous_in_the_payload(session: boto3.Session) -> None:
    client = session.client("lambda")
    wire = Wire(client)
    with carrying(V2):
        client.invoke(FunctionName="f", Payload=b'{"a": 1}')
        assert wire.sent[-1].body == b'{"a": 1}'
        assert "gray.version=v2" in wire.custom()["gray"]["baggage"]
        client.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"a": 1}')
    assert "X-Amz-Client-Context" not in wire.sent[-1].headers
    assert json.loads(wire.sent[-1].body)["gray"]["version"] == "v2"


@pytest.mark.parametrize(
    ("service", "lane", "function", "to"),
    [
        ("mail", "v2", "mail-v2", "v2"),
        ("mail", "v1", "mail-v1", "v1"),
        ("billing", "v2", "billing-v1", "v1"),
        ("audit", "v2", "audit-of-nobody", "v1"),
    ],
)
def test_a_service_is_called_in_the_lane_or_else_in_stable(
    session: boto3.Session, service: str, lane: str, function: str, to: str
) -> None:
    client = session.client("lambda")
    wire = Wire(client)
    with carrying(LaneContext(lane)):
        invoke(client, KNOWN, service, b"{}", fallback="audit-of-nobody")
    assert f"/functions/{function}/" in wire.sent[-1].url
    assert f"gray.version={lane},gray.to={to}" in wire.custom()["gray"]["baggage"]


def test_a_service_of_nobody_is_an_error(session: boto3.Session) -> None:
    with pytest.raises(LookupError, match="audit"):
        invoke(session.client("lambda"), KNOWN, "audit", b"{}")


def test_a_service_called_outside_of_a_request_gets_no_lane(session: boto3.Session) -> None:
    client = session.client("lambda")
    wire = Wire(client)
    invoke(client, KNOWN, "mail", b"{}")
    assert "/functions/mail-v1/" in wire.sent[-1].url
    assert "X-Amz-Client-Context" not in wire.sent[-1].headers


def test_each_way_to_invoke_a_function_carries_the_lane(session: boto3.Session) -> None:
    client = session.client("lambda")
    wire = Wire(client)
    for operation in ("InvokeWithResponseStream", "InvokeAsync"):
        events: Any = client.meta.events
        events.register(f"before-send.lambda.{operation}", wire._answer)
    with carrying(V2):
        client.invoke_with_response_stream(FunctionName="f", Payload=b"{}")
        assert "gray.version=v2" in wire.custom()["gray"]["baggage"]
        client.invoke_async(FunctionName="f", InvokeArgs=b'{"a": 1e400}')
    assert wire.sent[-1].body.endswith(b',"a": 1e400}')
    assert json.loads(wire.sent[-1].body)["gray"]["version"] == "v2"


def test_a_callers_mistake_is_shown_in_botos_words(session: boto3.Session) -> None:
    sqs: Any = session.client("sqs")
    sns: Any = session.client("sns")
    mistakes: list[Any] = [
        lambda: sqs.send_message(MessageBody="b"),
        lambda: sqs.send_message_batch(QueueUrl="q"),
        lambda: sqs.send_message_batch(QueueUrl="q", Entries=["x"]),
        lambda: sqs.send_message(QueueUrl="q", MessageBody="b", MessageAttributes={"a": "b"}),
        lambda: sns.publish_batch(PublishBatchRequestEntries=[]),
        lambda: sns.publish_batch(TopicArn="t"),
        lambda: session.client("events").put_events(),  # type: ignore[call-arg]
        lambda: session.client("events").put_events(Entries=[{"Detail": {"a": 1}}]),  # type: ignore[typeddict-item]
        lambda: session.client("stepfunctions").start_execution(stateMachineArn="s", input={"a": 1}),  # type: ignore[arg-type]
        lambda: session.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload={}),  # type: ignore[arg-type]
        lambda: session.client("lambda").invoke(Payload=b"{}"),  # type: ignore[call-arg]
    ]
    for mistake in mistakes:
        with carrying(V2), pytest.raises(ParamValidationError):
            mistake()
