"""The few operations of API Gateway, Lambda and Secrets Manager that adoption and keys need, in memory."""

from functools import cache
from typing import Any

import boto3
from tests.fakes.memory_aws import client_error


@cache
def _exceptions(service: Any) -> Any:
    return boto3.client(
        service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    ).exceptions


class SmallApiGateway:
    """REST APIs, their stages and usage plans."""

    def __init__(self) -> None:
        self.exceptions = _exceptions("apigateway")
        self.apis: dict[str, str] = {}
        self.stages: set[tuple[str, str]] = set()
        self.plans: dict[str, list[dict[str, str]]] = {}
        self.keys: set[tuple[str, str]] = set()

    def __deepcopy__(self, memo: object) -> "SmallApiGateway":
        other = SmallApiGateway()
        other.apis, other.stages, other.keys = dict(self.apis), set(self.stages), set(self.keys)
        other.plans = dict(self.plans)
        return other

    def deploy(self, api: str, name: str, stage: str, plan: str) -> None:
        self.apis[api] = name
        self.stages.add((api, stage))
        self.plans[plan] = [{"apiId": api, "stage": stage}]

    def get_rest_api(self, *, restApiId: str) -> dict[str, Any]:
        return {"name": self._found(self.apis, restApiId)}

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


class SmallLambda:
    """The resource policy of functions: source ARN by function and statement."""

    def __init__(self) -> None:
        self.exceptions = _exceptions("lambda")
        self.permissions: dict[tuple[str, str], str] = {}

    def __deepcopy__(self, memo: object) -> "SmallLambda":
        other = SmallLambda()
        other.permissions = dict(self.permissions)
        return other

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


class SmallSecrets:
    """Secrets by name."""

    def __init__(self, values: dict[str, str]) -> None:
        self.exceptions = _exceptions("secretsmanager")
        self.values = values

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        return {"SecretString": self.values[SecretId]}
