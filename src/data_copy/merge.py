"""Bringing home what a gray lane wrote: report, then merge. For `grayctl data`; resumable at every item.

An item goes into stable's table if stable has none with its key, or has the very one that gray started from. What both
changed is a conflict and is left to people. A merged item becomes a copy of stable's again, so an interrupted merge
goes on where it stopped, a second one does nothing, and the continuous copy takes the item over.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from data_copy.copying import CHANGED, COPIED, ORIGIN, Item, own_items
from lane.passage import STABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Fate(StrEnum):
    """What a merge does with an item of gray's own."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits in a gray table, and what a merge would do with it."""

    key: tuple[str, str]
    item: Item
    fate: Fate


def fate(gray: Item, stable: Item | None) -> Fate:
    """What is to be done with gray's item beside stable's of the same key. Pure.

    A copy notes in `copied_at` the `changed_at` of the item it was made from; stable's item is unchanged when it has
    that very value. Without the note (an item that gray created), another item of stable's is a conflict.
    """
    if stable is None:
        return Fate.NEW
    if _content(gray) == _content(stable):
        return Fate.SAME
    started_from = gray.get(COPIED)
    return Fate.CHANGED if started_from is not None and stable.get(CHANGED) == started_from else Fate.CONFLICT


def report(client: "DynamoDBClient", gray_table: str, stable_table: str) -> Iterator[Waiting]:
    """What waits, one item after the other. Raises ClientError."""
    for item in own_items(client, gray_table):
        key = {"pk": item["pk"], "sk": item["sk"]}
        stable = client.get_item(TableName=stable_table, Key=key, ConsistentRead=True).get("Item")
        yield Waiting((item["pk"]["S"], item["sk"]["S"]), item, fate(item, stable))


class Merge:
    """Merges one gray table into stable's."""

    def __init__(
        self,
        client: "DynamoDBClient",
        gray_table: str,
        stable_table: str,
    ) -> None:
        self._client = client
        self._gray = gray_table
        self._stable = stable_table

    def run(self, advance: Callable[[Waiting], object]) -> Mapping[Fate, int]:
        """Merge all that waits and answer how many of each fate. Raises ClientError; what was done stays done.

        advance: called after each item, for progress.
        """
        done: Counter[Fate] = Counter()
        for waiting in report(self._client, self._gray, self._stable):
            settled = self._bring(waiting)
            if settled.fate is not Fate.CONFLICT:
                self._mark(settled)
            done[settled.fate] += 1
            advance(settled)
        return done

    def _bring(self, waiting: Waiting) -> Waiting:
        if waiting.fate in (Fate.SAME, Fate.CONFLICT):
            return waiting
        item = _content(waiting.item)
        arguments: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if waiting.fate is Fate.CHANGED:
            arguments = {
                "ConditionExpression": "#changed = :copied",
                "ExpressionAttributeNames": {"#changed": CHANGED},
                "ExpressionAttributeValues": {":copied": waiting.item[COPIED]},
            }
        try:
            self._client.put_item(TableName=self._stable, Item=item, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            # Stable's item changed between the report and the write.
            return Waiting(waiting.key, waiting.item, Fate.CONFLICT)
        return waiting

    def _mark(self, waiting: Waiting) -> None:
        """Make it a copy, unless gray changed it meanwhile: then it goes on to wait, as that change is not home."""
        pk, sk = waiting.key
        changed = waiting.item.get(CHANGED, {"N": "0"})
        try:
            self._client.update_item(
                TableName=self._gray,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression="SET #origin = :stable, #copied = :changed, #changed = :changed",
                ConditionExpression="attribute_not_exists(#changed) OR #changed = :changed",
                ExpressionAttributeNames={"#changed": CHANGED, "#copied": COPIED, "#origin": ORIGIN},
                ExpressionAttributeValues={":stable": {"S": STABLE}, ":changed": changed},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _content(item: Item) -> dict[str, Any]:
    """The item without what copying and merging note on it."""
    return {name: value for name, value in item.items() if name not in (ORIGIN, COPIED)}
