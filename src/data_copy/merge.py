"""Bringing home what a gray lane wrote: report, then merge, in steps; resumable at every item. For `grayctl data`.

An item goes into stable's table if gray created it, or if stable has the very one that gray started from. What both
changed, or gray changed and stable deleted, is a conflict and is left to people, unless they said whose shall win. A
merged item becomes a copy of stable's again, so an interrupted merge goes on where it stopped, a second one does
nothing, and the continuous copy takes the item over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from data_copy.copying import CHANGED, COPIED, ORIGIN, Item, as_copy, own_page
from lane.context import STABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Fate(StrEnum):
    """What a merge does with an item of gray's own."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"


class Winner(StrEnum):
    """Whose item stays where both changed it."""

    NOBODY = "nobody"
    GRAY = "gray"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits in a gray table, what stable has under its key, and what a merge would do with it."""

    item: Item
    stable: Item | None
    fate: Fate

    @property
    def key(self) -> dict[str, Any]:
        """The key, in DynamoDB's form."""
        return {"pk": self.item["pk"], "sk": self.item["sk"]}


@dataclass(frozen=True, slots=True)
class Page:
    """One step: the items found or settled. next: where the next one starts; None at the end."""

    items: list[Waiting]
    next: Item | None


def fate(gray: Item, stable: Item | None) -> Fate:
    """What is to be done with gray's item beside stable's of the same key. Pure.

    A copy notes in `copied_at` the `changed_at` of the item it was made from; stable's item is unchanged when it has
    that very value, and deleted when it is no more: bringing it back would undo that. Without the note (an item that
    gray created), another item of stable's is a conflict.
    """
    if stable is None:
        return Fate.CONFLICT if COPIED in gray else Fate.NEW
    if _content(gray) == _content(stable):
        return Fate.SAME
    started_from = gray.get(COPIED)
    return Fate.CHANGED if started_from is not None and stable.get(CHANGED) == started_from else Fate.CONFLICT


class Merge:
    """One gray table beside stable's. Every method raises ClientError; what was done then stays done."""

    def __init__(self, client: "DynamoDBClient", gray_table: str, stable_table: str) -> None:
        self._client = client
        self._gray = gray_table
        self._stable = stable_table

    def report(self, start: Item | None) -> Page:
        """What waits, one step of it; changes nothing."""
        items, following = own_page(self._client, self._gray, start)
        return Page([self._beside_stable(item) for item in items], following)

    def step(self, start: Item | None, winner: Winner = Winner.NOBODY) -> Page:
        """Merge one step. An item that is left as a conflict has that fate; all others are home."""
        found = self.report(start)
        return Page([self._settle(waiting, winner) for waiting in found.items], found.next)

    def _beside_stable(self, item: Item) -> Waiting:
        key = {"pk": item["pk"], "sk": item["sk"]}
        stable = self._client.get_item(TableName=self._stable, Key=key, ConsistentRead=True).get("Item")
        return Waiting(item, stable, fate(item, stable))

    def _settle(self, waiting: Waiting, winner: Winner) -> Waiting:
        if waiting.fate is Fate.CONFLICT and winner is Winner.NOBODY:
            return waiting
        # Whatever changed between the look and the write is a conflict, for now.
        lost = Waiting(waiting.item, waiting.stable, Fate.CONFLICT)
        if waiting.fate is Fate.CONFLICT and winner is Winner.STABLE:
            return waiting if self._held(lambda: self._take_stables(waiting)) else lost
        if waiting.fate is not Fate.SAME and not self._held(lambda: self._put_home(waiting)):
            return lost
        # When gray changed it meanwhile, it goes on to wait: that change is not home.
        self._held(lambda: self._mark(waiting))
        return waiting

    def _put_home(self, waiting: Waiting) -> None:
        if waiting.stable is None:
            condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        else:
            condition = _unchanged(waiting.stable)
        self._client.put_item(TableName=self._stable, Item=_content(waiting.item), **condition)

    def _take_stables(self, waiting: Waiting) -> None:
        unchanged = _unchanged(waiting.item)
        if waiting.stable is None:
            self._client.delete_item(TableName=self._gray, Key=waiting.key, **unchanged)
        else:
            self._client.put_item(TableName=self._gray, Item=as_copy(waiting.stable), **unchanged)

    def _mark(self, waiting: Waiting) -> None:
        condition = _unchanged(waiting.item)
        names = {**condition.get("ExpressionAttributeNames", {}), "#changed": CHANGED}
        values = {":stable": {"S": STABLE}, ":now": waiting.item.get(CHANGED, {"N": "0"})}
        self._client.update_item(
            TableName=self._gray,
            Key=waiting.key,
            UpdateExpression="SET #origin = :stable, #copied = :now, #changed = :now",
            ConditionExpression=condition["ConditionExpression"],
            ExpressionAttributeNames=names | {"#copied": COPIED, "#origin": ORIGIN},
            ExpressionAttributeValues=values | condition.get("ExpressionAttributeValues", {}),
        )

    @staticmethod
    def _held(write: Callable[[], None]) -> bool:
        try:
            write()
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _unchanged(item: Item) -> dict[str, Any]:
    """The condition that an item is still the one that was seen."""
    names = {"#changed": CHANGED}
    if CHANGED not in item:
        return {"ConditionExpression": "attribute_not_exists(#changed)", "ExpressionAttributeNames": names}
    return {
        "ConditionExpression": "#changed = :seen",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":seen": item[CHANGED]},
    }


def _content(item: Item) -> dict[str, Any]:
    """The item without what copying and merging note on it."""
    return {name: value for name, value in item.items() if name not in (ORIGIN, COPIED)}
