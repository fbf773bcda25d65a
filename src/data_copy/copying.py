"""Copying stable's items into the tables of gray lanes, in any order and as often as one likes.

A copy is written only over nothing or over an older copy; what the gray lane wrote or changed itself is never touched.
Items are in DynamoDB's own form ({"id": {"S": "..."}}) throughout: nothing is converted on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lane.context import STABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = Mapping[str, Any]

ORIGIN = "origin"
CHANGED = "changed_at"
COPIED = "copied_at"
"""On a copy: the `changed_at` of the item it was made from; stays when gray changes the copy."""

SCAN_PAGE = 200
"""Items looked at in one step by hand: at up to four calls an item it ends well within the function's timeout."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of stable's table: the item as it is now, or None when it was deleted."""

    key: Item
    item: Item | None


def change_of(record: Mapping[str, Any]) -> Change:
    """From a stream record with new images."""
    found = record["dynamodb"]
    return Change(found["Keys"], None if record["eventName"] == "REMOVE" else found["NewImage"])


def targets(tables: Mapping[str, str], own: str) -> list[str]:
    """Tables to copy to: those of registered, isolated lanes beside stable's own.

    A registration is written by the lane's stack. One that names another table than the convention's is not followed:
    it could make us write anywhere. own: name of stable's table, `<prefix>-v1`.
    """
    prefix = own.removesuffix(f"-{STABLE}")
    expected = {lane: f"{prefix}-{lane}" for lane in tables if lane != STABLE}
    return sorted(table for lane, table in expected.items() if tables[lane] == table)


class Copier:
    """Writes copies into one gray table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def apply(self, change: Change) -> bool:
        """Bring one change over; False when what the gray table holds stays. Raises ClientError."""
        try:
            if change.item is None:
                self._delete(change.key)
            else:
                self._put(change.item)
        except ClientError as error:
            # Gray's own, or a newer copy: exactly what must be kept.
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _put(self, item: Item) -> None:
        changed = item.get(CHANGED, {"N": "0"})
        self._client.put_item(
            TableName=self._table,
            Item=as_copy(item),
            ConditionExpression="attribute_not_exists(pk) OR (#origin = :stable AND #changed <= :changed)",
            ExpressionAttributeNames={"#origin": ORIGIN, "#changed": CHANGED},
            ExpressionAttributeValues={":stable": {"S": STABLE}, ":changed": changed},
        )

    def _delete(self, key: Item) -> None:
        self._client.delete_item(
            TableName=self._table,
            Key=dict(key),
            ConditionExpression="attribute_not_exists(pk) OR #origin = :stable",
            ExpressionAttributeNames={"#origin": ORIGIN},
            ExpressionAttributeValues={":stable": {"S": STABLE}},
        )


def as_copy(item: Item) -> dict[str, Any]:
    """Stable's item as it stands in a gray table."""
    changed = item.get(CHANGED, {"N": "0"})
    return {**item, ORIGIN: {"S": STABLE}, CHANGED: changed, COPIED: changed}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a backfill. next: where the next one starts; None at the end."""

    copied: int
    kept: int
    next: Item | None


def backfill(client: "DynamoDBClient", source: str, target: Copier, start: Item | None) -> Step:
    """Copy the items that were there before the lane was: a stream has only what came after. Raises ClientError."""
    arguments: dict[str, Any] = {"TableName": source, "Limit": SCAN_PAGE, "ConsistentRead": True}
    if start:
        arguments["ExclusiveStartKey"] = dict(start)
    page = client.scan(**arguments)
    results = [target.apply(Change({}, item)) for item in page["Items"]]
    return Step(results.count(True), results.count(False), page.get("LastEvaluatedKey"))


def own_page(client: "DynamoDBClient", table: str, start: Item | None) -> tuple[list[Item], Item | None]:
    """One step through the items that a gray lane wrote or changed itself and that were not brought home yet.

    Answers them and where the next step starts (None at the end). Raises ClientError.
    """
    arguments: dict[str, Any] = {"TableName": table, "Limit": SCAN_PAGE, "ConsistentRead": True}
    if start:
        arguments["ExclusiveStartKey"] = dict(start)
    # The limit counts the items that are looked at, so a step may find none.
    page = client.scan(
        FilterExpression="attribute_not_exists(#origin)", ExpressionAttributeNames={"#origin": ORIGIN}, **arguments
    )
    return list(page["Items"]), page.get("LastEvaluatedKey")
