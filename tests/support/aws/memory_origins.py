"""REST APIs, HTTP APIs and functions in memory: what adoption asks of a lane's origins, and changes there."""

from typing import Any

from tests.support.aws.memory_aws import client_error, real

__all__ = ["MemoryApiGateway", "MemoryHttpApis", "MemoryLambda"]


class MemoryApiGateway:
    """REST APIs, their stages and usage plans."""

    def __init__(self) -> None:
        self.exceptions = real("apigateway").exceptions
        self.apis: dict[str, str] = {}
        self.stages: set[tuple[str, str]] = set()
        self.plans: dict[str, list[dict[str, str]]] = {}
        self.keys: set[tuple[str, str]] = set()
        self.disabled: set[str] = set()

    def __deepcopy__(self, memo: object) -> "MemoryApiGateway":
        other = MemoryApiGateway()
        other.disabled = set(self.disabled)
        other.apis, other.stages, other.keys = dict(self.apis), set(self.stages), set(self.keys)
        other.plans = dict(self.plans)
        return other

    def deploy(self, api: str, name: str, stage: str, plan: str) -> None:
        self.apis[api] = name
        self.stages.add((api, stage))
        self.plans[plan] = [{"apiId": api, "stage": stage}]

    def get_rest_api(self, *, restApiId: str) -> dict[str, Any]:
        return {"name": self._found(self.apis, restApiId), "disableExecuteApiEndpoint": restApiId in self.disabled}

    def get_stage(self, *, restApiId: str, stageName: str) -> dict[str, Any]:
        if (restApiId, stageName) not in self.stages:
            raise client_error("apigateway", "NotFoundException", 404)
        return {"stageName": stageName}

    def get_usage_plan(self, *, usagePlanId: str) -> dict[str, Any]:
        return {"apiStages": self._found(self.plans, usagePlanId)}

    def create_usage_plan_key(self, *, usagePlanId: str, keyId: str, keyType: str) -> dict[str, Any]:
        self._found(self.plans, usagePlanId)
        if (usagePlanId, keyId) in self.keys:
            raise client_error("apigateway", "ConflictException", 409)
        self.keys.add((usagePlanId, keyId))
        return {}

    def delete_usage_plan_key(self, *, usagePlanId: str, keyId: str) -> dict[str, Any]:
        if (usagePlanId, keyId) not in self.keys:
            raise client_error("apigateway", "NotFoundException", 404)
        self.keys.remove((usagePlanId, keyId))
        return {}

    def _found(self, where: dict[str, Any], name: str) -> Any:
        if name not in where:
            raise client_error("apigateway", "NotFoundException", 404)
        return where[name]


class MemoryHttpApis:
    """HTTP APIs and WebSocket APIs: what GetApi says of each, and their stages."""

    def __init__(self) -> None:
        self.exceptions = real("apigatewayv2").exceptions
        self.apis: dict[str, dict[str, Any]] = {}
        self.stages: set[tuple[str, str]] = set()

    def __deepcopy__(self, memo: object) -> "MemoryHttpApis":
        other = MemoryHttpApis()
        other.apis, other.stages = dict(self.apis), set(self.stages)
        return other

    def deploy(self, api: str, stage: str, **more: Any) -> None:
        self.apis[api] = {"ProtocolType": "HTTP", **more}
        self.stages.add((api, stage))

    def get_api(self, *, ApiId: str) -> dict[str, Any]:
        if ApiId not in self.apis:
            raise client_error("apigatewayv2", "NotFoundException", 404)
        return self.apis[ApiId]

    def get_stage(self, *, ApiId: str, StageName: str) -> dict[str, Any]:
        if (ApiId, StageName) not in self.stages:
            raise client_error("apigatewayv2", "NotFoundException", 404)
        return {"StageName": StageName}


class MemoryLambda:
    """The resource policy of functions: source ARN by function and statement. `urls`: id and AuthType by function."""

    def __init__(self) -> None:
        self.exceptions = real("lambda").exceptions
        self.permissions: dict[tuple[str, str], str] = {}
        self.urls: dict[str, tuple[str, str]] = {}

    def __deepcopy__(self, memo: object) -> "MemoryLambda":
        other = MemoryLambda()
        other.permissions, other.urls = dict(self.permissions), dict(self.urls)
        return other

    def get_function_url_config(self, *, FunctionName: str) -> dict[str, str]:
        if FunctionName not in self.urls:
            raise client_error("lambda", "ResourceNotFoundException", 404)
        address, auth = self.urls[FunctionName]
        return {"FunctionUrl": f"https://{address}.lambda-url.eu-central-1.on.aws/", "AuthType": auth}

    def add_permission(self, *, FunctionName: str, StatementId: str, SourceArn: str, **more: Any) -> dict[str, Any]:
        if (FunctionName, StatementId) in self.permissions:
            raise client_error("lambda", "ResourceConflictException", 409)
        self.permissions[FunctionName, StatementId] = SourceArn
        return {}

    def remove_permission(self, *, FunctionName: str, StatementId: str) -> dict[str, Any]:
        if (FunctionName, StatementId) not in self.permissions:
            raise client_error("lambda", "ResourceNotFoundException", 404)
        del self.permissions[FunctionName, StatementId]
        return {}
