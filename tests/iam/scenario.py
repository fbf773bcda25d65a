"""A day of an environment, in one process: every function gets its events, the control plane all of its ways.

moto is the account; what it does not have, or would want a container for, is answered here. The calls are recorded.
"""

import importlib
import io
import json
import os
import re
import warnings
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from tests.iam.recording import Answer, Call, Recorder
from tests.iam.resolved import REGION, Environment
from tests.iam.surroundings import environment_variables, forget, healthy_lanes
from tests.support.aws.memory_origins import MemoryApiGateway, MemoryLambda
from tests.support.aws.strict_store import StrictStore
from tests.support.control.world import release
from tests.support.functions.sample_events import CASES, event
from tests.support.release.registrations import registration_text, rest_api

from gray.history.revisions import Revisions

__all__ = ["recorded_day"]

_KEYS = {"identity": "", "newest": "a", "a": "A" * 43}
# A trace that its summary does not clear, so that it is fetched.
_LANES = [{"AnnotationValue": {"StringValue": lane}} for lane in ("v1", "v2")]
_DOUBTFUL = {"Id": "1-1", "Annotations": {"gray_lane": _LANES}}
_OF_THE_STORE = ("DescribeKeyValueStore", "GetKey", "ListKeys", "UpdateKeys")
_OF_THE_GATEWAY = (
    "GetRestApi",
    "GetStage",
    "GetUsagePlan",
    "CreateUsagePlanKey",
    "DeleteUsagePlanKey",
    "UpdateStage",
)
# No HTTP API: the simulator knows no resource of the kind.
_NOBODYS_URL = {
    **{"id": "b", "kind": "function-url", "url": "https://nobodys.lambda-url.us-east-1.on.aws/", "function": "nobodys"},
    **{"paths": ["/b"], "health": "/", "guard": "oac"},
}
_SYNC = ("SyncStreamFunction", "SyncScheduledFunction", "SyncManualFunction")


class _Gateway(MemoryApiGateway):
    """With the stages' variables, by which a kill goes."""

    def __init__(self) -> None:
        super().__init__()
        self.functions: dict[str, str] = {}

    def get_stage(self, *, restApiId: str, stageName: str) -> dict[str, Any]:
        return {
            **super().get_stage(restApiId=restApiId, stageName=stageName),
            "variables": {"function": self.functions.get(restApiId, "own")},
        }

    def update_stage(self, *, restApiId: str, stageName: str, patchOperations: list[dict[str, str]]) -> dict[str, Any]:
        self.functions[restApiId] = patchOperations[0]["value"]
        return {}


