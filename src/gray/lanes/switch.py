"""The kill at the API: a gray lane's API calls the stable lane's function instead of its own.

Every method of a lane's API calls the function that the stage variable `function` names. So one UpdateStage takes
gray's code out of the path of every new request, wherever the edge has got to, also when that code crashes on import.
The variable `serve_as` is the API's own lane, always: stable's function, called with `serve_as` v2, knows that it
stands in for v2 and answers v2's requests. (AWS refuses an empty value: values must match [A-Za-z0-9-._~:/?#&=,]+,
API reference of CreateStage.)

A stage variable can name a function of the same account only, and the API must have been allowed to call it
(API Gateway developer guide, "API Gateway stage variables reference for REST APIs"): adoption of a lane does that.
Stable's own API is never touched.
"""

from typing import TYPE_CHECKING

from gray.lanes.registration import STABLE, Registration

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

__all__ = ["calls", "to_own", "to_stable"]

VARIABLE = "function"


def to_stable(apigateway: "APIGatewayClient", gray: Registration, stable_function: str) -> bool:
    """Makes the gray API call stable's function. True when this changed anything; safe to repeat.

    Raises botocore's ClientError: NotFoundException when the API is gone, TooManyRequestsException when throttled.
    """
    return _point(apigateway, gray, stable_function)


def to_own(apigateway: "APIGatewayClient", gray: Registration) -> bool:
    """Makes the gray API call its own function again. True when this changed anything; safe to repeat."""
    return _point(apigateway, gray, gray.function)


def calls(apigateway: "APIGatewayClient", gray: Registration) -> str:
    """The name of the function the lane's API calls now; empty when the stage has no such variable."""
    stage = apigateway.get_stage(restApiId=gray.api_id, stageName=gray.stage)
    return stage.get("variables", {}).get(VARIABLE, "")


def _point(apigateway: "APIGatewayClient", gray: Registration, function: str) -> bool:
    if gray.lane == STABLE:
        raise ValueError("stable's API is not switched; it depends on nothing")
    # Reading first: the scheduled sync repeats the switch, and writes to API Gateway's control plane
    # are throttled for the whole account.
    if calls(apigateway, gray) == function:
        return False
    apigateway.update_stage(
        restApiId=gray.api_id,
        stageName=gray.stage,
        patchOperations=[{"op": "replace", "path": f"/variables/{VARIABLE}", "value": function}],
    )
    return True
