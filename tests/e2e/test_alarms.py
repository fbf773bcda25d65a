"""Alarms that nothing withdraws for, and the slow lane: each brought about where it comes from, and seen.

The control plane's own are in test_control.py, the lanes' errors in test_gray_alarm.py; tests/unit/watch/test_causes.py
knows whether one is left out.
"""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import pytest
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer, everybody
from tests.support.stack.waiting import until
from tests.support.stack.watching import Watching

from gray.edge.config import stamped
from graylocal.stack import LocalStack

pytestmark = pytest.mark.long

PATHS = {"request-static": "/", "request-api": "/api/orders", "response": "/"}
THROWS = "function handler(event) { throw new Error('broken on purpose'); }"
REFUSED = (
    "function handler(event) { var it = event.response || event.request;"
    " it.headers.connection = {value: 'close'}; return it; }"
)
NO_CODE = "function handler(event) { this is no code"


@pytest.fixture
def watching(stack: LocalStack, operator: Operator) -> Watching:
    return Watching(stack)


@pytest.mark.causes("withdraw-latency-v2")
def test_a_slow_lane_is_withdrawn(watching: Watching, operator: Operator) -> None:
    operator.run("ramp", "50", "--yes")
    viewers = [watching.viewer(lane) for lane in ("v1", "v2", "v1", "v2")]
    slow = "import time\ndef handler(event, context):\n    time.sleep(0.3)\n"
    slow += "    return {'available': dict.fromkeys(event['skus'], 1), 'hops': []}\n"

    def flow() -> None:
        everybody(viewers * 6, lambda viewer: watching.order(viewer, "POST"))
        watching.watched()

    flow()
    began = time.time()
    with watching.replaced("stock-v2", "v2", "StockFunction", {"stock/app.py": slow, "stock/__init__.py": ""}):
        watching.rings("withdraw-latency-v2", since=began, meanwhile=flow)
        author = f"alarm:{watching.prefix}withdraw-latency-v2"
        until(lambda: operator.json("history")[0]["author"] == author, "the kill by the alarm")
    assert until(lambda: watching.order(viewers[1], "POST").status == 201, "orders at stable")


@pytest.mark.causes("share-mismatch-v2")
def test_a_share_that_does_not_fit_is_told(watching: Watching, operator: Operator) -> None:
    # Given everybody asked for in gray, and traffic that never loads a page: without a cookie it stays at stable
    operator.run("ramp", "100", "--yes")
    watching.watched()
    began = time.time()

    def flow() -> None:
        if watching.watched()["ShareMismatch.v2"] != 1:
            everybody([Viewer() for _ in range(120)], lambda viewer: watching.order(viewer))

    watching.rings("share-mismatch-v2", since=began, meanwhile=flow)

    assert operator.json("status")["state"] == "active"


@pytest.mark.causes("api-throttled-v1", "api-throttled-v2")
def test_refused_calls_are_told(watching: Watching) -> None:
    began = time.time()
    with watching.refused("api-v1", "api-v2"):
        assert watching.ask("v1").status >= 429
        assert watching.ask("v2").status >= 429
    watching.rings("api-throttled-v1", "api-throttled-v2", since=began)


@pytest.mark.causes("messages-failed", "messages-failed-v1", "messages-failed-v2")
def test_messages_that_nobody_can_handle_are_kept_and_told(watching: Watching) -> None:
    for lane in ("v1", "v2"):
        until(lambda lane=lane: watching.ask(lane, method="POST").status == 201, f"an order in {lane}")  # type: ignore[misc]
    began = time.time()
    detail = {"environment": watching.stack.environment, "lane": "v9", "to": "v9", "order": {"id": "1"}}
    entry = {"Source": "graylane.orders", "DetailType": "OrderPlaced", "Detail": json.dumps(detail)}
    watching.stack.client("events").put_events(Entries=[entry])
    with (
        watching.configured("fulfilment-v1", Handler="nowhere.handler"),
        watching.configured("fulfilment-v2", Handler="nowhere.handler"),
    ):
        assert [watching.ask(lane, method="POST").status for lane in ("v1", "v2")] == [201, 201]
        watching.rings("messages-failed", "messages-failed-v1", "messages-failed-v2", since=began)
    sqs = watching.stack.client("sqs")
    for name in ("messages-failed", "messages-failed-v1", "messages-failed-v2"):
        url = sqs.get_queue_url(QueueName=watching.prefix + name)["QueueUrl"]
        assert sqs.receive_message(QueueUrl=url).get("Messages"), name
        sqs.purge_queue(QueueUrl=url)


@pytest.mark.causes("lane-mismatch")
def test_a_request_in_the_wrong_lane_is_told(watching: Watching) -> None:
    began = time.time()
    assert watching.ask("v2", x_gray_version="v3").status == 421
    watching.rings("lane-mismatch", since=began)


@pytest.mark.causes("mixed-traces")
def test_a_trace_through_two_lanes_is_told(watching: Watching) -> None:
    began = time.time()
    root = f"Root=1-{int(began):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=1"
    for lane in ("v1", "v2"):
        assert watching.ask(lane, X_Amzn_Trace_Id=root).status == 200
    variables = watching.variables("trace-check") | {"TRACE_SETTLE_SECONDS": "0"}
    with watching.configured("trace-check", Environment={"Variables": variables}):
        found = until(lambda: watching.call("trace-check")["mixed"], "a mixed trace")
    assert root[5:40] in found
    watching.rings("mixed-traces", since=began)


