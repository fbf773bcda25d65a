"""The distributions of a template, and the APIs that their behaviors lead to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grayctl.adoption.apis import read_apis
from grayctl.adoption.application import Api, Application, Behavior, Distribution, Reading, mapping, sequence
from grayctl.adoption.findings import Unsure, found
from grayctl.adoption.template import Template
from grayctl.adoption.values import known, references

# The platform's functions have this in their ARN: a behavior that has them is attached already.
_OURS = ":function/graylane-"
_NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")


@dataclass(frozen=True)
class _Origin:
    api: str
    path: str


def read_application(template: Template) -> Application:
    """The application that a template describes."""
    reading = Reading(template)
    apis = read_apis(reading)
    distributions = tuple(
        _distribution(reading, apis, name, mapping(one.get("DistributionConfig")))
        for name, one in reading.of_type("AWS::CloudFront::Distribution")
    )
    for name, _ in reading.of_type(*_NESTED):
        reading.unread.append(found(Unsure.ELSEWHERE, where=name, what="the nested stack"))
    for name in template["Resources"]:
        if name.startswith("Fn::"):
            reading.unread.append(found(Unsure.NOT_READ, where=f"Resources.{name}", what="what it repeats"))
    return Application(apis, distributions, tuple(reading.unread))


def _distribution(reading: Reading, apis: Mapping[str, Api], name: str, config: Mapping[str, Any]) -> Distribution:
    origins = dict(_origins(reading, apis, name, config))
    listed = config.get("CacheBehaviors") or []
    if not isinstance(listed, list):
        reading.unread.append(found(Unsure.NOT_READ, where=f"{name}.CacheBehaviors", what="the list of behaviors"))
    behaviors = [
        _behavior(reading, origins, f"{name}.CacheBehaviors[{place}]", mapping(one))
        for place, one in enumerate(sequence(listed))
    ]
    default = {**mapping(config.get("DefaultCacheBehavior")), "PathPattern": "*"}
    behaviors.append(_behavior(reading, origins, f"{name}.DefaultCacheBehavior", default))
    continuous = bool(config.get("ContinuousDeploymentPolicyId") or config.get("Staging"))
    return Distribution(name, tuple(behaviors), continuous)


def _origins(
    reading: Reading, apis: Mapping[str, Api], name: str, config: Mapping[str, Any]
) -> Iterator[tuple[str, _Origin]]:
    for place, one in enumerate(sequence(config.get("Origins"))):
        origin = mapping(one)
        domain = origin.get("DomainName")
        api = next((each for each in references(domain) if each in apis), "")
        if not api and not any(each in reading.resources for each in references(domain)):
            text = reading.values.text(domain)
            if not known(text) or ".execute-api." in text or ".lambda-url." in text:
                where = f"{name}.Origins[{place}]"
                reading.unread.append(found(Unsure.NOT_READ, where=where, what="which API it leads to"))
        yield reading.values.text(origin.get("Id")), _Origin(api, reading.values.text(origin.get("OriginPath")))


def _behavior(reading: Reading, origins: Mapping[str, _Origin], where: str, behavior: Mapping[str, Any]) -> Behavior:
    text = reading.values.text
    pattern = text(behavior.get("PathPattern"))
    if not known(pattern):
        reading.unread.append(found(Unsure.NOT_READ, where=where, what="its path pattern"))
    origin = origins.get(text(behavior.get("TargetOriginId")), _Origin("", ""))
    shown = where if pattern == "*" else f"{where} {pattern}"
    return Behavior(
        where=shown,
        pattern="/" + pattern.removeprefix("/") if pattern != "*" else pattern,
        api=origin.api,
        at_root=bool(origin.path),
        methods=frozenset(map(text, sequence(behavior.get("AllowedMethods")))) or frozenset({"GET", "HEAD"}),
        functions=_events(reading, shown, behavior, "FunctionAssociations"),
        lambdas=_events(reading, shown, behavior, "LambdaFunctionAssociations"),
    )


def _events(reading: Reading, where: str, behavior: Mapping[str, Any], key: str) -> tuple[str, ...]:
    listed = behavior.get(key) or []
    if not isinstance(listed, list):
        reading.unread.append(found(Unsure.NOT_READ, where=where, what=key))
    others = [one for one in map(mapping, sequence(listed)) if _OURS not in reading.values.text(one.get("FunctionARN"))]
    return tuple(reading.values.text(one.get("EventType")) for one in others)
