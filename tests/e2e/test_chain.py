"""The whole chain over HTTP: viewer, edge, lane, downstream; and configuration, sync, store, edge."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import COOKIE, Answer, Viewer, everybody, share
from tests.support.stack.waiting import eventually

from graylocal.stack import LocalStack

ORDER = {"customer": "Ada", "items": [{"sku": "lamp", "quantity": 2}]}
# 10,000 in the night and on AWS. Each is looked at by itself, so it is not their number that proves the split.
VIEWERS = int(os.environ.get("CHAIN_VIEWERS", "10000" if "GRAYLANE_VERIFY" in os.environ else "2000"))


def gray_viewer(url: str) -> Viewer:
    """A viewer whose cookie says v2; some of the release's viewers must be in gray."""
    for _ in range(200):
        viewer = Viewer()
        if viewer.ask(url).lane == "v2":
            return viewer
    raise AssertionError("nobody of 200 got into gray")


def api(viewer: Viewer, url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    return viewer.ask(url, "/api/orders", method, body, accept="application/json", **headers)


def post(viewer: Viewer, url: str, document: Any) -> Answer:
    return api(viewer, url, "POST", json.dumps(document).encode(), content_type="application/json")


@pytest.mark.verify
def test_before_a_rule_everybody_gets_stable(stack: LocalStack, operator: Operator) -> None:
    answers = everybody([Viewer() for _ in range(200)], lambda viewer: viewer.ask(stack.url))
    assert share(answers, "v1") == 1
    assert all(answer.status == 200 and b"v1" in answer.body for answer in answers)


def chosen(viewers: Sequence[Viewer], salt: str, percent: int) -> list[str]:
    """The lane of each, by the bucket of the id in its cookie: of so many percent in gray, whoever asks."""

    def bucket(viewer: Viewer) -> int:
        identity = viewer.cookies[COOKIE].split(".")[0]
        return int.from_bytes(hashlib.sha256(f"{salt}:{identity}".encode()).digest()[:4]) * 10_000 >> 32

    return ["v2" if bucket(viewer) < percent * 100 else "v1" for viewer in viewers]


@pytest.mark.verify
def test_thousands_of_viewers_through_ramp_and_kill(stack: LocalStack, operator: Operator) -> None:
    operator.run("ramp", "20", "--yes")
    salt = yaml.safe_load(operator.run("export").stdout)["salt"]
    viewers = [Viewer() for _ in range(VIEWERS)]
    answers = everybody(viewers, lambda viewer: viewer.ask(stack.url))
    assert {answer.status for answer in answers} == {200}
    assert [answer.lane for answer in answers] == chosen(viewers, salt, 20)
    # Each lane is that of its bucket, and buckets are even (tests/edge/test_hashes.py): here five deviations are asked.
    assert share(answers, "v2") == pytest.approx(0.20, abs=5 * (0.2 * 0.8 / VIEWERS) ** 0.5)
    gray = [viewer for viewer, answer in zip(viewers, answers, strict=True) if answer.lane == "v2"]
    again = everybody(gray[:200], lambda viewer: api(viewer, stack.url))
    assert {(answer.status, answer.lane) for answer in again} == {(200, "v2")}

    operator.run("ramp", "35", "--yes")
    everyone = everybody(viewers, lambda viewer: viewer.ask(stack.url))
    assert [answer.lane for answer in everyone] == chosen(viewers, salt, 35)
    assert {later.lane for answer, later in zip(answers, everyone, strict=True) if answer.lane == "v2"} == {"v2"}

    ids = [viewer.cookies[COOKIE].split(".")[0] for viewer in gray]
    operator.run("kill")
    eventually(lambda: Viewer(dict(gray[0].cookies)).ask(stack.url).lane, lambda lane: lane == "v1")
    killed = everybody(viewers, lambda viewer: viewer.ask(stack.url))
    assert share(killed, "v1") == 1
    assert [viewer.cookies[COOKIE].split(".")[0] for viewer in gray] == ids
    assert share(everybody(gray[:50], lambda viewer: api(viewer, stack.url)), "v1") == 1


@pytest.mark.verify
def test_both_lanes_create_and_list_orders_of_their_own(stack: LocalStack, operator: Operator) -> None:
    operator.run("ramp", "50", "--yes")
    gray = gray_viewer(stack.url)
    made = post(gray, stack.url, ORDER)
    assert made.status == 201, made.body
    placed = json.loads(made.body)
    assert placed["lane"] == "v2"
    assert {(each["service"], each["served"]) for each in placed["hops"]} >= {("api", "v2"), ("stock", "v2")}
    assert all(each["carried"] == "v2" for each in placed["hops"])
    number = placed["order"]["id"]
    listed = json.loads(api(gray, stack.url).body)["orders"]
    assert number in [each["id"] for each in listed]


@pytest.mark.verify
@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"not json", "body"),
        (b"", "body"),
        (json.dumps({"customer": "Ada"}).encode(), "items"),
        (json.dumps({"customer": "", "items": [{"sku": "lamp", "quantity": 1}]}).encode(), "customer"),
        (json.dumps({"customer": "A", "items": [{"sku": "lamp", "quantity": 0}]}).encode(), "items.0.quantity"),
    ],
)
def test_a_bad_order_is_refused_with_its_field_and_not_stored(
    stack: LocalStack, operator: Operator, body: bytes, field: str
) -> None:
    viewer = Viewer()
    viewer.ask(stack.url)
    before = json.loads(api(viewer, stack.url).body)["orders"]
    answer = api(viewer, stack.url, "POST", body, content_type="application/json")
    assert 400 <= answer.status < 500
    assert field in [each["field"] for each in json.loads(answer.body)["errors"]]
    assert answer.headers["x-gray-version"] == "v1"
    assert json.loads(api(viewer, stack.url).body)["orders"] == before


