"""Adopting a registered lane: its API must be this account's; it gets the origin's key, and may fall back to stable.

Every step can be repeated, and a change is recorded before it is made. So the next run completes an interrupted one,
whatever the registration is by then, and everything is undone when the registration goes.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gray.lanes.registration import (
    ADOPTED,
    CHANGING,
    GONE,
    REFUSED,
    STABLE,
    WITHDRAWN,
    Lane,
    LaneTable,
    Registration,
)

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_lambda import LambdaClient

__all__ = ["Adoption", "AdoptionStep", "Owner", "steps"]


@dataclass(frozen=True)
class Owner:
    """The environment that adopts: its account and region, the ids of its origin's API keys, stable's API function.

    One key; two while it is being changed for another, and each API takes both (docs/operations.md, "Keys").
    """

    environment: str
    account: str
    region: str
    origin_keys: tuple[str, ...]
    stable_function: str


@dataclass(frozen=True)
class AdoptionStep:
    """One lane to adopt (with a `registration`) or to release (without). `lane` is its record so far."""

    name: str
    registration: Registration | None
    lane: Lane | None


def steps(
    registrations: Mapping[str, Registration], lanes: Mapping[str, Lane], keys: Collection[str]
) -> list[AdoptionStep]:
    """What adoption has to do. Nothing for a lane that is adopted, or was withdrawn, as it registers itself now.

    `keys` are the ids of the origin's API keys that each lane's API has to take.
    """
    found: list[AdoptionStep] = []
    for name in sorted({*registrations, *lanes} - {STABLE}):
        registration, lane = registrations.get(name), lanes.get(name)
        if registration is None:
            if lane and lane.status != GONE:
                found.append(AdoptionStep(name, None, lane))
        elif lane is None or not _settled(lane, registration) or set(lane.keys) != set(keys):
            found.append(AdoptionStep(name, registration, lane))
    return found


def _settled(lane: Lane, registration: Registration) -> bool:
    return lane.status in (ADOPTED, WITHDRAWN) and lane.matches(registration)


class NotAdoptedError(Exception):
    """When a registration does not name an API that this environment may use."""


class Adoption:
    """Carries out the steps, against API Gateway and Lambda."""

    def __init__(
        self, apigateway: "APIGatewayClient", functions: "LambdaClient", table: LaneTable, owner: Owner
    ) -> None:
        self._api = apigateway
        self._functions = functions
        self._table = table
        self._owner = owner

    def take(self, step: AdoptionStep, *, now: int) -> Lane:
        """Carries out one step and records it."""
        old = step.lane
        if old and step.registration and _settled(old, step.registration):
            return self._give_keys(old)
        if old and old.status not in (REFUSED, GONE) and not (step.registration and old.matches(step.registration)):
            self._table.put(replace(old, status=CHANGING))
            self._let_go(old)
        lane = self._adopt(step.registration, now) if step.registration else replace(_known(old), status=GONE)
        self._table.put(lane)
        return lane

    def _adopt(self, registration: Registration, now: int) -> Lane:
        lane = Lane(
            registration.lane,
            ADOPTED,
            registration.api_id,
            registration.stage,
            usage_plan=registration.usage_plan,
            adopted_at=now,
            keys=self._owner.origin_keys,
        )
        try:
            self._check(registration)
        except NotAdoptedError as refused:
            return replace(lane, status=REFUSED, why=str(refused), adopted_at=0, keys=())
        self._table.put(replace(lane, status=CHANGING))
        self._put_keys_on_plan(lane)
        self._allow_fallback(lane)
        return lane

    def _check(self, registration: Registration) -> None:
        """The API and stage exist here, under the lane's own name, and the usage plan is the one of that stage.

        Without a stable API there is nothing to fall back to.
        """
        if not self._owner.stable_function:
            raise NotAdoptedError(
                "the platform knows no API of stable yet: deploy lane v1, then the platform with what v1 has registered"
            )
        name = f"graylane-{self._owner.environment}-api-{registration.lane}"
        missing = self._api.exceptions.NotFoundException
        try:
            api = self._api.get_rest_api(restApiId=registration.api_id)
            self._api.get_stage(restApiId=registration.api_id, stageName=registration.stage)
        except missing:
            raise NotAdoptedError(
                f"API {registration.api_id} with stage {registration.stage} is not in this account and region"
            ) from None
        if api.get("name") != name:
            raise NotAdoptedError(
                f"API {registration.api_id} is called {api.get('name')}, lane {registration.lane} needs {name}"
            )
        try:
            plan = self._api.get_usage_plan(usagePlanId=registration.usage_plan)
        except missing:
            raise NotAdoptedError(f"usage plan {registration.usage_plan} is not in this account and region") from None
        stages = {(stage.get("apiId"), stage.get("stage")) for stage in plan.get("apiStages", [])}
        if stages != {(registration.api_id, registration.stage)}:
            raise NotAdoptedError(
                f"usage plan {registration.usage_plan} does not belong to API {registration.api_id} alone"
            )

    def _give_keys(self, lane: Lane) -> Lane:
        """The origin's keys have changed; the lane stays what it is. A key that is gone has gone from its plan too."""
        try:
            self._put_keys_on_plan(lane)
        except self._api.exceptions.NotFoundException:
            return lane  # the plan, or a key of a run that is about to end, is just being replaced: the next run sees
        after = replace(lane, keys=self._owner.origin_keys)
        self._table.put(after)
        return after

    def _put_keys_on_plan(self, lane: Lane) -> None:
        for key in self._owner.origin_keys:
            with suppress(self._api.exceptions.ConflictException):  # the key is on the plan already
                self._api.create_usage_plan_key(usagePlanId=lane.usage_plan, keyId=key, keyType="API_KEY")

    def _allow_fallback(self, lane: Lane) -> None:
        with suppress(
            self._functions.exceptions.ResourceConflictException
        ):  # this very statement is there already: its name holds the API's id
            self._functions.add_permission(
                FunctionName=self._owner.stable_function,
                StatementId=_statement(lane),
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=f"arn:aws:execute-api:{self._owner.region}:{self._owner.account}:{lane.api_id}/*",
            )

    def _let_go(self, lane: Lane) -> None:
        for key in self._owner.origin_keys:
            with suppress(self._api.exceptions.NotFoundException):  # the plan has gone with its stack
                self._api.delete_usage_plan_key(usagePlanId=lane.usage_plan, keyId=key)
        with suppress(self._functions.exceptions.ResourceNotFoundException):  # removed before
            self._functions.remove_permission(FunctionName=self._owner.stable_function, StatementId=_statement(lane))


def _statement(lane: Lane) -> str:
    return f"gray-{lane.lane}-{lane.api_id}"


def _known(lane: Lane | None) -> Lane:
    if lane is None:
        raise ValueError("a step without a registration needs a known lane")
    return lane
