"""Stacks as an account would have them: each role's policies and each function's variables, with names and ARNs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.support.project.deployment import Deployment, before_stable, deployed

__all__ = ["ACCOUNT", "REGION", "Environment", "Resolved", "resolved"]

ACCOUNT, REGION = "111122223333", "us-east-1"
_NAMED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SecretsManager::Secret": "Name",
}
_ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    # AWS adds six characters
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}-AbCdEf",
    "AWS::CloudFront::KeyValueStore": "cloudfront::{account}:key-value-store/0b2bf3a1-0000-4000-8000-000000000000",
}
_REF_IS_ARN = ("AWS::SNS::Topic", "AWS::SecretsManager::Secret")


@dataclass(frozen=True)
class Resolved:
    """One stack. Ids that AWS gives are the logical name in lower case, and the lane."""

    deployment: Deployment

    @cached_property
    def policies(self) -> dict[str, list[dict[str, Any]]]:
        """All statements of each role, those of managed policies too."""
        roles = {}
        for name, one in self.deployment.resources.items():
            if one["Type"] == "AWS::IAM::Role":
                own = [each["PolicyDocument"] for each in one["Properties"].get("Policies", [])]
                managed = [
                    self.deployment.resources[each["Ref"]]["Properties"]["PolicyDocument"]
                    for each in one["Properties"].get("ManagedPolicyArns", [])
                    if "Ref" in each
                ]
                roles[name] = [self.value(each) for document in [*managed, *own] for each in document["Statement"]]
        return roles

    def role_of(self, function: str) -> str:
        return str(self.deployment.resources[function]["Properties"]["Role"]["Fn::GetAtt"].split(".")[0])

    def variables(self, function: str) -> dict[str, str]:
        """What the function's environment holds."""
        common = {"GRAY_ENVIRONMENT": {"Ref": "Environment"}, "PARAMETER_PREFIX": {"Fn::Sub": "/gray/${Environment}"}}
        own = self.deployment.resources[function]["Properties"]["Environment"]["Variables"]
        return {name: str(self.value(value)) for name, value in {**common, **own}.items()}

    def value(self, given: Any) -> Any:
        """A value of the template with every reference resolved."""
        match given:
            case {"Ref": str() as name}:
                return self._reference(name)
            case {"Fn::GetAtt": str() as name}:
                return self._attribute(*name.split(".", 1))
            case {"Fn::Sub": [str() as text, dict() as own]}:
                return self._text(text, {name: str(self.value(each)) for name, each in own.items()})
            case {"Fn::Sub": str() as text}:
                return self._text(text, {})
            case dict():
                return {name: self.value(each) for name, each in given.items()}
            case list():
                return [self.value(each) for each in given]
        return given

    def _text(self, text: str, own: dict[str, str]) -> str:
        def known(found: re.Match[str]) -> str:
            name = found[1]
            if name in own:
                return own[name]
            attribute = "." in name and not name.startswith("AWS::")
            return str(self._attribute(*name.split(".", 1)) if attribute else self._reference(name))

        return re.sub(r"\$\{([^}]+)\}", known, text)

    def _reference(self, name: str) -> Any:
        if name in self.deployment.parameters:
            return self.deployment.parameters[name]
        kind = self.deployment.resources[name]["Type"]
        return self._arn(name) if kind in _REF_IS_ARN else self._name(name)

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute == "StreamArn":
            return f"{self._arn(name)}/stream/2026-01-01T00:00:00.000"
        return self._arn(name) if attribute == "Arn" else f"{name}.{attribute}"

    def _name(self, name: str) -> str:
        resource = self.deployment.resources[name]
        key = _NAMED_BY.get(resource["Type"])
        return (
            str(self.value(resource["Properties"][key]))
            if key
            else name.lower() + self.deployment.parameters.get("Lane", "")
        )

    def _arn(self, name: str) -> str:
        form = _ARNS.get(self.deployment.resources[name]["Type"], f"unknown:::{name}")
        return "arn:aws:" + form.format(region=REGION, account=ACCOUNT, name=self._name(name))


@dataclass(frozen=True)
class Environment:
    """An environment's stacks by lane, the platform's by ``. A lane's functions and roles are named `lane:Name`."""

    stacks: Mapping[str, Resolved]

    @cached_property
    def policies(self) -> dict[str, list[dict[str, Any]]]:
        """All statements of each role, those of managed policies too."""
        return {
            _named(lane, role): statements
            for lane, stack in self.stacks.items()
            for role, statements in stack.policies.items()
        }

    def of(self, name: str) -> tuple[Resolved, str]:
        """The stack of a function, and its logical id there."""
        lane, _, logical_id = name.rpartition(":")
        return self.stacks[lane], logical_id

    def role_of(self, function: str) -> str:
        lane, _, logical_id = function.rpartition(":")
        return _named(lane, self.stacks[lane].role_of(logical_id))


def _named(lane: str, name: str) -> str:
    return f"{lane}:{name}" if lane else name


def resolved() -> Environment:
    """Environment `dev` of samconfig.toml."""
    lanes = {lane: Resolved(deployed(f"dev-{lane}")) for lane in ("v1", "v2")}
    return Environment({"": Resolved(before_stable("dev")), **lanes})
