"""A deployed control plane past its command line: its table, its store and its alarms."""

import json
from contextlib import AbstractContextManager
from typing import Any

from tests.support.stack.waiting import until
from tests.support.stack.watching import Watching

from gray.dynamodb_values import to_item
from gray.edge.config import Stamp, stamped
from graylocal.stack import LocalStack

__all__ = ["PATIENCE", "Control"]

PATIENCE = 60.0


class Control:
    """What an operator with AWS's console sees and does. It waits a minute for what comes by itself."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.outputs = stack.outputs()
        self.table = self.outputs["ConfigTable"]
        self.dynamodb = stack.client("dynamodb")
        self.store = stack.client("cloudfront-keyvaluestore")
        self.arn = self.outputs["KeyValueStoreArn"]

    def config(self) -> str:
        return str(self.store.get_key(KvsARN=self.arn, Key="config")["Value"])

    def stamp(self) -> Stamp:
        found = stamped(self.config())
        assert found
        return found

    def tamper(self, key: str, value: str) -> None:
        etag = self.store.describe_key_value_store(KvsARN=self.arn)["ETag"]
        self.store.put_key(KvsARN=self.arn, Key=key, Value=value, IfMatch=etag)

    def empty(self) -> None:
        """Somebody has deleted every key of the store."""
        keys = [item["Key"] for item in self.store.list_keys(KvsARN=self.arn)["Items"]]
        etag = self.store.describe_key_value_store(KvsARN=self.arn)["ETag"]
        self.store.update_keys(KvsARN=self.arn, IfMatch=etag, Deletes=[{"Key": key} for key in keys])

    def scheduled(self) -> Any:
        """The scheduled function, at once."""
        answer = self.stack.client("lambda").invoke(FunctionName=self.outputs["ScheduledSyncFunction"])
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def head(self) -> int:
        item = self.dynamodb.get_item(TableName=self.table, Key={"pk": {"S": "head"}, "sk": {"N": "0"}})["Item"]
        return int(item["revision"]["N"])

    def write_by_hand(self, number: int, release: str) -> None:
        """A revision and HEAD, past every check."""
        values: Any = {"pk": "revision", "sk": number, "epoch": 99, "state": "active", "release": release}
        self.dynamodb.put_item(TableName=self.table, Item=to_item(values))
        head: Any = {"pk": "head", "sk": 0, "revision": number, "epoch": 99, "state": "active"}
        self.dynamodb.put_item(TableName=self.table, Item=to_item(head))

    def drift_is_due(self) -> None:
        self.dynamodb.update_item(
            TableName=self.table,
            Key={"pk": {"S": "store"}, "sk": {"N": "0"}},
            UpdateExpression="SET checked_at = :zero, version = version + :one",
            ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}},
        )

    def sooner(self, name: str) -> AbstractContextManager[None]:
        """The alarm as deployed, but on a minute instead of its quarter of an hour."""
        return Watching(self.stack).sooner(name)

    def alarm_goes(self, name: str, state: str = "ALARM", patience: float = PATIENCE) -> None:
        cloudwatch = self.stack.client("cloudwatch")
        full = f"graylane-{self.stack.environment}-{name}"

        def seen() -> bool:
            (alarm,) = cloudwatch.describe_alarms(AlarmNames=[full])["MetricAlarms"]
            return bool(alarm["StateValue"] == state)

        until(seen, f"alarm {full} {state}", patience)
