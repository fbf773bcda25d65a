"""What the platform has to keep, asked from outside: nobody gets around CloudFront, which does what we rely on.

All of it runs against a deployed environment (`make verify ENV=...`); what an emulator can answer runs here too.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.stack.deployed import DeployedStack
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer

from graylocal.stack import LocalStack

pytestmark = pytest.mark.verify

EVENTS = Path(__file__).parents[2] / "events"
EDGE_FUNCTIONS = {
    "request-static": "edge-request-static",
    "request-api": "edge-request-api",
    "response": "edge-response",
}
# CloudFront's own scale: 100 is when it stops a function.
MOST_COMPUTE = 80
# An hour of metrics and a few minutes until they are there.
LATE = 600.0
Stack = LocalStack | DeployedStack
# Whether there is a real CloudFront to ask; elsewhere these cases are not even collected.
REAL = bool(os.environ.get("GRAYLANE_VERIFY"))


def api_url(stack: Stack, lane: str) -> str:
    """A lane's API as anybody would call it who has found its name."""
    ssm = stack.client("ssm")
    registered = json.loads(ssm.get_parameter(Name=f"/gray/{stack.environment}/lanes/{lane}")["Parameter"]["Value"])
    api = registered["origins"][0]["api"]
    if _local(stack):
        return f"{ssm.meta.endpoint_url}/restapis/{api}/live/_user_request_/api/health"
    return f"https://{api}.execute-api.{ssm.meta.region_name}.amazonaws.com/live/api/health"


@pytest.mark.parametrize("lane", ["v1", "v2"])
@pytest.mark.parametrize("key", [None, "guessed-and-wrong"])
def test_around_cloudfront_no_api_answers(stack: Stack, lane: str, key: str | None) -> None:
    answer = httpx.get(api_url(stack, lane), headers={"x-api-key": key} if key else {}, timeout=30)
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("path", ["v1/index.html", "v2/.graylane/manifest.json", ""])
def test_around_cloudfront_no_file_is_read(stack: Stack, path: str) -> None:
    s3, bucket = stack.client("s3"), stack.outputs()["SiteBucket"]
    local = f"{s3.meta.endpoint_url}/{bucket}/{path}"
    url = local if _local(stack) else f"https://{bucket}.s3.{s3.meta.region_name}.amazonaws.com/{path}"
    assert httpx.get(url, timeout=30).status_code == 403


def test_a_missing_file_is_404_and_nobody_elses(stack: Stack, operator: Operator) -> None:
    """403 would mean that the distribution may not list: a missing file and a forbidden one must differ."""
    for _ in range(2):
        answer = Viewer(headers={"accept": "*/*"}).ask(stack.url, "/nothing-here.js")
        assert answer.status == 404
        assert "age" not in answer.headers


def test_a_document_is_asked_for_again_and_marked(stack: Stack, operator: Operator) -> None:
    answer = Viewer().ask(stack.url)
    assert (answer.status, answer.lane) == (200, "v1")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "__Host-gray=" in answer.headers["set-cookie"]


if REAL:

    @pytest.mark.parametrize("function", EDGE_FUNCTIONS)
    def test_cloudfront_itself_runs_each_function_in_time(stack: DeployedStack, function: str) -> None:
        cloudfront, name = _real(stack).client("cloudfront"), f"graylane-{stack.environment}-{function}"
        event = (EVENTS / f"{EDGE_FUNCTIONS[function]}.json").read_bytes()
        etag = cloudfront.describe_function(Name=name, Stage="LIVE")["ETag"]
        result = cloudfront.test_function(Name=name, IfMatch=etag, Stage="LIVE", EventObject=event)["TestResult"]
        assert not result.get("FunctionErrorMessage")
        assert int(result["ComputeUtilization"]) < MOST_COMPUTE

    def test_the_store_takes_our_signature(stack: DeployedStack) -> None:
        """SigV4A, which the emulator does not check."""
        store = _real(stack).client("cloudfront-keyvaluestore")
        assert store.describe_key_value_store(KvsARN=stack.outputs()["KeyValueStoreArn"])["ETag"]

    def test_cloudfronts_metrics_are_where_the_alarms_look(stack: DeployedStack) -> None:
        cloudwatch = _real(stack).client("cloudwatch")
        dimensions = [
            {"Name": "FunctionName", "Value": f"graylane-{stack.environment}-request-static"},
            {"Name": "Region", "Value": "Global"},
        ]
        Viewer().ask(stack.url)
        end = time.monotonic() + LATE
        while not cloudwatch.list_metrics(
            Namespace="AWS/CloudFront", MetricName="FunctionInvocations", Dimensions=dimensions
        )["Metrics"]:
            assert time.monotonic() < end, f"no FunctionInvocations in {cloudwatch.meta.region_name} after {LATE} s"
            time.sleep(10)

    def test_the_service_map_shows_the_lanes(stack: DeployedStack, operator: Operator) -> None:
        operator.run("ramp", "100", "--yes")
        viewer = Viewer()
        assert viewer.ask(stack.url).lane == "v2"
        viewer.ask(stack.url, "/api/orders", accept="application/json")
        xray, end = _real(stack).client("xray"), time.monotonic() + LATE
        wanted = f"graylane-{stack.environment}-api-v2"

        def names() -> set[str]:
            graph = xray.get_service_graph(StartTime=time.time() - 900, EndTime=time.time())
            return {service["Name"] for service in graph["Services"]}

        while not any(name.startswith(wanted) for name in names()):
            assert time.monotonic() < end, f"{wanted} is not in the service map after {LATE} s"
            time.sleep(10)


def _local(stack: Stack) -> bool:
    return stack.local if isinstance(stack, DeployedStack) else True


def _real(stack: Any) -> DeployedStack:
    if _local(stack):
        pytest.skip("an emulator cannot show this")
    assert isinstance(stack, DeployedStack)
    return stack
