"""The orders table of the lane: partition key `pk` (always `order`), sort key `sk` (the id, which sorts by time)."""

from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION = "order"
PAGE = 50
"""Orders in a list."""


class StorageError(Exception):
    """When DynamoDB does not take or give the orders."""


class Orders:
    """The orders stored for this lane."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, order: dict[str, Any]) -> None:
        """Store a new order. Raises StorageError."""
        values = {"pk": PARTITION, "sk": order["id"], **order}
        write = TypeSerializer().serialize
        item = {name: write(value) for name, value in values.items()}
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except (ClientError, BotoCoreError) as error:
            raise StorageError("the order could not be stored") from error

    def newest(self) -> list[dict[str, Any]]:
        """The latest PAGE orders, newest first. Raises StorageError."""
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :orders",
                ExpressionAttributeValues={":orders": {"S": PARTITION}},
                ScanIndexForward=False,
                Limit=PAGE,
            )
        except (ClientError, BotoCoreError) as error:
            raise StorageError("the orders could not be read") from error
        plain = TypeDeserializer().deserialize
        return [{name: _json(plain(value)) for name, value in item.items()} for item in answer["Items"]]


def _json(value: Any) -> Any:
    """DynamoDB's numbers are Decimal; ours are whole."""
    if isinstance(value, list):
        return [_json(element) for element in value]
    if isinstance(value, dict):
        return {name: _json(element) for name, element in value.items()}
    return value if isinstance(value, str | bool | None) else int(value)
