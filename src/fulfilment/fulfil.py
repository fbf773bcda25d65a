"""Marking orders as fulfilled."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lane.hops import hop

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Fulfilment:
    """Fulfils in the lane's table. Doing an order twice changes nothing, as events arrive at least once."""

    def __init__(self, client: "DynamoDBClient", table: str, *, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def fulfil(self, order_id: str) -> bool:
        """Set the order's status; False when this table has no such order and a note of it was stored instead.

        That is the case when we stand in for a lane that has no fulfilment of its own: its table is not ours.
        """
        own = hop()
        try:
            self._update(order_id, {name: {"S": str(value)} for name, value in own.items()})
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            self._note(order_id, own["carried"])
            return False
        return True

    def _update(self, order_id: str, own: dict[str, Any]) -> None:
        self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": "order"}, "sk": {"S": order_id}},
            # `origin` marks an item that was copied from stable; once we changed it, it is ours.
            UpdateExpression="SET #status = :done, changed_at = :now, fulfilled_by = :own REMOVE origin",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":done": {"S": "fulfilled"},
                ":now": {"N": str(int(self._now() * 1000))},
                ":own": {"M": own},
            },
        )

    def _note(self, order_id: str, lane: str) -> None:
        self._client.put_item(
            TableName=self._table,
            Item={"pk": {"S": "fulfilled-elsewhere"}, "sk": {"S": order_id}, "lane": {"S": lane}},
        )
