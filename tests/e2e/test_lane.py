"""One version from end to end: every hop of every request stays in its lane, and a service that loses it is named."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.support.functions.sample_events import warm
from tests.support.stack.lanes import all_started, order, order_taken, viewer_in
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Answer, Viewer, everybody, request
from tests.support.stack.waiting import eventually

from gray.analysis.traces import Hop
from graylocal.sam_local import artifact as artifacts_of
from graylocal.stack import LocalStack

pytestmark = pytest.mark.long

VIEWERS, EACH = 200, 10
PRICING, STOCK_V1, API_V2 = "graylane-test-pricing", "graylane-test-stock-v1", "graylane-test-api-v2"


@pytest.fixture(scope="module", autouse=True)
def warmed(stack: LocalStack) -> None:
    warm(stack)


def stored(stack: LocalStack, lane: str, since: int) -> dict[str, dict[str, Any]]:
    """The orders that a lane stored itself from a moment on (milliseconds), by id."""
    pages = stack.client("dynamodb").get_paginator("query")
    found = pages.paginate(
        TableName=f"graylane-test-orders-{lane}",
        KeyConditionExpression="pk = :orders AND sk >= :since",
        FilterExpression="attribute_not_exists(origin)",
        ExpressionAttributeValues={":orders": {"S": "order"}, ":since": {"S": f"{since:013d}"}},
    )
    return {item["sk"]["S"]: item for page in found for item in page["Items"]}


def traces(operator: Operator, began: float) -> tuple[int, Any]:
    """Exit code and answer of `grayctl traces`, from a moment on."""
    done = operator.run("traces", "--since", f"{int(time.time() - began) + 2}s", "--json", check=False)
    return done.returncode, json.loads(done.stdout)


def test_two_thousand_requests_stay_in_their_lane_at_every_hop(stack: LocalStack, operator: Operator) -> None:
    # Given viewers of whom three in ten are in gray
    operator.run("ramp", "30", "--yes")
    viewers = [Viewer() for _ in range(VIEWERS)]
    lanes = {answer.lane for answer in everybody(viewers, lambda viewer: viewer.ask(stack.url))}
    assert lanes == {"v1", "v2"}
    all_started(viewers[:40], stack.url)

    # When each places ten orders: edge -> API -> pricing -> stock, and -> event bus -> fulfilment
    began = time.time()
    answers = everybody(viewers * EACH, lambda viewer: order_taken(viewer, stack.url))

    # Then each was served by its own lane or a shared service at every hop, and asynchronously too
    assert {answer.status for answer in answers} == {201}
    placed = {found["order"]["id"]: found for found in (json.loads(answer.body) for answer in answers)}
    assert len(placed) == VIEWERS * EACH
    hops = [
        (hop["service"], found["lane"], hop["carried"], hop["served"])
        for found in placed.values()
        for hop in found["hops"]
    ]
    for service, lane, carried, served in hops:
        assert carried == lane
        assert served == ("shared" if service == "pricing" else lane)
    fulfilled = eventually(
        lambda: {lane: stored(stack, lane, int(began * 1000)) for lane in ("v1", "v2")},
        lambda found: all("fulfilled_by" in item for items in found.values() for item in items.values()),
    )
    for lane, items in fulfilled.items():
        assert set(items) == {number for number, found in placed.items() if found["lane"] == lane}
        assert {item["fulfilled_by"]["M"]["served"]["S"] for item in items.values()} == {lane}

    # And X-Ray has not one mixed trace
    code, found = eventually(lambda: traces(operator, began), lambda seen: seen[1]["checked"] >= len(placed) * 0.99)
    assert (code, found["mixed"], found["consistent_share"]) == (0, [], 1)


@contextmanager
def changed_pricing(stack: LocalStack, old: str, new: str) -> Iterator[None]:
    """Pricing's deployed code with one piece of text replaced, and afterwards as it was."""
    lambda_, artifact = stack.client("lambda"), artifacts_of("test-v1") / "PricingFunction"

    def deploy(edit: Callable[[str], str]) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in artifact.rglob("*"):
                name = str(path.relative_to(artifact))
                if name == "pricing/app.py":
                    archive.writestr(name, edit(path.read_text()))
                elif path.is_file() and not name.startswith("pricing/__pycache__/app."):
                    archive.write(path, name)
        lambda_.update_function_code(FunctionName=PRICING, ZipFile=buffer.getvalue())
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=PRICING, WaiterConfig={"Delay": 1})

    assert old in (artifact / "pricing" / "app.py").read_text()
    deploy(lambda code: code.replace(old, new))
    warm(stack, ["v1"])  # which goes to stable's stock, so it mixes nothing
    try:
        yield
    finally:
        deploy(lambda code: code)
        warm(stack)


CALL = 'answer = invoke(_lambda(), _registry().known(), "stock", payload, fallback=fallback)'
BARE_CALL = 'answer = boto3.client("lambda").invoke(FunctionName=fallback, Payload=payload)'


