"""The sequence of publications, and a record of each: what, when, by what trigger, at what cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from gray.dynamodb_values import Plain, readable_of_item, to_item, to_value

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
        """A number higher than every one given before."""
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
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": "sequence"}, "sk": {"N": "0"}}, ConsistentRead=True
        )
        return int(answer["Item"]["value"]["N"]) if "Item" in answer else 0

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


def _record_of(item: Mapping[str, Any]) -> Record:
    """The record from its item as DynamoDB returns it; missing values, or values of another type, are empty."""
    values = readable_of_item(item)
    number = values.get("sk")
    bare = Record(number if isinstance(number, int) else 0, "")
    known = {name: value for name, value in values.items() if type(value) is type(getattr(bare, name, None))}
    return replace(bare, **known)  # type: ignore[arg-type]