class Day:
    """The account and what happens in it."""

    def __init__(self, here: Environment) -> None:
        self.here = here
        self.store, self.gateway = StrictStore(), _Gateway()
        self.recorder = Recorder(self._answers())

    def run(self, health: str) -> list[Call]:
        self.health = health
        with self.recorder.hooked(), mock_aws():
            boto3.setup_default_session(region_name=REGION)
            self._deploy()
            for step in (self._release, self._kill_and_resume, self._functions, self._upkeep, self._lanes_go):
                step()
        boto3.DEFAULT_SESSION = None
        return self.recorder.calls

    def call(self, function: str, given: Any) -> Any:
        """Invokes a function's handler with its own variables and nothing of a former invocation."""
        stack, logical_id = self.here.of(function)
        handler = stack.value(stack.deployment.resources[logical_id]["Properties"]["Handler"])
        module, _, name = handler.rpartition(".")
        variables = {
            **stack.variables(logical_id),
            "GRAY_ORIGIN_URL_TEMPLATE": f"{self.health}/{{host}}",
            "DRIFT_MINUTES": "0",
        }
        context = SimpleNamespace(
            function_name=function,
            memory_limit_in_mb=512,
            invoked_function_arn="arn:aws:lambda:x",
            aws_request_id=f"{function}-{len(self.recorder.calls)}",
            get_remaining_time_in_millis=lambda: 60_000,
        )
        with mock.patch.dict(os.environ, variables), self.recorder.of(function), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Powertools warns of a run that counts nothing
            forget()
            return getattr(importlib.import_module(module), name)(given, context)

    def _answers(self) -> Mapping[str, Answer]:
        answers: dict[str, Answer] = {
            "lambda.Invoke": lambda given: {
                "StatusCode": 200,
                "Payload": io.BytesIO(_answer_of(given["FunctionName"])),
            },
            "lambda.AddPermission": lambda given: {},
            "lambda.RemovePermission": lambda given: {},
            "cloudfront.CreateInvalidation": lambda given: {"Invalidation": {"Id": "I1"}},
            "xray.GetTraceSummaries": lambda given: {"TraceSummaries": [_DOUBTFUL]},
            "xray.BatchGetTraces": lambda given: {"Traces": []},
            "secretsmanager.GetSecretValue": lambda given: {
                "SecretString": json.dumps(_KEYS if "edge-keys" in given["SecretId"] else {"value": "k"})
            },
            "sns.Publish": lambda given: {"MessageId": "1"},
        }
        for service, fake, names in (
            ("cloudfront-keyvaluestore", self.store, _OF_THE_STORE),
            ("apigateway", self.gateway, _OF_THE_GATEWAY),
            ("lambda", MemoryLambda(), ("GetFunctionUrlConfig",)),
        ):
            answers |= {f"{service}.{name}": _asking(fake, name) for name in names}
        return answers

    # what stands before the first invocation

    def _deploy(self) -> None:
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        for stack in self.here.stacks.values():
            for name, one in stack.deployment.resources.items():
                properties = one["Properties"]
                if one["Type"] == "AWS::DynamoDB::Table":
                    keys = {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}
                    dynamodb.create_table(TableName=stack.value({"Ref": name}), **keys)
                if one["Type"] == "AWS::S3::Bucket":
                    bucket = stack.value({"Ref": name})
                    s3.create_bucket(Bucket=bucket)
                    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.gateway.deploy("apiv2", "graylane-dev-api-v2", "live", "usageplanv2")
        for lane in ("v1", "v2"):
            self._register(lane)
        self._site("v2")

    def _register(self, lane: str) -> None:
        stack = self.here.stacks[lane]
        parameter = stack.deployment.resources["LaneParameter"]["Properties"]
        self._put(stack.value(parameter["Name"]), stack.value(parameter["Value"]))

    def _put(self, name: str, value: str) -> None:
        boto3.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def _site(self, lane: str) -> None:
        bucket, s3 = self.here.stacks[""].value({"Ref": "SiteBucket"}), boto3.client("s3")
        s3.put_object(Bucket=bucket, Key=f"{lane}/index.html", Body=b"x")
        files = {f"{lane}/index.html": {"size": 1, "sha256": "0"}}
        manifest = {"lane": lane, "build": "1", "shared": [], "files": files}
        s3.put_object(Bucket=bucket, Key=f"{lane}/.graylane/manifest.json", Body=json.dumps(manifest).encode())

    @property
    def revisions(self) -> Revisions:
        return Revisions(boto3.client("dynamodb"), "graylane-dev-config")

    def _save(self, percent: float | None, **more: Any) -> None:
        self.revisions.save(
            release(percent, **more), author="anna", reason="test", via="cli", base=self.revisions.head()
        )

    # the day

    def _release(self) -> None:
        self._save(20)
        answer = self.call("SyncStreamFunction", {"Records": []})
        assert answer["status"] == "published", answer
        self.call("SyncScheduledFunction", {})

    def _kill_and_resume(self) -> None:
        for function in _SYNC:
            self.revisions.kill(author="anna", reason="test", via="cli")
            self.call(function, {"action": "publish", "id": function, "author": "anna"})
            self.revisions.resume(author="anna", reason="test", via="cli", base=self.revisions.head())
            self.call(function, {"action": "publish", "id": f"{function}2", "author": "anna"})

    def _functions(self) -> None:
        for case in CASES:
            if case.file != "sync-alarm.json":
                self.call(f"{case.lane}:{case.function}".lstrip(":"), event(case, "dev"))
        removed = event(next(case for case in CASES if case.file == "data-copy-stream.json"), "dev")
        for record in removed["Records"]:
            record["eventName"], change = "REMOVE", record["dynamodb"]
            change["OldImage"] = change.pop("NewImage", change.get("OldImage"))
        self.call("v1:DataCopyFunction", removed)

    def _upkeep(self) -> None:
        bucket = self.here.stacks[""].value({"Ref": "EdgeConfigBucket"})
        version = boto3.client("s3").list_object_versions(Bucket=bucket)["Versions"][-1]["VersionId"]
        actions: tuple[dict[str, Any], ...] = (
            {"action": "verify"},
            {"action": "rebuild"},
            {"action": "rebuild", "source": "s3", "version": version},
            {"action": "publish", "invalidate": True},
        )
        for action in actions:
            self.call("SyncManualFunction", {"id": str(action), "author": "anna", **action})
        self._save(5, plan={"lane": "v2", "steps": [5, 50], "every_minutes": 0.0001, "minimum_requests": 0})
        self.call("SyncScheduledFunction", {})
        self.store.tamper({"config": self.store.items["config"] + " "})
        self.call("SyncScheduledFunction", {})

    def _lanes_go(self) -> None:
        ssm = boto3.client("ssm")
        self._put("/gray/dev/lanes/v3", registration_text("v3", rest_api("v3", "nobody")))  # refused
        self._put("/gray/dev/lanes/v4", registration_text("v4", _NOBODYS_URL))  # so is this
        self.call("SyncManualFunction", {"action": "publish", "id": "refused", "author": "anna"})
        for function in _SYNC:
            self._save(None)
            ssm.delete_parameter(Name="/gray/dev/lanes/v2")
            self.call(function, {"action": "publish", "id": f"{function}3", "author": "anna"})
            self._register("v2")
            self.call(function, {"action": "publish", "id": f"{function}4", "author": "anna"})
        self.call("SyncManualFunction", event(CASES[-1], "dev"))


def recorded_day(here: Environment) -> list[Call]:
    """All calls of the day, by function."""
    with environment_variables(), healthy_lanes() as health:
        try:
            return Day(here).run(health)
        finally:
            forget()  # other tests of this process have another environment


def _asking(fake: Any, operation: str) -> Answer:
    method: Callable[..., dict[str, Any]] = getattr(fake, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
    return lambda given: method(**given)


def _answer_of(function: str) -> bytes:
    if "stock" in function:
        return json.dumps({"available": {"kettle": 9, "lamp": 9, "cup": 9}, "hops": []}).encode()
    lines = [{"sku": "kettle", "quantity": 1, "cents": 5450, "in_stock": True}]
    return json.dumps({"lines": lines, "total_cents": 5450, "unknown": [], "hops": []}).encode()