@pytest.mark.verify
@pytest.mark.parametrize("path", ["/api/orders", "/api/health"])
def test_head_and_options_are_answered_as_the_api_answers(stack: LocalStack, operator: Operator, path: str) -> None:
    operator.run("ramp", "50", "--yes")
    for viewer, lane in ((gray_viewer(stack.url), "v2"), (Viewer(), "v1")):
        viewer.ask(stack.url)
        got, head, options = (viewer.ask(stack.url, path, method) for method in ("GET", "HEAD", "OPTIONS"))
        assert (got.status, head.status, options.status) == (200, 200, 204)
        assert head.body == options.body == b""
        assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["allow"].split(", "))
        if lane == "v2":
            assert (got.lane, head.lane, options.lane) == ("v2", "v2", "v2")


FORGED = f"{secrets.token_urlsafe(16)}.v2.999.9999999999.a.{'A' * 22}"


@pytest.mark.verify
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"cookie": f"{COOKIE}=garbage"}),
        ("/", {"cookie": f"{COOKIE}={'%00' * 400}"}),
        ("/", {"cookie": ";;;=;" * 100}),
        ("/", {"cookie": f"{COOKIE}={FORGED}"}),
        ("/", {"cookie": f"{COOKIE}={FORGED}; {COOKIE}={FORGED}"}),
        ("/", {"x-gray-version": "v2", "x-gray-reason": "mine", "x-gray-cookie": "x;1"}),
        ("/api/orders", {"x-gray-version": "v2", "baggage": "gray.version=v2", "x-gray-pin": "v2"}),
        ("/api/orders", {"x-api-key": "mine", "traceparent": "00-1-2-01", "x-amzn-trace-id": "Root=mine"}),
        ("/?q=" + "a" * 7_000, {}),
        ("/api/orders?q=" + "a" * 7_000, {}),
        ("/%2e%2e/%2e%2e/v2/index.html", {}),
        ("/../v2/index.html", {}),
        ("/a%00b", {}),
        ("//v2/index.html", {}),
        ("/%c0%ae/x", {}),
        ("/%zz", {}),
        ("/%5cv2", {}),
        ("/v2/index.html", {}),
        ("/api/%2e%2e/v2/index.html", {}),
    ],
)
def test_hostile_requests_get_stable_or_4xx(
    stack: LocalStack, operator: Operator, path: str, headers: dict[str, str]
) -> None:
    answer = Viewer(headers=headers).ask(stack.url, path)
    assert answer.status < 500, answer.body
    assert answer.lane in ("v1", None)
    if answer.status < 400:
        assert answer.lane == "v1"


