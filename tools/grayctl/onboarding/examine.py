"""What stands in the way of an application that is to come under Graylane: `grayctl doctor`'s findings."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from grayctl.onboarding.apart import missing_in_a_lane
from grayctl.onboarding.apis import web_sockets
from grayctl.onboarding.application import (
    ANY_METHOD,
    ANY_PATH,
    Api,
    Application,
    Behavior,
    Distribution,
    Reading,
    pattern_of,
)
from grayctl.onboarding.built_files import addresses_in
from grayctl.onboarding.distributions import read_application
from grayctl.onboarding.findings import BLOCKS, UNKNOWN, WARNING, Finding, Unsure, Warned, Wrong, found
from grayctl.onboarding.names import names_of
from grayctl.onboarding.template import Template
from grayctl.onboarding.values import known

_ORDER = (BLOCKS, WARNING, UNKNOWN)
_APP_SYNC = ("AWS::AppSync::GraphQLApi", "AWS::AppSync::Api", "AWS::Serverless::GraphQLApi")


def examine(template: Template, build: Path | None = None) -> list[Finding]:
    """All findings about a template and its site's built files, those that block first. Raises UsageError."""
    application = read_application(template)
    findings = [
        *_distributions(application),
        *_apis(application),
        *_unsupported(template),
        *names_of(template),
        *missing_in_a_lane(template),
        *(addresses_in(build) if build else ()),
        *application.unread,
    ]
    return sorted(findings, key=lambda one: _ORDER.index(one.level))


def _distributions(application: Application) -> Iterator[Finding]:
    if not application.distributions:
        yield found(Warned.NO_DISTRIBUTION, where="the template")
    for distribution in application.distributions:
        if distribution.continuous:
            yield found(Wrong.CONTINUOUS_DEPLOYMENT, where=distribution.id)
        *_, default = distribution.behaviors
        if default.api and known(default.api):
            yield found(Wrong.RENDERED_PAGES, where=default.where, api=default.api)
        for behavior in distribution.behaviors:
            for declared, events in (
                (Wrong.FUNCTION_THERE, behavior.functions),
                (Wrong.LAMBDA_THERE, behavior.lambdas),
            ):
                for event in events:
                    if event.startswith("viewer-"):
                        yield found(declared, where=behavior.where, event=event)


def _apis(application: Application) -> Iterator[Finding]:
    for api in application.apis.values():
        if api.allows:
            yield found(Warned.CROSS_ORIGIN, where=api.id, origins=", ".join(api.allows))
        if api.streams:
            yield found(Warned.STREAMS, where=api.id)
        if any(application.leading_to(api.id)):
            for distribution in application.distributions:
                if any(one.api == api.id for one in distribution.behaviors):
                    yield from _covered(distribution, api)
        elif application.distributions and not application.has_unknown_origin:
            yield found(Warned.API_OUTSIDE, where=api.id)


def _covered(distribution: Distribution, api: Api) -> Iterator[Finding]:
    """Whether the behaviors lead every route to the API, with its methods."""
    leading = [one for one in distribution.behaviors if one.api == api.id]
    stage = "" if api.kind != "rest-api" or any(one.at_root for one in leading) else f"/{api.stage}"
    if not known(stage):
        yield found(Unsure.NOT_READ, where=api.id, what="the stage in the paths of its callers")
        return
    refused: dict[tuple[Behavior, str], list[str]] = {}
    for route in dict.fromkeys(api.routes):
        if route.path == ANY_PATH:
            continue  # takes what it gets; nobody can say which paths that should be
        behavior = _first(distribution, stage + re.sub(r"\{[^}]*\}", "x", route.path))
        if not known(behavior.pattern, behavior.api):
            continue  # told as unread
        if behavior.api != api.id:
            pattern = stage + pattern_of(route.path)
            yield found(Wrong.PATH_NOT_COVERED, where=distribution.id, path=route.path, api=api.id, pattern=pattern)
        elif known(route.method) and route.method not in (ANY_METHOD, "OPTIONS", *behavior.methods):
            refused.setdefault((behavior, route.path), []).append(route.method)
    for (behavior, path), methods in refused.items():
        said = ", ".join(methods)
        yield found(Wrong.METHODS_REFUSED, where=behavior.where, api=api.id, methods=said, path=path)
    for behavior in leading:
        yield from _methods(behavior, api)


def _methods(behavior: Behavior, api: Api) -> Iterator[Finding]:
    if api.answers_options and "OPTIONS" not in behavior.methods:
        yield found(Warned.OPTIONS_REFUSED, where=behavior.where, api=api.id)
    if "POST" not in behavior.methods and any(route.method == ANY_METHOD for route in api.routes):
        yield found(Warned.ONLY_READ, where=behavior.where, api=api.id, methods=", ".join(sorted(behavior.methods)))


def _first(distribution: Distribution, path: str) -> Behavior:
    """The behavior that takes a path, or the first that may: one whose pattern only a deployment knows.

    CloudFront's patterns have no brackets (developer guide, "Path pattern"), so fnmatch reads them as CloudFront does.
    """
    return next(one for one in distribution.behaviors if not known(one.pattern) or fnmatchcase(path, one.pattern))


def _unsupported(template: Template) -> Iterator[Finding]:
    reading = Reading(template)
    for name in web_sockets(reading):
        yield found(Wrong.WEB_SOCKET, where=name)
    for name, _ in reading.of_type(*_APP_SYNC):
        yield found(Wrong.APP_SYNC, where=name)
