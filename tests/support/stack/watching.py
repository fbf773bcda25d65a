"""Faults to bring into a deployed lane, the watch's clock, and alarms seen."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.support.stack.viewers import Answer, Viewer, request
from tests.support.stack.waiting import until

from graylocal.sam_local import artifact
from graylocal.stack import LocalStack

ORDER = json.dumps({"customer": "Ada", "items": [{"sku": "lamp", "quantity": 1}]}).encode()
JSON = {"accept": "application/json", "content-type": "application/json"}
# What an alarm is put again with, when its period is shortened.
_ALARM_SETTINGS = (
    *("AlarmName", "AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "Period"),
    *("EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold", "TreatMissingData"),
    *("AlarmActions", "OKActions"),
)


class Watching:
    """One deployed stack, with a time that runs as fast as a test wants: it calls what the schedules call."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.outputs = stack.outputs()
        self.cloudwatch = stack.client("cloudwatch")
        self.functions = stack.client("lambda")
        self.prefix = f"graylane-{stack.environment}-"
        secret = stack.client("secretsmanager").get_secret_value(SecretId=f"graylane/{stack.environment}/api-key")
        self._key = json.loads(secret["SecretString"])["value"]
        self._apis = {lane: stack.outputs(f"graylane-{stack.environment}-{lane}")["ApiId"] for lane in ("v1", "v2")}

    # time

    def call(self, function: str, event: Any = None) -> Any:
        """Invoke a function by the end of its name; returns what it answered."""
        answer = self.functions.invoke(FunctionName=self.prefix + function, Payload=json.dumps(event or {}).encode())
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def watched(self) -> dict[str, float]:
        """A minute of the watch function's schedule."""
        found: dict[str, float] = self.call("watch")
        return found

    # requests

    def ask(self, lane: str, path: str = "/api/orders", method: str = "GET", **headers: str) -> Answer:
        """A request straight to a lane's API, as the edge sends it."""
        sent = {**JSON, "x-api-key": self._key, "x-gray-version": lane}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/restapis/{self._apis[lane]}/live/_user_request_{path}"
        return request(self.stack.endpoint, method, path, sent, ORDER if method == "POST" else None)

    def viewer(self, lane: str) -> Viewer:
        """A viewer whom the release puts into this lane."""

        def found() -> Viewer | None:
            viewer = Viewer()
            return viewer if viewer.ask(self.stack.url).lane == lane else None

        return until(found, f"a viewer in {lane}")

    def order(self, viewer: Viewer, method: str = "GET") -> Answer:
        """A request for orders through the edge, or (POST) an order placed."""
        return viewer.ask(self.stack.url, "/api/orders", method, ORDER if method == "POST" else None, **JSON)

    # faults

    @contextmanager
    def refused(self, *functions: str) -> Iterator[None]:
        """Lambda refuses every call of these functions, as when their concurrency is used up."""
        before = {name: self._concurrency(name) for name in functions}
        for name in functions:
            self.functions.put_function_concurrency(FunctionName=self.prefix + name, ReservedConcurrentExecutions=0)
        try:
            yield
        finally:
            for name, bound in before.items():
                if bound is None:
                    self.functions.delete_function_concurrency(FunctionName=self.prefix + name)
                else:
                    self.functions.put_function_concurrency(
                        FunctionName=self.prefix + name, ReservedConcurrentExecutions=bound
                    )

    def _concurrency(self, function: str) -> int | None:
        answer = self.functions.get_function_concurrency(FunctionName=self.prefix + function)
        found: int | None = answer.get("ReservedConcurrentExecutions")
        return found

    def variables(self, function: str) -> dict[str, str]:
        """The environment variables of a function."""
        found = self.functions.get_function_configuration(FunctionName=self.prefix + function)
        return dict(found["Environment"]["Variables"])

    @contextmanager
    def configured(self, function: str, **changes: Any) -> Iterator[None]:
        """Another configuration of a function, e.g. a `Handler` that is not there: it then fails on import."""
        name = self.prefix + function
        before = self.functions.get_function_configuration(FunctionName=name)
        kept = {key: before[key] for key in changes}
        self.functions.update_function_configuration(FunctionName=name, **changes)
        try:
            yield
        finally:
            self.functions.update_function_configuration(FunctionName=name, **kept)

    @contextmanager
    def replaced(self, function: str, lane: str, resource: str, files: Mapping[str, str]) -> Iterator[None]:
        """Other code of a function, given as files; what `sam build` made of `resource` comes back in the end."""
        name = self.prefix + function
        built = artifact(f"{self.stack.environment}-{lane}") / resource
        self.functions.update_function_code(FunctionName=name, ZipFile=_packed(files))
        try:
            yield
        finally:
            original = {str(path.relative_to(built)): path.read_bytes() for path in built.rglob("*") if path.is_file()}
            self.functions.update_function_code(FunctionName=name, ZipFile=_packed(original))

    # alarms

    def rung(self, since: float) -> set[str]:
        """The alarms that went to ALARM since (Unix seconds), by their names without the environment."""
        pages = self.cloudwatch.get_paginator("describe_alarm_history").paginate(
            HistoryItemType="StateUpdate", StartDate=datetime.fromtimestamp(since, UTC)
        )
        items = [item for page in pages for item in page["AlarmHistoryItems"]]
        return {
            item["AlarmName"].removeprefix(self.prefix) for item in items if item["HistorySummary"].endswith("to ALARM")
        }

    def rings(self, *alarms: str, since: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Waits until each of these has gone to ALARM, doing something meanwhile."""

        def all_rung() -> bool:
            meanwhile()
            return set(alarms) <= self.rung(since)

        until(all_rung, f"alarms {', '.join(alarms)}")

    def on(self) -> list[str]:
        """The alarms that are in ALARM now."""
        pages = self.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=self.prefix, StateValue="ALARM"
        )
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return [alarm["AlarmName"].removeprefix(self.prefix) for alarm in found if alarm["StateValue"] == "ALARM"]

    def calm(self) -> None:
        """Waits until no alarm is on; what lies in a dead-letter queue is thrown away."""
        sqs = self.stack.client("sqs")
        for url in sqs.list_queues(QueueNamePrefix=self.prefix).get("QueueUrls", []):
            sqs.purge_queue(QueueUrl=url)
        self.call("sync-scheduled")

        def quiet() -> bool:
            self.watched()
            return not self.on()

        until(quiet, f"no alarm on, but {self.on()}", 120)

    @contextmanager
    def sooner(self, *alarms: str) -> Iterator[None]:
        """The alarms as deployed, but on a minute instead of their five."""
        names = [self.prefix + alarm for alarm in alarms]
        found = self.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
        kept = [{key: alarm[key] for key in _ALARM_SETTINGS if key in alarm} for alarm in found]
        for alarm in kept:
            self.cloudwatch.put_metric_alarm(**alarm | {"Period": 60})
        try:
            yield
        finally:
            for alarm in kept:
                self.cloudwatch.put_metric_alarm(**alarm)


def _packed(files: Mapping[str, str | bytes]) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return package.getvalue()
