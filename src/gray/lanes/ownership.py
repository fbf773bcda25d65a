"""Whether an origin belongs to this account: asked of the service that owns its kind, in this region.

A host of another owner has nobody to ask; it must be one that the platform trusts.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gray.lanes.registration import LaneOrigin

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_lambda import LambdaClient

__all__ = ["NotOwnedError", "Ownership"]


class NotOwnedError(Exception):
    """When an origin is not one that this environment may use: what is wrong, and the way out."""


class Ownership:
    """Asks the owning services. `trusted_hosts` are the hosts that a `url` may name."""

    def __init__(
        self,
        rest_apis: "APIGatewayClient",
        http_apis: "ApiGatewayV2Client",
        functions: "LambdaClient",
        trusted_hosts: tuple[str, ...],
    ) -> None:
        self._rest_apis = rest_apis
        self._http_apis = http_apis
        self._functions = functions
        self._trusted_hosts = trusted_hosts

    def check(self, origin: LaneOrigin) -> None:
        """Raises NotOwnedError."""
        checks = {
            "rest-api": self._rest_api,
            "http-api": self._http_api,
            "function-url": self._function_url,
            "url": self._trusted,
        }
        checks[origin.kind](origin)

    def _rest_api(self, origin: LaneOrigin) -> None:
        """The API has this stage and this name, and the usage plan is the one of that stage alone."""
        missing = self._rest_apis.exceptions.NotFoundException
        try:
            api = self._rest_apis.get_rest_api(restApiId=origin.address)
            self._rest_apis.get_stage(restApiId=origin.address, stageName=origin.path)
        except missing:
            raise NotOwnedError(_nobody(f"API {origin.address} with stage {origin.path}")) from None
        if api.get("name") != origin.name:
            raise NotOwnedError(
                f"API {origin.address} is called {api.get('name')}, not {origin.name}; register its name"
            )
        _reachable(api, origin)
        if origin.guard == "api-key":
            self._usage_plan(origin)

    def _usage_plan(self, origin: LaneOrigin) -> None:
        try:
            plan = self._rest_apis.get_usage_plan(usagePlanId=origin.usage_plan)
        except self._rest_apis.exceptions.NotFoundException:
            raise NotOwnedError(_nobody(f"usage plan {origin.usage_plan}")) from None
        stages = [(entry.get("apiId"), entry.get("stage")) for entry in plan.get("apiStages", [])]
        if stages != [(origin.address, origin.path)]:
            alone = f"usage plan {origin.usage_plan} does not belong to API {origin.address} alone"
            raise NotOwnedError(f"{alone}; give the lane a plan of its own")

    def _http_api(self, origin: LaneOrigin) -> None:
        stage = origin.path or "$default"
        try:
            api = self._http_apis.get_api(ApiId=origin.address)
            self._http_apis.get_stage(ApiId=origin.address, StageName=stage)
        except self._http_apis.exceptions.NotFoundException:
            raise NotOwnedError(_nobody(f"HTTP API {origin.address} with stage {stage}")) from None
        if api["ProtocolType"] != "HTTP":
            speaks = f"API {origin.address} speaks {api['ProtocolType']}"
            raise NotOwnedError(f"{speaks}; only an HTTP API can be an origin of a lane")
        _reachable({"disableExecuteApiEndpoint": api.get("DisableExecuteApiEndpoint")}, origin)

    def _function_url(self, origin: LaneOrigin) -> None:
        """The function has this URL, and it is signed for exactly if Lambda asks for a signature."""
        try:
            url = self._functions.get_function_url_config(FunctionName=origin.function)
        except self._functions.exceptions.ResourceNotFoundException:
            raise NotOwnedError(_nobody(f"function {origin.function} with a URL")) from None
        host = url["FunctionUrl"].removeprefix("https://").rstrip("/")
        if host.partition(".")[0] != origin.address:
            raise NotOwnedError(f"the URL of function {origin.function} is https://{host}/; register that one")
        if (url["AuthType"] == "AWS_IAM") != origin.signed:
            guard = "oac" if url["AuthType"] == "AWS_IAM" else "header or none"
            has = f"the URL of function {origin.function} has AuthType {url['AuthType']}"
            raise NotOwnedError(f"{has}; register it with the guard {guard}")

    def _trusted(self, origin: LaneOrigin) -> None:
        if origin.address not in self._trusted_hosts:
            raise NotOwnedError(
                f"host {origin.address} is not trusted here; add it to the platform's parameter TrustedHosts"
            )


def _nobody(what: str) -> str:
    return f"{what} is not in this account and region; deploy the lane's stack again, or register what it has"


def _reachable(api: Mapping[str, object], origin: LaneOrigin) -> None:
    if api.get("disableExecuteApiEndpoint"):
        raise NotOwnedError(
            f"API {origin.address} has its execute-api endpoint disabled, which the edge calls; enable it"
        )
