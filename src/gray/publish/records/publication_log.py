"""The sequence of publications, and a record of each: what, when, by what trigger, at what cost."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from gray.dynamodb_values import Plain, known_values, readable_of_item, to_item, to_value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["FAILED", "PUBLISHED", "REFUSED", "RUNNING", "SKIPPED", "SUPERSEDED", "PublicationLog", "Record"]

RUNNING, PUBLISHED, SKIPPED, SUPERSEDED, FAILED = "running", "published", "skipped", "superseded", "failed"
# A release that is not valid, or leads to a lane that is not there: the edge keeps what it had.
REFUSED = "refused"


@dataclass(frozen=True)
class Record:
    """One publication. Times are unix milliseconds (`*_at`) and milliseconds; `calls` counts paid store calls."""

    sequence: int
    trigger: str
    status: str = RUNNING
    revision: int = 0
    epoch: int = 0
    state: str = ""
    digest: str = ""
    keys: int = 0
    calls: int = 0
    updates: int = 0
    started_at: int = 0
    finished_at: int = 0
    duration_ms: int = 0
    errors: list[str] = field(default_factory=list)
    progress: str = ""
    invalidation: str = ""
    verified: str = ""
    id: str = ""

    def closed(self, status: str, at: int, **changes: object) -> "Record":
        """The record of a publication that ended `at` this time."""
        values: dict[str, object] = {"status": status, "finished_at": at, "duration_ms": at - self.started_at}
        return replace(self, **values, **changes)  # type: ignore[arg-type]


class PublicationLog:
    """The sequence counter and the publication records of one environment, in its config table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def next_sequence(self) -> int:
        """A number higher than every one given before; one that somebody made no number is made one again."""
        try:
            return self._counted()
        except (self._client.exceptions.ClientError, ValueError) as error:
            if isinstance(error, ValueError) or error.response["Error"]["Code"] == "ValidationException":
                self._mend()
                return self._counted()
            raise

    def _counted(self) -> int:
        answer = self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": "sequence"}, "sk": {"N": "0"}},
            UpdateExpression="ADD #value :one",
            ExpressionAttributeNames={"#value": "value"},
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["value"]["N"])

    def last_sequence(self) -> int:
        """The number given last; 0 before the first."""
        there = self._counter()
        return (_count(there) or 0) if there else 0

    def _counter(self) -> Mapping[str, Any]:
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": "sequence"}, "sk": {"N": "0"}}, ConsistentRead=True
        )
        return answer.get("Item", {})

    def _mend(self) -> None:
        """The counter as the newest record has it, unless it is a number again meanwhile."""
        there = self._counter()
        if "value" not in there or _count(there) is not None:
            return
        newest = max((record.sequence for record in self.recent(1)), default=0)
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.put_item(
                TableName=self._table,
                Item=to_item({"pk": "sequence", "sk": 0, "value": newest}),
                ConditionExpression="#value = :there",
                ExpressionAttributeNames={"#value": "value"},
                ExpressionAttributeValues={":there": there["value"]},
            )

    def raise_sequence(self, floor: int) -> None:
        """Makes the next number higher than `floor`: for a table restored to an earlier time."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": "sequence"}, "sk": {"N": "0"}},
                UpdateExpression="SET #value = :floor",
                ConditionExpression="attribute_not_exists(#value) OR #value < :floor",
                ExpressionAttributeNames={"#value": "value"},
                ExpressionAttributeValues={":floor": to_value(floor)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # it is higher already

    def put(self, record: Record) -> None:
        """Writes a record, over an earlier state of the same publication."""
        values = cast(dict[str, Plain], dict(vars(record)))
        item: Mapping[str, Plain] = {"pk": "publication", "sk": record.sequence, **values}
        self._client.put_item(TableName=self._table, Item=to_item(item))

    def recent(self, limit: int = 20) -> list[Record]:
        """The newest records first."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "publication"}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        return [_record_of(item) for item in answer["Items"]]

    def by_id(self, request_id: str, *, among: int = 50) -> Record | None:
        """The record of the run that was asked for under `request_id`, among the newest `among`."""
        return next((record for record in self.recent(among) if record.id == request_id), None)


def _count(item: Mapping[str, Any]) -> int | None:
    """What the counter says; None where that is no number that we would have written."""
    value = readable_of_item(item).get("value")
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _record_of(item: Mapping[str, Any]) -> Record:
    """The record from its item as DynamoDB returns it; missing values, or values of another type, are empty."""
    values = readable_of_item(item)
    number = values.get("sk")
    bare = Record(number if isinstance(number, int) else 0, "")
    return replace(bare, **known_values(item, bare))
