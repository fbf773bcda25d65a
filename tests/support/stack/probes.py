"""Short scenarios that need the functions' permissions: each fails when one that it needs is missing."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.support.stack.deployed import DeployedStack
from tests.support.stack.viewers import Viewer

from gray.edge.config import stamped
from graylocal.stack import LocalStack

EVENTS = Path(__file__).parents[3] / "events"
ORDER = {"customer": "Ada", "items": [{"sku": "lamp", "quantity": 2}]}


class Probes:
    """The scenarios, in one environment. `lane` is whose functions are asked, where each lane has them.

    `patience` (seconds) is for what comes by itself.
    """

    def __init__(self, stack: LocalStack | DeployedStack, lane: str) -> None:
        self._stack, self._lane = stack, lane
        self._lambda, self._logs = stack.client("lambda"), stack.client("logs")
        self._ssm, self._dynamodb, self._s3 = stack.client("ssm"), stack.client("dynamodb"), stack.client("s3")
        self._outputs = stack.outputs()
        self._prefix = f"graylane-{stack.environment}"
        secret = stack.client("secretsmanager").get_secret_value(SecretId=f"graylane/{stack.environment}/api-key")
        self._key = json.loads(secret["SecretString"])["value"]
        self.patience = 90.0

    # the lanes

    def orders(self, lane: str = "") -> None:
        """An order is listed, priced, placed, announced and fulfilled, each service serving its lane."""
        lane = lane or self._lane
        placed = self._ask(lane, "POST", ORDER)
        hops = {(hop["service"], hop["served"]) for hop in placed["hops"]}
        assert hops == {("api", lane), ("pricing", "shared"), ("stock", lane)}, hops
        number = placed["order"]["id"]

        def fulfilled() -> bool:
            listed = {order["id"]: order for order in self._ask(lane, "GET")["orders"]}
            return bool(listed[number]["status"] == "fulfilled")

        self._until(fulfilled, f"order {number} fulfilled")

    def api_knows_lanes(self) -> None:
        """As `knows_lanes`, the API of the lane."""
        self.knows_lanes(f"api-{self._lane}", f"api-{self._lane}-create")

    def knows_lanes(self, function: str, event: str) -> None:
        """A function that has just started reads the registrations; that it cannot is in its log only, by design."""
        name = f"{self._prefix}-{function}"
        since = int(time.time() * 1000)
        self._start_anew(name)
        self._invoke(name, json.loads((EVENTS / f"{event}.json").read_text(encoding="utf-8")))
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{name}", startTime=since
        )
        lines = [each["message"] for page in pages for each in page["events"]]
        assert any("START" in line for line in lines)
        assert not [line for line in lines if "AccessDenied" in line or "not authorized" in line]

    def copies(self) -> None:
        """Stable's orders reach gray's table: the old by the backfill, a new one by the stream."""
        answer = self._invoke(f"{self._prefix}-data-copy", {"action": "backfill", "lane": "v2"})
        assert answer["copied"] + answer["kept"] >= 0
        number = self._ask("v1", "POST", ORDER)["order"]["id"]
        key = {"pk": {"S": "order"}, "sk": {"S": number}}
        self._until(
            lambda: "Item" in self._dynamodb.get_item(TableName=f"{self._prefix}-orders-v2", Key=key),
            f"order {number} in gray's table",
        )

    def site(self) -> None:
        """The distribution reads the bucket, and may tell a missing file from a forbidden one."""
        assert self._site_answers() == (200, 404)

    # the control plane

    def publish(self) -> None:
        """By hand: preflight with all files, store, S3, parameter, event, invalidation, comparison."""
        answer = self._by_hand("publish", invalidate=True)
        assert (answer["status"], answer["errors"]) == ("published", []), answer
        record = self._by_hand("verify")
        assert record["drift"] == [], record

    def kill_and_resume(self) -> None:
        """The kill switches gray's API to stable's function, and what follows switches it back."""
        assert self._by_hand("kill")["errors"] == []
        stage = {"restApiId": self._registration("v2")["origins"][0]["api"], "stageName": "live"}
        switched = self._stack.client("apigateway").get_stage(**stage)["variables"]["function"]
        try:
            assert switched == f"{self._prefix}-api-v1", switched
        finally:
            self._resume()

    def adopt(self) -> None:
        """A lane that goes is let go, with its key; one that comes is adopted."""
        name = f"/gray/{self._stack.environment}/lanes/v2"
        registration = self._ssm.get_parameter(Name=name)["Parameter"]["Value"]
        self._ssm.delete_parameter(Name=name)
        try:
            self._scheduled()
            assert self._lane_status() == "gone"
        finally:
            self._ssm.put_parameter(Name=name, Value=registration, Type="String", Overwrite=True)
        self._scheduled()
        assert self._lane_status() == "adopted"
        assert self._ask("v2", "GET")["lane"] == "v2"

    def rebuild_from_an_older_version(self) -> None:
        """The set in S3 as it was before."""
        bucket = self._outputs["EdgeConfigBucket"]
        versions = self._s3.list_object_versions(Bucket=bucket, Prefix="edge-config.json")["Versions"]
        older = versions[-1]["VersionId"] if len(versions) > 1 else versions[0]["VersionId"]
        answer = self._by_hand("rebuild", source="s3", version=older)
        assert answer["status"] == "published", answer
        self.publish()

    def follow_plan(self) -> None:
        """The ramp plan looks at the alarms before it steps."""
        assert self._scheduled()["plan"] not in (None, "invalid")

    # watching

    def watch(self) -> None:
        """Figures are read, the trial is kept, the findings are published."""
        assert "WatchRuns" in str(self._invoke(f"{self._prefix}-watch", {}))

    def check_traces(self) -> None:
        """What was found becomes a metric."""
        assert "checked" in self._invoke(f"{self._prefix}-trace-check", {})

    def recover(self) -> None:
        """What a scenario that failed half-way has left: a killed release, a lane that is not adopted.

        The edge learns of a bucket's policy after a moment, here as on AWS.
        """
        self._until(lambda: self._site_answers() == (200, 404), "the site")
        if self._head()["state"]["S"] == "killed":
            self._resume()
        self._scheduled()
        if self._lane_status() != "adopted":
            self._by_hand("publish")
        assert self._lane_status() == "adopted"

    # how

    def _ask(self, lane: str, method: str, document: Any = None) -> Any:
        api, ssm = self._registration(lane)["origins"][0]["api"], self._ssm
        url = f"{ssm.meta.endpoint_url}/restapis/{api}/live/_user_request_/api/orders"
        headers = {"x-api-key": self._key, "x-gray-version": lane, "baggage": f"gray.version={lane}"}
        answers: list[httpx.Response] = []

        def answered() -> bool:
            # 503 says "retry-after": a service behind that has just been started may be too slow for its caller
            answers.append(httpx.request(method, url, json=document, headers=headers, timeout=30))
            return answers[-1].status_code != 503

        self._until(answered, f"{method} of {lane} answered")
        assert answers[-1].status_code in (200, 201), answers[-1].text
        return answers[-1].json()

    def _registration(self, lane: str) -> Any:
        name = f"/gray/{self._stack.environment}/lanes/{lane}"
        return json.loads(self._ssm.get_parameter(Name=name)["Parameter"]["Value"])

    def _invoke(self, function: str, event: Any) -> Any:
        answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def _by_hand(self, action: str, **more: Any) -> Any:
        event = {"action": action, "id": f"probe-{time.time_ns()}", "author": "probe", "reason": "probe", **more}
        (answer,) = self._invoke(self._outputs["ManualSyncFunction"], event)["answers"]
        return answer

    def _scheduled(self) -> Any:
        return self._invoke(self._outputs["ScheduledSyncFunction"], {})

    def _resume(self) -> None:
        from gray.history.revisions import Revisions

        revisions = Revisions(self._dynamodb, self._outputs["ConfigTable"])
        revisions.resume(author="probe", reason="probe", via="cli", base=revisions.head())
        head = revisions.head()
        assert head
        self._until(lambda: self._published() >= head.revision, f"revision {head.revision} published")

    def _published(self) -> int:
        store = self._stack.client("cloudfront-keyvaluestore")
        found = stamped(store.get_key(KvsARN=self._outputs["KeyValueStoreArn"], Key="config")["Value"])
        return found.revision if found else 0

    def _head(self) -> Any:
        key = {"pk": {"S": "head"}, "sk": {"N": "0"}}
        return self._dynamodb.get_item(TableName=self._outputs["ConfigTable"], Key=key, ConsistentRead=True)["Item"]

    def _lane_status(self) -> str:
        key = {"pk": {"S": "lane"}, "sk": {"N": "2"}}
        item = self._dynamodb.get_item(TableName=self._outputs["ConfigTable"], Key=key)["Item"]
        return str(item["status"]["S"])

    def _start_anew(self, function: str) -> None:
        """Changing a function's configuration ends its warm processes."""
        self._lambda.update_function_configuration(FunctionName=function, Description=f"started anew {time.time_ns()}")

    def _site_answers(self) -> tuple[int, int]:
        """To a document that no cache has, and to a file that is not there."""
        self._stack.client("cloudfront").create_invalidation(
            DistributionId=self._outputs["DistributionId"],
            InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
        )
        missing = Viewer().ask(self._stack.url, f"/nothing-{time.time_ns()}.js").status
        return Viewer().ask(self._stack.url, "/index.html").status, missing

    def _until(self, seen: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + self.patience
        while not seen():
            assert time.monotonic() < end, f"not within {self.patience} s: {what}"
            time.sleep(0.2)
