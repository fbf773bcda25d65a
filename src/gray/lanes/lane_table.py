"""The control plane's record of each gray lane, in the config table."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from gray.dynamodb_values import Plain, known_values, readable_of_item, to_item
from gray.lanes.registration import LaneOrigin, Registration
from gray.lanes.sites import is_lane

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["ADOPTED", "CHANGING", "FAILURES_TO_WITHDRAW", "GONE", "REFUSED", "WITHDRAWN", "Lane", "LaneTable"]

ADOPTED, REFUSED, WITHDRAWN, GONE = "adopted", "refused", "withdrawn", "gone"
# Its adoption or its end has begun, and may have stopped anywhere: the next run begins it again.
CHANGING = "changing"
_STATUSES = (ADOPTED, REFUSED, WITHDRAWN, GONE, CHANGING)
# A lane that viewers are sent to is withdrawn after this many failed checks in a row.
FAILURES_TO_WITHDRAW = 3


@dataclass(frozen=True)
class Lane:
    """What the control plane knows of a gray lane.

    `failures` counts failed checks in a row; `why` is the last reason. `keys` are the ids of the origin's API keys
    in its usage plans.
    """

    lane: str
    status: str
    origins: tuple[LaneOrigin, ...] = ()
    adopted_at: int = 0
    failures: int = 0
    why: str = ""
    keys: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return self.status == ADOPTED

    def matches(self, registration: Registration) -> bool:
        """Whether these are still the origins that the lane's stack registers."""
        return self.origins == registration.origins

    def failed(self, why: str) -> "Lane":
        """After one more failed check: withdrawn at the third in a row."""
        failures = self.failures + 1
        status = WITHDRAWN if failures >= FAILURES_TO_WITHDRAW else self.status
        return replace(self, failures=failures, status=status, why=why)

    def passed(self) -> "Lane":
        """After a check that went well."""
        return replace(self, failures=0, why="")


class LaneTable:
    """The lanes' records in the config table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def all(self) -> dict[str, Lane]:
        """Every gray lane ever seen, by name."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "lane"}},
            ConsistentRead=True,
        )
        found = [lane for item in answer["Items"] if (lane := _lane_of(item))]
        return {lane.lane: lane for lane in found}

    def put(self, lane: Lane) -> None:
        item: dict[str, Plain] = {"pk": "lane", "sk": int(lane.lane.removeprefix("v")), **vars(lane)}
        item |= {"origins": json.dumps([asdict(origin) for origin in lane.origins]), "keys": [*lane.keys]}
        self._client.put_item(TableName=self._table, Item=to_item(item))


def _lane_of(item: Mapping[str, Any]) -> Lane | None:
    """The lane from its item as DynamoDB returns it; None if the item is unreadable: the lane is then adopted again.

    An item without a known status is a lane whose adoption did not end.
    """
    bare = Lane("", CHANGING)
    known = known_values(item, bare)
    readable = readable_of_item(item)
    origins = _origins_of(readable.get("origins"))
    if not is_lane(known.get("lane", "")) or origins is None:
        return None
    if known.get("status") not in _STATUSES:
        known["status"] = CHANGING
    keys = readable.get("keys")
    known["keys"] = tuple(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else ()
    return replace(bare, **known, origins=origins)


def _origins_of(text: Plain) -> tuple[LaneOrigin, ...] | None:
    try:
        found = tuple(LaneOrigin(**{**values, "paths": tuple(values["paths"])}) for values in json.loads(str(text)))
        return found if all(origin.valid for origin in found) else None
    except (ValueError, TypeError, KeyError):
        return None
