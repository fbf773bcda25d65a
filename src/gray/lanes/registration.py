"""Lanes as their stacks register them, and the control plane's record of each.

A lane's stack writes one parameter, `<prefix>/lanes/<lane>`, and nothing else. Whoever may write that
parameter must not be able to send viewers, or the origin's key, elsewhere: a registration counts only after adoption
(gray.lanes.adoption), which asks API Gateway.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from gray.dynamodb_values import Plain, known_values, readable_of_item, to_item
from gray.lanes.sites import SiteRegistration, is_lane, site_files
from gray.release.origin import Origin
from gray.release.site_files import SiteFiles

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

__all__ = [
    "ADOPTED",
    "CHANGING",
    "FAILURES_TO_WITHDRAW",
    "GONE",
    "REFUSED",
    "STABLE",
    "WITHDRAWN",
    "Lane",
    "LaneTable",
    "Parameters",
    "Registration",
    "read_parameters",
]

STABLE = "v1"
ADOPTED, REFUSED, WITHDRAWN, GONE = "adopted", "refused", "withdrawn", "gone"
# Its adoption or its end has begun, and may have stopped anywhere: the next run begins it again.
CHANGING = "changing"
_STATUSES = (ADOPTED, REFUSED, WITHDRAWN, GONE, CHANGING)
# A lane that viewers are sent to is withdrawn after this many failed checks in a row.
FAILURES_TO_WITHDRAW = 3


@dataclass(frozen=True)
class Registration:
    """What a lane's stack declares."""

    lane: str
    api_id: str
    stage: str
    function: str = ""
    usage_plan: str = ""
    table: str = ""
    services: Mapping[str, str] = field(default_factory=dict)
    data: str = ""

    @classmethod
    def parse(cls, lane: str, text: str) -> "Registration | None":
        """From the parameter `lanes/<lane>`; None when it is not a registration of that lane."""
        try:
            values: dict[str, Any] = json.loads(text)
            known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
            found = cls(**known)
        except (ValueError, TypeError, KeyError):
            return None
        if found.lane != lane or not is_lane(lane):
            return None
        plain = isinstance(found.api_id, str) and isinstance(found.stage, str) and isinstance(found.usage_plan, str)
        return found if plain and Origin("api", "rest-api", found.api_id, found.stage).valid else None


@dataclass(frozen=True)
class Lane:
    """What the control plane knows of a gray lane.

    `failures` counts failed checks in a row; `why` is the last reason. `keys` are the ids of the origin's API keys
    in its usage plan.
    """

    lane: str
    status: str
    api_id: str
    stage: str
    usage_plan: str = ""
    adopted_at: int = 0
    failures: int = 0
    why: str = ""
    keys: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return self.status == ADOPTED

    def matches(self, registration: Registration) -> bool:
        """Whether this is still the API and usage plan that the lane's stack registers."""
        return (self.api_id, self.stage, self.usage_plan) == (
            registration.api_id,
            registration.stage,
            registration.usage_plan,
        )

    def failed(self, why: str) -> "Lane":
        """After one more failed check: withdrawn at the third in a row."""
        failures = self.failures + 1
        status = WITHDRAWN if failures >= FAILURES_TO_WITHDRAW else self.status
        return replace(self, failures=failures, status=status, why=why)

    def passed(self) -> "Lane":
        """After a check that went well."""
        return replace(self, failures=0, why="")


@dataclass(frozen=True)
class Parameters:
    """The environment's parameters: the text of `current`, and the registrations of APIs and of sites by lane."""

    current: str | None
    registrations: Mapping[str, Registration]
    unreadable: tuple[str, ...] = ()
    sites: Mapping[str, SiteRegistration] = field(default_factory=dict)
    unreadable_sites: tuple[str, ...] = ()

    @property
    def files(self) -> SiteFiles:
        """What the sites are to the edge."""
        return site_files(self.sites)[0]


def read_parameters(client: "SSMClient", prefix: str) -> Parameters:
    """`<prefix>/current`, `<prefix>/lanes/*` and `<prefix>/sites/*` in one call (10 parameters a page)."""
    values = _values(client, prefix)
    registrations, unreadable = _readable(values, "lanes/", Registration.parse)
    sites, unreadable_sites = _readable(values, "sites/", SiteRegistration.parse)
    return Parameters(values.get("current"), registrations, unreadable, sites, unreadable_sites)


def _values(client: "SSMClient", prefix: str) -> dict[str, str]:
    """Every parameter below the prefix, by the rest of its name."""
    values: dict[str, str] = {}
    token: str | None = None
    while True:
        more = {"NextToken": token} if token else {}
        page = client.get_parameters_by_path(Path=prefix, Recursive=True, MaxResults=10, **more)  # type: ignore[arg-type]
        values |= {entry["Name"].removeprefix(f"{prefix}/"): entry["Value"] for entry in page["Parameters"]}
        token = page.get("NextToken")
        if not token:
            return values


def _readable[T](
    values: Mapping[str, str], kind: str, parse: Callable[[str, str], T | None]
) -> tuple[dict[str, T], tuple[str, ...]]:
    """The registrations of a kind by lane, and the lanes whose registration cannot be read."""
    found = {
        lane: parse(lane, text)
        for name, text in values.items()
        if name.startswith(kind) and (lane := name.removeprefix(kind))
    }
    readable = {lane: registration for lane, registration in found.items() if registration is not None}
    return readable, tuple(lane for lane in found if lane not in readable)


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
        values = cast(dict[str, Plain], dict(vars(lane)))
        item: dict[str, Plain] = {"pk": "lane", "sk": int(lane.lane.removeprefix("v")), **values, "keys": [*lane.keys]}
        self._client.put_item(TableName=self._table, Item=to_item(item))


def _lane_of(item: Mapping[str, Any]) -> Lane | None:
    """The lane from its item as DynamoDB returns it; None if the item is unreadable: the lane is then adopted again.

    An item without a known status is a lane whose adoption did not end.
    """
    bare = Lane("", CHANGING, "", "")
    known = known_values(item, bare)
    if not is_lane(known.get("lane", "")) or not {"api_id", "stage", "usage_plan"} <= known.keys():
        return None
    if known.get("status") not in _STATUSES:
        known["status"] = CHANGING
    keys = readable_of_item(item).get("keys")
    known["keys"] = tuple(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else ()
    return replace(bare, **known)
