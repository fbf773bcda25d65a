"""Adopting a registered lane: its API must be this account's; it gets the origin's key, and may fall back to stable.

Every step can be repeated, and a change is recorded before it is made. So the next run completes an interrupted one,
whatever the registration is by then, and everything is undone when the registration goes.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gray.lanes.registration import ADOPTED, CHANGING, GONE, REFUSED, STABLE, Lane, LaneTable, Registration

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_lambda import LambdaClient

__all__ = ["Adoption", "AdoptionStep", "Owner", "steps"]


@dataclass(frozen=True)
class Owner:
    """The environment that adopts: its account and region, its origin API key's id, and stable's API function."""

    environment: str
    account: str
    region: str
    origin_key: str
    stable_function: str


@dataclass(frozen=True)
class AdoptionStep:
    """One lane to adopt (with a `registration`) or to release (without). `lane` is its record so far."""

    name: str
    registration: Registration | None
    lane: Lane | None


def steps(registrations: Mapping[str, Registration], lanes: Mapping[str, Lane]) -> list[AdoptionStep]:
    """What adoption has to do. Nothing for a lane that is adopted, or was withdrawn, as it registers itself now."""
    found: list[AdoptionStep] = []
    for name in sorted({*registrations, *lanes} - {STABLE}):
        registration, lane = registrations.get(name), lanes.get(name)
        if registration is None:
            if lane and lane.status != GONE:
                found.append(AdoptionStep(name, None, lane))
        elif lane is None or lane.status in (REFUSED, GONE, CHANGING) or not lane.matches(registration):
            found.append(AdoptionStep(name, registration, lane))
    return found


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
        )
        try:
            self._check(registration)
        except NotAdoptedError as refused:
            return replace(lane, status=REFUSED, why=str(refused), adopted_at=0)
        self._table.put(replace(lane, status=CHANGING))
        self._put_key_on_plan(registration)
        self._allow_fallback(lane)
        return lane

    def _check(self, registration: Registration) -> None:
        """The API and stage exist here, under the lane's own name, and the usage plan is the one of that stage."""
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

    def _put_key_on_plan(self, registration: Registration) -> None:
        with suppress(self._api.exceptions.ConflictException):  # the key is on the plan already
            self._api.create_usage_plan_key(
                usagePlanId=registration.usage_plan, keyId=self._owner.origin_key, keyType="API_KEY"
            )

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
        with suppress(self._api.exceptions.NotFoundException):  # the plan has gone with its stack
            self._api.delete_usage_plan_key(usagePlanId=lane.usage_plan, keyId=self._owner.origin_key)
        with suppress(self._functions.exceptions.ResourceNotFoundException):  # removed before
            self._functions.remove_permission(FunctionName=self._owner.stable_function, StatementId=_statement(lane))


def _statement(lane: Lane) -> str:
    return f"gray-{lane.lane}-{lane.api_id}"


def _known(lane: Lane | None) -> Lane:
    if lane is None:
        raise ValueError("a step without a registration needs a known lane")
    return lane
