"""Physical names in a template: those that a second lane's stack would take again, or that have no room for a lane."""

from collections.abc import Iterator
from typing import Any

from grayctl.onboarding.application import Reading, mapping
from grayctl.onboarding.findings import Finding, Warned, Wrong, found
from grayctl.onboarding.template import Template
from grayctl.onboarding.values import references

# The property with the name, and its longest length, by the API reference of each service. Only names that are unique
# in an account and region, or further: two APIs of API Gateway may have the same name.
_NAMES: dict[str, tuple[str, int]] = {
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig.Name", 128),
    "AWS::CloudFront::Function": ("Name", 64),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name", 64),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig.Name", 128),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
    "AWS::DynamoDB::Table": ("TableName", 255),
    "AWS::Events::EventBus": ("Name", 256),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::SSM::Parameter": ("Name", 2048),
    "AWS::SecretsManager::Secret": ("Name", 512),
    "AWS::Serverless::Function": ("FunctionName", 64),
    "AWS::Serverless::SimpleTable": ("TableName", 255),
    "AWS::Serverless::StateMachine": ("Name", 80),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", 80),
}
# CloudFormation replaces a resource whose name changes, and these would be empty.
_DATA = {
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::SimpleTable",
}
_REST_APIS = ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
_DISTRIBUTION = "AWS::CloudFront::Distribution"
_LANE = "-v99"
# They are the same for every stack of an account and region.
_SHARED = {"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"}


def names_of(template: Template) -> Iterator[Finding]:
    """The findings about physical names.

    A resource with a condition is left out: it may be there in one lane's stack only, which a deployment decides.
    """
    reading = Reading(template)
    everywhere = [(name, one) for name, one in reading.resources.items() if "Condition" not in one]
    for name, one in everywhere:
        properties = one.get("Properties") or {}
        if one["Type"] in _NAMES:
            path, limit = _NAMES[one["Type"]]
            wrong = Wrong.FIXED_NAME_OF_DATA if one["Type"] in _DATA else Wrong.FIXED_NAME
            yield from _name(reading, f"{name}.{path}", _at(properties, path), limit, wrong)
        if one["Type"] in _REST_APIS and (called := mapping(properties).get("Name")) and _is_fixed(called):
            yield found(Warned.SAME_API_NAME, where=f"{name}.Name", name=reading.values.text(called))
        if one["Type"] == _DISTRIBUTION:
            aliases = _at(properties, "DistributionConfig.Aliases") or []
            for place, alias in enumerate(aliases if isinstance(aliases, list) else [aliases]):
                where = f"{name}.DistributionConfig.Aliases[{place}]"
                if _is_fixed(alias):
                    yield found(Wrong.ONE_ADDRESS, where=where, name=reading.values.text(alias))


def _name(reading: Reading, where: str, value: Any, limit: int, fixed: Wrong) -> Iterator[Finding]:
    if value is None:
        return
    text = reading.values.text(value)
    if _is_fixed(value):
        yield found(fixed, where=where, name=text)
        return
    # What only a deployment knows counts nothing, so this is the shortest that the name can be.
    length = len(_without_places(text))
    over = length + len(_LANE) - limit
    if over > 0:
        yield found(Wrong.NAME_TOO_LONG, where=where, length=length, limit=limit, over=over)


def _is_fixed(value: Any) -> bool:
    """Whether a name is the same in every stack: it depends on no parameter, no stack, and no other stack's export."""
    return not set(references(value)) - _SHARED and "Fn::ImportValue" not in str(value)


def _at(properties: Any, path: str) -> Any:
    for key in path.split("."):
        properties = mapping(properties).get(key)
    return properties


def _without_places(text: str) -> str:
    while "${" in text:
        before, _, rest = text.partition("${")
        text = before + rest.partition("}")[2]
    return text