@pytest.fixture(scope="module")
def in_gray(stack: LocalStack, project: Path) -> Operator:
    """An operator who has led everybody to gray, for tests that leave the release as it is."""
    operator = Operator(project, stack.environment)
    operator.fresh()
    operator.run("ramp", "100", "--yes")
    return operator


@pytest.mark.parametrize(
    "value", [None, "", "garbage", "2|1|2|3", "9a|1|1|1|9999999999||,v2:1.2::x:a/live,|a|b|r||0|salt1234|| js |\n[];"]
)
def test_an_unreadable_store_gives_everybody_stable(stack: LocalStack, in_gray: Operator, value: str | None) -> None:
    gray = gray_viewer(stack.url)
    store, arn = stack.client("cloudfront-keyvaluestore"), stack.outputs()["KeyValueStoreArn"]
    etag = store.describe_key_value_store(KvsARN=arn)["ETag"]
    if value is None:
        store.delete_key(KvsARN=arn, Key="config", IfMatch=etag)
    else:
        store.put_key(KvsARN=arn, Key="config", Value=value or " ", IfMatch=etag)
    try:
        seen = eventually(lambda: Viewer().ask(stack.url), lambda answer: answer.lane == "v1")
        assert seen.status == 200
        page, orders = gray.ask(stack.url), api(gray, stack.url)
        assert [(each.status, each.lane) for each in (page, orders)] == [(200, "v1"), (200, "v1")]
    finally:
        in_gray.run("rebuild", "--yes")


@pytest.mark.verify
def test_one_trace_runs_through_api_pricing_stock_and_consumer(stack: LocalStack, operator: Operator) -> None:
    operator.run("ramp", "50", "--yes")
    gray = gray_viewer(stack.url)
    xray, began = stack.client("xray"), time.time()
    prefix = f"graylane-{stack.environment}"
    wanted = {f"{prefix}-{service}" for service in ("api-v2", "pricing", "stock-v2", "fulfilment-v2")}

    def traces() -> list[Any]:
        # Another order each time: X-Ray takes down a sample of the requests, and the edge lets nobody ask for a trace.
        made = post(gray, stack.url, ORDER)
        assert made.status == 201, made.body
        asked = {"StartTime": began - 1, "EndTime": time.time() + 1, "FilterExpression": 'annotation.gray_lane = "v2"'}
        return list(xray.get_trace_summaries(**asked)["TraceSummaries"])

    def complete(summaries: list[Any]) -> bool:
        return any(wanted <= {each["Name"] for each in one["ServiceIds"]} for one in summaries)

    trace = next(one for one in eventually(traces, complete, 90, pause=1) if complete([one]))
    assert f"{prefix}-api-v2/live" in {each["Name"] for each in trace["ServiceIds"]}
    lanes = [each["AnnotationValue"]["StringValue"] for each in trace["Annotations"]["gray_lane"]]
    assert lanes == ["v2"]
    documents = xray.batch_get_traces(TraceIds=[trace["Id"]])["Traces"][0]["Segments"]
    assert annotated_services([json.loads(each["Document"]) for each in documents]) >= wanted


def annotated_services(documents: list[Any]) -> set[str]:
    """The functions whose handler wrote the lane: its subsegment hangs below the function's segment."""
    functions = {each["id"]: each["name"] for each in documents if each.get("origin") == "AWS::Lambda::Function"}
    return {
        functions[each["parent_id"]]
        for each in documents
        if each.get("parent_id") in functions and "gray_lane" in (each.get("annotations") or {})
    }
