"""Adopting a registered lane: its origins must be this account's; each gets its guard, and may fall back to stable.

Every step can be repeated, and a change is recorded before it is made. So the next run completes an interrupted one,
whatever the registration is by then, and everything is undone when the registration goes.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gray.lanes.lane_table import ADOPTED, CHANGING, GONE, REFUSED, WITHDRAWN, Lane, LaneTable
from gray.lanes.ownership import NotOwnedError, Ownership
from gray.lanes.parameters import Parameters
from gray.lanes.registration import STABLE, LaneOrigin, Registration

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_lambda import LambdaClient

__all__ = ["Adoption", "AdoptionStep", "Owner", "steps"]


@dataclass(frozen=True)
class Owner:
    """The environment that adopts: its account and region, the ids of its origin's API keys, stable's API function.

    One key; two while it is being changed for another, and each API takes both (docs/operations.md, "Keys").
    """

    account: str
    region: str
    origin_keys: tuple[str, ...]
    stable_function: str


@dataclass(frozen=True)
class AdoptionStep:
    """One lane to adopt (with a `registration`) or to release (without). `lane` is its record so far.

    `unreadable` says what is wrong with a registration that is there.
    """

    name: str
    registration: Registration | None
    lane: Lane | None
    unreadable: str = ""


def steps(parameters: Parameters, lanes: Mapping[str, Lane], keys: Collection[str]) -> list[AdoptionStep]:
    """What adoption has to do. Nothing for a lane that is adopted, or was withdrawn, as it registers itself now.

    `keys` are the ids of the origin's API keys that each lane's API has to take.
    """
    found: list[AdoptionStep] = []
    for name in sorted({*parameters.registrations, *parameters.unreadable, *lanes} - {STABLE}):
        registration, lane = parameters.registrations.get(name), lanes.get(name)
        unreadable = parameters.unreadable.get(name, "")
        if unreadable:
            if not lane or (lane.status, lane.why) != (REFUSED, unreadable):
                found.append(AdoptionStep(name, None, lane, unreadable))
        elif registration is None:
            if lane and lane.status != GONE:
                found.append(AdoptionStep(name, None, lane))
        elif lane is None or not _settled(lane, registration) or set(lane.keys) != set(keys):
            found.append(AdoptionStep(name, registration, lane))
    return found


def _settled(lane: Lane, registration: Registration) -> bool:
    return lane.status in (ADOPTED, WITHDRAWN) and lane.matches(registration)


class Adoption:
    """Carries out the steps, against API Gateway and Lambda."""

    def __init__(
        self,
        apigateway: "APIGatewayClient",
        functions: "LambdaClient",
        table: LaneTable,
        owner: Owner,
        ownership: Ownership,
    ) -> None:
        self._api = apigateway
        self._functions = functions
        self._table = table
        self._owner = owner
        self._ownership = ownership

    def take(self, step: AdoptionStep, others: Mapping[str, Sequence[LaneOrigin]], *, now: int) -> Lane:
        """Carries out one step and records it. `others` are the origins of the other lanes."""
        old = step.lane
        if old and step.registration and _settled(old, step.registration):
            return self._give_keys(old)
        if old and old.status not in (REFUSED, GONE) and not (step.registration and old.matches(step.registration)):
            self._table.put(replace(old, status=CHANGING))
            self._let_go(old)
        lane = self._adopt(step.registration, others, now) if step.registration else _ended(step)
        self._table.put(lane)
        return lane

    def _adopt(self, registration: Registration, others: Mapping[str, Sequence[LaneOrigin]], now: int) -> Lane:
        lane = Lane(registration.lane, ADOPTED, registration.origins, adopted_at=now, keys=self._owner.origin_keys)
        try:
            if _with_a_switch(lane) and not self._owner.stable_function:
                raise NotOwnedError(
                    "a kill could not lead its API to stable's function: deploy lane v1, then the platform with what v1"
                    " has registered"
                )
            for origin in registration.origins:
                _refuse_shared(origin, others)
                self._ownership.check(origin)
        except NotOwnedError as refused:
            return replace(lane, status=REFUSED, why=str(refused), adopted_at=0, keys=())
        self._table.put(replace(lane, status=CHANGING))
        self._put_keys_on_plans(lane)
        self._allow_fallback(lane)
        return lane

    def _give_keys(self, lane: Lane) -> Lane:
        """The origin's keys have changed; the lane stays what it is. A key that is gone has gone from its plan too."""
        try:
            self._put_keys_on_plans(lane)
        except self._api.exceptions.NotFoundException:
            return lane  # the plan, or a key of a run that is about to end, is just being replaced: the next run sees
        after = replace(lane, keys=self._owner.origin_keys)
        self._table.put(after)
        return after

    def _put_keys_on_plans(self, lane: Lane) -> None:
        for plan, key in self._keys_on_plans(lane):
            with suppress(self._api.exceptions.ConflictException):  # the key is on the plan already
                self._api.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")

    def _keys_on_plans(self, lane: Lane) -> list[tuple[str, str]]:
        plans = [origin.usage_plan for origin in lane.origins if origin.usage_plan]
        return [(plan, key) for plan in plans for key in self._owner.origin_keys]

    def _allow_fallback(self, lane: Lane) -> None:
        owner = self._owner
        for origin in _with_a_switch(lane):
            # This very statement may be there already: its name holds the API's id.
            with suppress(self._functions.exceptions.ResourceConflictException):
                self._functions.add_permission(
                    FunctionName=owner.stable_function,
                    StatementId=_statement(lane, origin),
                    Action="lambda:InvokeFunction",
                    Principal="apigateway.amazonaws.com",
                    SourceArn=f"arn:aws:execute-api:{owner.region}:{owner.account}:{origin.address}/*",
                )

    def _let_go(self, lane: Lane) -> None:
        for plan, key in self._keys_on_plans(lane):
            with suppress(self._api.exceptions.NotFoundException):  # the plan has gone with its stack
                self._api.delete_usage_plan_key(usagePlanId=plan, keyId=key)
        for origin in _with_a_switch(lane):
            with suppress(self._functions.exceptions.ResourceNotFoundException):  # removed before
                self._functions.remove_permission(
                    FunctionName=self._owner.stable_function, StatementId=_statement(lane, origin)
                )


def _refuse_shared(origin: LaneOrigin, others: Mapping[str, Sequence[LaneOrigin]]) -> None:
    """A kill, or the end of one lane, would take the other one along. Raises NotOwnedError."""
    for lane, theirs in others.items():
        if any(origin.place == one.place for one in theirs):
            raise NotOwnedError(
                f"origin {origin.id} ({origin.kind} {origin.address}) belongs to lane {lane}; deploy one of its own"
            )


def _with_a_switch(lane: Lane) -> list[LaneOrigin]:
    return [origin for origin in lane.origins if origin.variable]


def _statement(lane: Lane, origin: LaneOrigin) -> str:
    return f"gray-{lane.lane}-{origin.address}"


def _ended(step: AdoptionStep) -> Lane:
    if step.unreadable:
        return Lane(step.name, REFUSED, why=step.unreadable)
    if step.lane is None:
        raise ValueError("a step without a registration needs a known lane")
    return replace(step.lane, status=GONE)
