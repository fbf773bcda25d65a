"""What the KeyValueStore may hold: written before the store is, confirmed after.

A run can end at any point. What it *may* have left in the store is then still known here, without a paid listing:
the digests of a list any of whose shards may be there, the parts of configs before, and whether the last run
finished. One item, changed by version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from gray.dynamodb_values import Plain, known_values, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["Ledger", "LedgerMoved", "LedgerTable", "ListShards"]

ATTEMPTS = 20


@dataclass(frozen=True)
class ListShards:
    """The shards of one list: their number, their salt, the digests whose values may be among them.

    One digest: the shards are that list's. More: an update was not confirmed. None: nothing is known.
    `unused_since` (unix seconds) is when the published release stopped naming the list; 0 while it does.
    """

    shards: int
    salt: str
    digests: tuple[str, ...] = ()
    unused_since: int = 0


@dataclass(frozen=True)
class Ledger:
    """`intent` is the highest sequence that began to write, `confirmed` the one that finished.

    `parts` has, for each sequence, the number of config parts that may be in the store; `unused` when a sequence
    went out of use (unix seconds). Of the confirmed publication: `items` and `size` are the store's counts after it,
    `published` the parameter's text, `config_hash` that of `config`, `saved_hash` that of the set in S3.
    `checked_at` and `scanned_at` are when the store was compared last, in short and in full; `refused` is the revision
    whose refusal people have received. `switched_at` is when a kill last began to make the lanes' APIs call stable's
    function; 0 when no run can still be doing that and they call their own again.
    """

    version: int = 0
    intent: int = 0
    confirmed: int = 0
    lists: Mapping[str, ListShards] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    unused: Mapping[str, int] = field(default_factory=dict)
    items: int = 0
    size: int = 0
    checked_at: int = 0
    scanned_at: int = 0
    refused: int = 0
    switched_at: int = 0
    published: str = ""
    config_hash: str = ""
    saved_hash: str = ""

    @property
    def complete(self) -> bool:
        """Whether the run that wrote last finished."""
        return self.intent == self.confirmed


class LedgerMoved(Exception):
    """When a newer publication has begun, so this one has nothing left to write."""


class LedgerTable:
    """The ledger of one environment, in its config table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> Ledger:
        """It can be read whatever its item holds: what is lost is taken for not confirmed."""
        item = self._item()
        return ledger_of(item) if item else Ledger()

    def _item(self) -> Mapping[str, Any]:
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": "store"}, "sk": {"N": "0"}}, ConsistentRead=True
        )
        return answer.get("Item", {})

    def change(self, change: Callable[[Ledger], Ledger]) -> Ledger:
        """Applies `change` and writes the result; repeats when another run wrote in between."""
        for _ in range(ATTEMPTS):
            item = self._item()
            before = ledger_of(item) if item else Ledger()
            after = replace(change(before), version=before.version + 1)
            if replace(after, version=before.version) == before:
                return before
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_item(_values_of(after)),
                    **_still(item),
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                continue
            return after
        raise LedgerMoved("the ledger was written by others at every attempt")


def _still(item: Mapping[str, Any]) -> dict[str, Any]:
    """The condition that it is as it was read: its version, whatever somebody has made of that."""
    if "version" not in item:
        return {"ConditionExpression": "attribute_not_exists(version)"}
    return {"ConditionExpression": "version = :version", "ExpressionAttributeValues": {":version": item["version"]}}


def ledger_of(item: Mapping[str, Any]) -> Ledger:
    """The ledger from its item as DynamoDB gives it; what is missing, or of another type, is as if nothing were known.

    A list that is not known is written whole; a run that is not known to have ended has not.
    """
    known = known_values(item, Ledger())
    if not {"intent", "confirmed"} <= known.keys():
        known["confirmed"] = -1
    lists = {name: _shards_of(entry) for name, entry in known.get("lists", {}).items()}
    known["lists"] = {name: entry for name, entry in lists.items() if entry}
    for name in ("parts", "unused"):
        known[name] = {key: value for key, value in known.get(name, {}).items() if type(value) is int}
    return Ledger(**known)


def _shards_of(values: Plain) -> ListShards | None:
    bare = ListShards(0, "")
    if not isinstance(values, dict):
        return None
    known = {name: value for name, value in values.items() if type(value) is type(getattr(bare, name, None))}
    digests = values.get("digests")
    if not {"shards", "salt"} <= known.keys() or not isinstance(digests, list):
        return None
    return ListShards(**{**known, "digests": tuple(map(str, digests))})  # type: ignore[arg-type]


def _values_of(ledger: Ledger) -> dict[str, Plain]:
    values = cast(dict[str, Plain], dict(vars(ledger)))
    values["lists"] = {
        name: cast(Plain, {**vars(entry), "digests": list(entry.digests)}) for name, entry in ledger.lists.items()
    }
    values["parts"] = dict(ledger.parts)
    values["unused"] = dict(ledger.unused)
    return {"pk": "store", "sk": 0, **values}
