"""Every kind of hop that AWS has and the demo application lacks, with the emulator's own delivery in between."""

import io
import json
import os
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.functions.sample_events import warm
from tests.support.stack.lanes import all_started, order_taken
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer, everybody
from tests.support.stack.waiting import eventually

from graylocal.stack import LocalStack
from graylocal.system.places import ACCOUNT, REGION, REPOSITORY

NAME = "graylane-test-relay"
ARN = f"{REGION}:{ACCOUNT}"
HOPS = {"eventbridge", "asynchronous", "sqs", "sns", "state-1", "state-2", "http", "stream"}
ORDERS = int(os.environ.get("CARRIED_ORDERS", "60"))  # 2,000 in the night
UNDER_WAY = 8  # a machine has one copy of each function: more at a time wait until their callers give up


@dataclass(frozen=True)
class Relay:
    """The relay, deployed behind the demo application's event."""

    stack: LocalStack

    def seen(self, orders: Iterable[str]) -> dict[str, dict[str, str]]:
        """The lane seen at each hop of these orders, at most 100 of them."""
        keys = [{"pk": {"S": number}} for number in orders]
        table = f"{NAME}-seen"
        found = self.stack.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": keys}})
        assert not found["UnprocessedKeys"]
        return {
            item["pk"]["S"]: {hop: value["S"] for hop, value in item.items() if hop != "pk"}
            for item in found["Responses"][table]
        }


def package() -> bytes:
    """The function's zip: the relay, and the lane library as it is in the repository."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(Path(__file__).parent / "relay" / "relay.py", "relay.py")
        for module in (REPOSITORY / "src" / "lane").rglob("*.py"):
            archive.write(module, module.relative_to(REPOSITORY / "src"))
    return buffer.getvalue()


def make_table(dynamodb: Any, name: str, *, stream: bool = False) -> str:
    made = dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": stream, **({"StreamViewType": "NEW_IMAGE"} if stream else {})},
    )
    return str(made["TableDescription"].get("LatestStreamArn", ""))


def state_machine() -> str:
    """Two tasks; what the first one answers is the second one's input."""

    def task(**more: Any) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": NAME, "Payload.$": "$"},
            "OutputPath": "$.Payload",
            **more,
        }

    return json.dumps({"StartAt": "first", "States": {"first": task(Next="second"), "second": task(End=True)}})


def carried(url: str, relay: Relay, count: int) -> dict[str, str]:
    """So many new viewers' orders, by id with the lane of each, after all hops of all saw that lane."""
    viewers = [Viewer() for _ in range(count)]
    everybody(viewers, lambda viewer: viewer.ask(url))
    answers = everybody(viewers, lambda viewer: order_taken(viewer, url))
    assert [answer.body for answer in answers if answer.status != 201] == []
    lanes = {json.loads(answer.body)["order"]["id"]: str(answer.lane) for answer in answers}

    def all_through(seen: dict[str, dict[str, str]]) -> bool:
        return len(seen) == count and all(set(hops) == HOPS for hops in seen.values())

    seen = eventually(lambda: relay.seen(lanes), all_through, seconds=120)
    assert {number: set(hops.values()) for number, hops in seen.items()} == {
        number: {lane} for number, lane in lanes.items()
    }
    return lanes


@pytest.fixture(scope="module")
def relay(stack: LocalStack) -> Iterator[Relay]:
    warm(stack)
    client = stack.client
    role = client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    client("iam").put_role_policy(RoleName=NAME, PolicyName="all", PolicyDocument=json.dumps(anything))
    make_table(client("dynamodb"), f"{NAME}-seen")
    changes = make_table(client("dynamodb"), f"{NAME}-work", stream=True)
    queue = client("sqs").create_queue(QueueName=NAME)["QueueUrl"]
    topic = client("sns").create_topic(Name=NAME)["TopicArn"]
    machine = f"arn:aws:states:{ARN}:stateMachine:{NAME}"
    client("stepfunctions").create_state_machine(name=NAME, definition=state_machine(), roleArn=role)
    variables = {
        **{"GRAY_LANE": "shared", "GRAY_ENVIRONMENT": "test", "POWERTOOLS_SERVICE_NAME": "relay"},
        **{"SEEN": f"{NAME}-seen", "WORK": f"{NAME}-work", "QUEUE": queue, "TOPIC": topic, "MACHINE": machine},
    }
    lambda_ = client("lambda")
    function = lambda_.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Handler="relay.handler",
        Role=role,
        Timeout=30,
        Code={"ZipFile": package()},
        Environment={"Variables": variables},
    )["FunctionArn"]
    url = lambda_.create_function_url_config(FunctionName=NAME, AuthType="NONE")["FunctionUrl"]
    # The emulator serves function URLs under every name that begins like AWS's.
    here = f"http://{str(urlsplit(url).hostname).removesuffix('.on.aws')}.localhost:{stack.ports.gateway}/"
    lambda_.update_function_configuration(FunctionName=NAME, Environment={"Variables": variables | {"ADDRESS": here}})
    for source in (f"arn:aws:sqs:{ARN}:{NAME}", changes):
        lambda_.create_event_source_mapping(
            FunctionName=NAME,
            EventSourceArn=source,
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            **({} if ":sqs:" in source else {"StartingPosition": "TRIM_HORIZON"}),
        )
    for principal in ("sns", "events"):
        lambda_.add_permission(
            FunctionName=NAME,
            StatementId=principal,
            Action="lambda:InvokeFunction",
            Principal=f"{principal}.amazonaws.com",
        )
    client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    pattern = {"source": ["graylane.orders"], "detail": {"environment": ["test"]}}
    client("events").put_rule(Name=NAME, EventPattern=json.dumps(pattern))
    client("events").put_targets(Rule=NAME, Targets=[{"Id": "relay", "Arn": function}])
    try:
        yield Relay(stack)
    finally:
        client("events").remove_targets(Rule=NAME, Ids=["relay"])
        client("events").delete_rule(Name=NAME)


@pytest.mark.timeout(900 + ORDERS)
def test_an_order_keeps_its_lane_through_every_kind_of_hop(stack: LocalStack, operator: Operator, relay: Relay) -> None:
    # Given viewers of whom three in ten are in gray
    operator.run("ramp", "30", "--yes")
    first = [Viewer() for _ in range(8)]
    everybody(first, lambda viewer: viewer.ask(stack.url))
    all_started(first, stack.url)
    began = time.time()

    # When the order of each has gone all the way, then every hop of it saw the order's own lane
    lanes: dict[str, str] = {}
    for under_way in batched(range(ORDERS), UNDER_WAY, strict=False):
        lanes |= carried(stack.url, relay, len(under_way))
    assert set(lanes.values()) == {"v1", "v2"}
    assert len(lanes) == ORDERS

    # And no trace is mixed
    def traced() -> Any:
        done = operator.run("traces", "--since", f"{int(time.time() - began) + 2}s", "--json", check=False)
        return json.loads(done.stdout)

    found = eventually(traced, lambda seen: seen["checked"] >= ORDERS * 0.99, seconds=60 + ORDERS / 10, pause=1)
    assert (found["mixed"], found["consistent_share"]) == ([], 1)
