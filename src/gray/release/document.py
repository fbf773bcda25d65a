"""The release document: what is being rolled out, to whom, and for how long.

Structure and single values are checked here; what needs the whole is in gray.release.validation.whole.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from gray.release.conditions import Condition, Strict
from gray.release.plan import Plan
from gray.release.validation.structure import refused
from gray.release.validation.value_problems import ValueProblem

__all__ = ["GRAY_LANE", "MAX_LANES", "REASONS", "Identity", "Release", "Rule", "State", "UserList", "hundredths"]

GRAY_LANE = re.compile(r"v([2-9]|[1-9][0-9])")
MAX_LANES = 8
MAX_RULES = 50
# The edge's own reasons; no rule may have one of these as its id.
REASONS = frozenset(
    {"no-config", "partial", "killed", "finished", "expired", "out", "behind", "sticky", "default", "no-id", "pin"}
    | {"pin-lost", "lane-gone", "no-origin", "list-missing", "error"}
)
_NAME = r"^[a-z0-9][a-z0-9-]{0,31}$"
_SOURCE = re.compile(r"(cookie|header):([A-Za-z0-9_.-]{1,64})")


class State(StrEnum):
    """Active; paused (no plan steps, nothing moves); killed (all to stable); finished."""

    ACTIVE = "active"
    PAUSED = "paused"
    KILLED = "killed"
    FINISHED = "finished"


def hundredths(percent: float) -> int:
    """A percentage in buckets, of which there are 10,000."""
    return round(percent * 100)


def _percent(value: float) -> float:
    if abs(value * 100 - round(value * 100)) > 1e-6:
        raise refused(ValueProblem.PERCENT_TOO_FINE, value=value)
    return value


def _lane(value: str) -> str:
    if value == "v1":
        raise refused(ValueProblem.LANE_IS_STABLE)
    if not GRAY_LANE.fullmatch(value):
        raise refused(ValueProblem.LANE_NAME, value=value)
    return value


def _source(value: str) -> str:
    if not _SOURCE.fullmatch(value):
        raise refused(ValueProblem.SOURCE_FORM, value=value)
    if value.lower().startswith("header:x-gray") or value == "cookie:__Host-gray" or value.lower() == "header:cookie":
        raise refused(ValueProblem.SOURCE_RESERVED, value=value)
    return value


Lane = Annotated[str, AfterValidator(_lane)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True), AfterValidator(_percent)]
Salt = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{4,32}$")]


class Identity(Strict):
    """Where a viewer's identity is found; the first source that is present wins.

    `plain` is a routing hint that anybody can send. `signed` is `value.mac`; `jwt` is an HS256 token with `exp`,
    from which `claim` is taken.
    """

    kind: Literal["plain", "signed", "jwt"]
    sources: Annotated[list[Annotated[str, AfterValidator(_source)]], Field(min_length=1, max_length=4)]
    claim: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]{1,64}$")] | None = None

    @model_validator(mode="after")
    def _claim_of_jwt(self) -> Self:
        if (self.kind == "jwt") != (self.claim is not None):
            raise refused(ValueProblem.CLAIM_WITHOUT_JWT)
        return self


class Rule(Strict):
    """Sends viewers who match `when`, or `percent` of them, to a lane. The first rule that matches wins."""

    id: Annotated[str, StringConstraints(pattern=_NAME)]
    lane: Lane
    when: Condition | None = None
    percent: Percent | None = None

    @field_validator("id")
    @classmethod
    def _own_name(cls, value: str) -> str:
        if value in REASONS:
            raise refused(ValueProblem.RULE_ID_RESERVED, value=value)
        return value

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if self.when is None and self.percent is None:
            raise refused(ValueProblem.RULE_FOR_NOBODY)
        return self


class UserList(Strict):
    """A list of identities in S3, by the digest of its file. `shards` and `salt` stay for the list's life."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    ids: Annotated[int, Field(ge=0, strict=True)]
    shards: Annotated[int, Field(ge=1, le=20_000, strict=True)]
    salt: Salt
    restricted: bool = False


class Release(Strict):
    """A release. `lanes` are the gray lanes in the order that fixes their ranges; `reserved` is in percent."""

    salt: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,32}$")]
    state: State = State.ACTIVE
    lanes: Annotated[list[Lane], Field(default_factory=list, max_length=MAX_LANES)]
    reserved: dict[Lane, tuple[Percent, Percent]] = Field(default_factory=dict)
    identity: Identity | None = None
    lease_minutes: Annotated[int, Field(ge=30, le=525_600, strict=True)] = 1440
    rules: Annotated[list[Rule], Field(default_factory=list, max_length=MAX_RULES)]
    lists: dict[Annotated[str, StringConstraints(pattern=_NAME)], UserList] = Field(default_factory=dict)
    plan: Plan | None = None
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None