@pytest.mark.parametrize(
    ("old", "new", "hop"),
    [
        # A call that carries nothing: stock takes it for its own lane's.
        (CALL, BARE_CALL, f"{PRICING} -> {STOCK_V1}: v2 became v1"),
        # A service without the library: it neither reads the lane nor marks it.
        (
            "@in_lane(tracer=tracer)\n",
            "",
            f"{API_V2} -> {PRICING} -> {STOCK_V1}: v2 became v1 ({PRICING} marks no lane)",
        ),
    ],
    ids=["carrier", "library"],
)
def test_a_service_without_its_carrier_is_named_by_the_check(
    stack: LocalStack, operator: Operator, old: str, new: str, hop: str
) -> None:
    operator.run("ramp", "50", "--yes")
    gray, stable = viewer_in("v2", stack.url), viewer_in("v1", stack.url)
    with changed_pricing(stack, old, new):
        began = time.time()
        answers = [order(viewer, stack.url) for viewer in (gray, stable, gray)]
    assert {answer.status for answer in answers} == {201}

    def mixed() -> list[Any]:
        # The command looks back from when it runs, which on a busy machine is seconds after it was typed.
        _, found = traces(operator, began - 10)
        return [one for one in found["mixed"] if one["started"] >= int(began)]

    found = eventually(mixed, lambda seen: len(seen) >= 2)
    assert [[str(Hop(**each)) for each in one["hops"]] for one in found] == [[hop], [hop]]
    told = operator.run("traces", "--since", f"{int(time.time() - began) + 10}s", check=False)
    assert (told.returncode, hop in told.stdout) == (1, True)


def test_the_scheduled_check_publishes_a_metric_whose_alarm_tells_people_and_withdraws_nothing(
    stack: LocalStack, operator: Operator
) -> None:
    operator.run("ramp", "50", "--yes")
    gray = viewer_in("v2", stack.url)
    with changed_pricing(stack, CALL, BARE_CALL):
        began = time.time()
        order(gray, stack.url)
    eventually(lambda: traces(operator, began), lambda seen: bool(seen[1]["mixed"]))
    check, lambda_ = "graylane-test-trace-check", stack.client("lambda")
    variables = lambda_.get_function_configuration(FunctionName=check)["Environment"]["Variables"]
    settled = {"Variables": {**variables, "TRACE_SETTLE_SECONDS": "0"}}  # the trace is whole, as we have seen
    lambda_.update_function_configuration(FunctionName=check, Environment=settled)
    try:
        answer = json.loads(lambda_.invoke(FunctionName=check, Payload=b"{}")["Payload"].read())
    finally:
        lambda_.update_function_configuration(FunctionName=check, Environment={"Variables": variables})
    assert len(answer["mixed"]) >= 1
    alarms = stack.client("cloudwatch")
    alarm = eventually(
        lambda: alarms.describe_alarms(AlarmNames=["graylane-test-mixed-traces"])["MetricAlarms"][0],
        lambda seen: seen["StateValue"] == "ALARM",
    )
    assert [arn.rsplit(":", 1)[1] for arn in alarm["AlarmActions"]] == ["graylane-test-alarms"]
    assert gray.ask(stack.url).lane == "v2"


def direct(stack: LocalStack, lane: str, headers: dict[str, str], path: str = "/api/orders") -> Answer:
    """A request to a lane's API, around CloudFront."""
    number = stack.outputs(f"graylane-test-{lane}")["ApiId"]
    base = f"/restapis/{number}/live/_user_request_"
    return request(stack.endpoint, "GET", base + path, headers)


def test_around_cloudfront_there_is_no_way_in(stack: LocalStack) -> None:
    for headers in ({}, {"x-api-key": "guessed"}, {"x-gray-version": "v2"}):
        assert direct(stack, "v2", headers).status == 403
        assert direct(stack, "v1", headers).status == 403


def test_a_lanes_api_refuses_another_lanes_request_and_counts_it(stack: LocalStack, operator: Operator) -> None:
    secret = stack.client("secretsmanager").get_secret_value(SecretId="graylane/test/api-key")["SecretString"]
    key = {"x-api-key": json.loads(secret)["value"]}
    answer = direct(stack, "v2", {**key, "x-gray-version": "v1"})
    assert (answer.status, answer.lane) == (421, "v2")
    assert json.loads(answer.body) == {"error": "wrong-lane", "lane": "v2", "asked": "v1"}
    assert direct(stack, "v2", {**key, "x-gray-version": "v2"}).status == 200
    cloudwatch = stack.client("cloudwatch")

    def counted() -> float:
        now = time.time()
        found = cloudwatch.get_metric_statistics(
            Namespace="Graylane",
            MetricName="LaneMismatch",
            Dimensions=[{"Name": "environment", "Value": "test"}],
            StartTime=now - 600,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in found["Datapoints"]))

    eventually(counted, lambda count: count >= 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [("POST", "/api/orders", b"{}", 422), ("POST", "/api/orders", b"no json", 400)],
)
def test_errors_say_the_lane_too(
    stack: LocalStack, operator: Operator, method: str, path: str, body: bytes | None, status: int
) -> None:
    operator.run("ramp", "50", "--yes")
    answer = viewer_in("v2", stack.url).ask(stack.url, path, method, body, accept="application/json")
    assert (answer.status, answer.lane) == (status, "v2")


def test_an_event_for_a_lane_that_nobody_consumes_ends_in_the_dead_letters(stack: LocalStack) -> None:
    detail = {"environment": "test", "lane": "v9", "to": "v9", "order": {"id": "nobodys"}}
    entry = {"Source": "graylane.orders", "DetailType": "OrderPlaced", "Detail": json.dumps(detail)}
    sqs = stack.client("sqs")
    url = sqs.get_queue_url(QueueName="graylane-test-messages-failed")["QueueUrl"]
    stack.client("events").put_events(Entries=[entry])

    def waiting() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [json.loads(message["Body"]).get("detail", {}).get("to") for message in found]

    assert eventually(waiting, bool) == ["v9"]
    # That the queue has an alarm is tests/template's: the emulator has no metrics of queues.
    sqs.purge_queue(QueueUrl=url)
