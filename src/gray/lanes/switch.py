"""The kill at the API: a gray lane's API calls the stable lane's function instead of its own.

A REST API can have this switch: every method of it calls the function that one stage variable names. So one UpdateStage
takes gray's code out of the path of every new request, wherever the edge has got to, also when that code crashes on
import. Other origins have none: there, the kill at the edge and the lane's own guard count.
The variable `serve_as` is the API's own lane, always: stable's function, called with `serve_as` v2, knows that it
stands in for v2 and answers v2's requests. (AWS refuses an empty value: values must match [A-Za-z0-9-._~:/?#&=,]+,
API reference of CreateStage.)

A stage variable can name a function of the same account only, and the API must have been allowed to call it
(API Gateway developer guide, "API Gateway stage variables reference for REST APIs"): adoption of a lane does that.
Stable's own API is never touched.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from gray.lanes.registration import STABLE, LaneOrigin, Registration

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

__all__ = ["calls", "to_own", "to_stable"]


def to_stable(apigateway: "APIGatewayClient", gray: Registration, stable_function: str) -> bool:
    """Makes the gray APIs call stable's function. True when this changed anything; safe to repeat.

    An API that is gone has nothing left to switch. Raises botocore's ClientError: TooManyRequestsException when
    throttled.
    """
    return _point(apigateway, gray, lambda origin: stable_function)


def to_own(apigateway: "APIGatewayClient", gray: Registration) -> bool:
    """Makes the gray APIs call their own functions again. True when this changed anything; safe to repeat."""
    return _point(apigateway, gray, lambda origin: origin.function)


def calls(apigateway: "APIGatewayClient", origin: LaneOrigin) -> str:
    """The name of the function the API calls now; empty when the stage has no such variable."""
    stage = apigateway.get_stage(restApiId=origin.address, stageName=origin.path)
    return stage.get("variables", {}).get(origin.variable, "")


def _point(apigateway: "APIGatewayClient", gray: Registration, function: Callable[[LaneOrigin], str]) -> bool:
    if gray.lane == STABLE:
        raise ValueError("stable's API is not switched; it depends on nothing")
    changed = False
    for origin in gray.origins:
        if origin.variable:
            with suppress(apigateway.exceptions.NotFoundException):
                changed |= _set(apigateway, origin, function(origin))
    return changed


def _set(apigateway: "APIGatewayClient", origin: LaneOrigin, function: str) -> bool:
    # Reading first: the scheduled sync repeats the switch, and writes to API Gateway's control plane
    # are throttled for the whole account.
    if calls(apigateway, origin) == function:
        return False
    apigateway.update_stage(
        restApiId=origin.address,
        stageName=origin.path,
        patchOperations=[{"op": "replace", "path": f"/variables/{origin.variable}", "value": function}],
    )
    return True