@pytest.mark.causes("watch-silent")
def test_a_watch_that_does_not_run_is_told(watching: Watching) -> None:
    began = time.time()
    with watching.sooner("watch-silent"):
        watching.rings("watch-silent", since=began)
        until(lambda: watching.watched() and "watch-silent" not in watching.on(), "watch-silent over")


@pytest.mark.causes("lease-lapsed")
def test_a_lease_that_ran_out_is_told_and_renewed_by_a_person(watching: Watching, operator: Operator) -> None:
    # Given a publication whose time is over: leases last half an hour at least, so its note of the end is set back
    before = operator.json("status")
    dynamodb, table = watching.stack.client("dynamodb"), watching.outputs["ConfigTable"]
    key = {"pk": {"S": "store"}, "sk": {"N": "0"}}
    kept = dynamodb.get_item(TableName=table, Key=key)["Item"]
    published = json.loads(kept["published"]["S"])
    dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET published = :over, version = version + :one",
        ExpressionAttributeValues={":over": {"S": json.dumps(published | {"until": 1})}, ":one": {"N": "1"}},
    )
    began = time.time()

    watching.rings("lease-lapsed", since=began, meanwhile=lambda: watching.call("sync-scheduled"))

    # Then the schedule does not renew it, and a person does
    assert operator.json("status")["revision"] == before["revision"]
    operator.run("sync", "-m", "looked after")
    store = watching.stack.client("cloudfront-keyvaluestore")
    config = store.get_key(KvsARN=watching.outputs["KeyValueStoreArn"], Key="config")["Value"]
    found = stamped(config)
    assert found
    assert found.until > began


class EdgeCode:
    """The edge functions' code, replaced as a bad deployment would."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._cloudfront = stack.client("cloudfront")

    def put(self, function: str, code: str) -> None:
        """Publish code, and wait until the edge has it."""
        before = self._at_the_edge()
        name = self._name(function)
        described = self._cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
        config = described["FunctionSummary"]["FunctionConfig"]
        self._cloudfront.update_function(
            Name=name, IfMatch=described["ETag"], FunctionConfig=config, FunctionCode=code.encode()
        )
        updated = self._cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
        self._cloudfront.publish_function(Name=name, IfMatch=updated["ETag"])
        until(lambda: self._at_the_edge()[name] != before[name], f"{name} at the edge")

    def code(self, function: str) -> str:
        found: bytes = self._cloudfront.get_function(Name=self._name(function), Stage="LIVE")["FunctionCode"].read()
        return found.decode()

    def _at_the_edge(self) -> Mapping[str, str]:
        versions: dict[str, str] = httpx.get(f"{self._stack.control_url}/state", trust_env=False).json()["functions"]
        return versions

    def _name(self, function: str) -> str:
        return f"graylane-{self._stack.environment}-{function}"

    @contextmanager
    def replaced(self, broken: Mapping[str, str]) -> Iterator[None]:
        good = {function: self.code(function) for function in broken}
        try:
            for function, code in broken.items():
                self.put(function, code)
            yield
        finally:
            for function, code in good.items():
                self.put(function, code)


@pytest.mark.causes(
    *("edge-errors-request-static", "edge-errors-request-api", "edge-errors-response"),
    *("edge-invalid-request-static", "edge-invalid-request-api", "edge-invalid-response"),
    *("edge-throttled-request-static", "edge-throttled-request-api", "edge-throttled-response"),
)
def test_edge_functions_that_fail_are_told(watching: Watching) -> None:
    code, url = EdgeCode(watching.stack), watching.stack.url
    # A response function runs only behind a request function that works.
    rounds = [
        {"request-static": THROWS, "request-api": REFUSED},
        {"request-static": REFUSED, "request-api": NO_CODE},
        {"request-static": NO_CODE, "request-api": THROWS},
        {"response": THROWS},
        {"response": REFUSED},
        {"response": NO_CODE},
    ]
    kinds = {THROWS: ("edge-errors", 503), REFUSED: ("edge-invalid", 502), NO_CODE: ("edge-throttled", 503)}
    for broken in rounds:
        began = time.time()
        with code.replaced(broken):
            for function, text in broken.items():
                assert Viewer().ask(url, PATHS[function]).status == kinds[text][1]
        watching.rings(*(f"{kinds[text][0]}-{function}" for function, text in broken.items()), since=began)
    assert Viewer().ask(url).status == 200


@pytest.mark.causes("edge-slow-request-static", "edge-slow-request-api")
def test_edge_functions_near_their_time_are_told(watching: Watching) -> None:
    code, url = EdgeCode(watching.stack), watching.stack.url
    busy = r"\1 for (var spent = 0; spent < 10000000; spent++) {}"
    names = ("request-static", "request-api")
    slow = {name: re.sub(r"(function handler\(\w+\)\{)", busy, code.code(name)) for name in names}
    began = time.time()
    alarms = [f"edge-slow-{name}" for name in names]
    with watching.sooner(*alarms), code.replaced(slow):

        def ask() -> None:
            assert [Viewer().ask(url, PATHS[name]).status for name in names] == [200, 200]

        watching.rings(*alarms, since=began, meanwhile=ask)
