"""The distributions of a template, and the APIs that their behaviors lead to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grayctl.onboarding.apis import METHODS, read_apis
from grayctl.onboarding.application import Api, Application, Behavior, Distribution, Reading, mapping
from grayctl.onboarding.findings import Unsure, found
from grayctl.onboarding.template import Template
from grayctl.onboarding.values import known, references

# The platform's functions have this in their ARN: a behavior that has them is attached already.
_OURS = ":function/graylane-"
_UNKNOWN = "${?}"
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
        _distribution(reading, apis, name, reading.mapping_at(name, one.get("DistributionConfig")))
        for name, one in reading.of_type("AWS::CloudFront::Distribution")
    )
    for name, _ in reading.of_type(*_NESTED):
        reading.unread.append(found(Unsure.STACK_ELSEWHERE, where=name))
    for name in template["Resources"]:
        if name.startswith("Fn::"):
            reading.unread.append(found(Unsure.NOT_READ, where=f"Resources.{name}", what="what it repeats"))
    return Application(apis, distributions, tuple(reading.unread))


def _distribution(reading: Reading, apis: Mapping[str, Api], name: str, config: Mapping[str, Any]) -> Distribution:
    origins = dict(_origins(reading, apis, name, config))
    listed = reading.list_at(f"{name}.CacheBehaviors", config.get("CacheBehaviors"))
    behaviors = [
        _behavior(reading, origins, where, reading.mapping_at(where, one))
        for where, one in _numbered(f"{name}.CacheBehaviors", listed)
    ]
    where = f"{name}.DefaultCacheBehavior"
    default = {**reading.mapping_at(where, config.get("DefaultCacheBehavior")), "PathPattern": "*"}
    behaviors.append(_behavior(reading, origins, where, default))
    continuous = bool(config.get("ContinuousDeploymentPolicyId") or config.get("Staging") is True)
    errors = map(mapping, reading.list_at(f"{name}.CustomErrorResponses", config.get("CustomErrorResponses")))
    has_error_page = any(one.get("ResponsePagePath") and str(one.get("ResponseCode")) == "200" for one in errors)
    return Distribution(name, tuple(behaviors), continuous, has_error_page)


def _origins(
    reading: Reading, apis: Mapping[str, Api], name: str, config: Mapping[str, Any]
) -> Iterator[tuple[str, _Origin]]:
    listed = reading.list_at(f"{name}.Origins", config.get("Origins"))
    for where, one in _numbered(f"{name}.Origins", listed):
        origin = reading.mapping_at(where, one)
        api = _api_of(reading, apis, origin.get("DomainName"))
        if not known(api):
            reading.unread.append(found(Unsure.NOT_READ, where=where, what="which API it leads to"))
        yield reading.values.text(origin.get("Id")), _Origin(api, reading.values.text(origin.get("OriginPath")))


def _api_of(reading: Reading, apis: Mapping[str, Api], domain: Any) -> str:
    """The logical id of the API that has this host; empty if it is none, _UNKNOWN if only a deployment knows."""
    named = list(references(domain))
    if api := next((each for each in named if each in apis), ""):
        return api
    if any(each in reading.resources for each in named):
        return ""  # a bucket, a load balancer
    text = reading.values.text(domain)
    return "" if known(text) and ".execute-api." not in text and ".lambda-url." not in text else _UNKNOWN


def _behavior(reading: Reading, origins: Mapping[str, _Origin], where: str, behavior: Mapping[str, Any]) -> Behavior:
    text = reading.values.text
    pattern = text(behavior.get("PathPattern", _UNKNOWN))
    if not known(pattern):
        reading.unread.append(found(Unsure.NOT_READ, where=where, what="its path pattern"))
    target = text(behavior.get("TargetOriginId"))
    if target not in origins:
        reading.unread.append(found(Unsure.NOT_READ, where=where, what="its origin"))
    origin = origins.get(target, _Origin(_UNKNOWN, ""))
    shown = where if pattern == "*" else f"{where} {pattern}"
    return Behavior(
        where=shown,
        pattern="/" + pattern.removeprefix("/") if pattern != "*" else pattern,
        api=origin.api,
        at_root=bool(origin.path),
        methods=_methods(reading, f"{shown} AllowedMethods", behavior.get("AllowedMethods", ["GET", "HEAD"])),
        functions=_events(reading, shown, behavior, "FunctionAssociations"),
        lambdas=_events(reading, shown, behavior, "LambdaFunctionAssociations"),
    )


def _methods(reading: Reading, where: str, value: Any) -> frozenset[str]:
    """The methods that a behavior takes: all of them where only a deployment knows."""
    texts = list(map(reading.values.text, reading.list_at(where, value)))
    if known(*texts):
        return frozenset(texts or METHODS)
    reading.unread.append(found(Unsure.NOT_READ, where=where, what="a method"))
    return frozenset(METHODS)


def _events(reading: Reading, where: str, behavior: Mapping[str, Any], key: str) -> tuple[str, ...]:
    listed = reading.list_at(f"{where} {key}", behavior.get(key))
    others = (
        one
        for place, each in _numbered(f"{where} {key}", listed)
        if _OURS not in reading.values.text((one := reading.mapping_at(place, each)).get("FunctionARN"))
    )
    return tuple(reading.values.text(one.get("EventType")) for one in others)


def _numbered(where: str, listed: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    return ((f"{where}[{place}]", one) for place, one in enumerate(listed))
