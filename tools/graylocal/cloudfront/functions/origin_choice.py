"""Selects a request's origin: the behavior's own, or the one a function selects with a helper.

(Developer guide, "Helper methods for origin modification".)
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graylocal.cloudfront.configuration.distribution import Distribution, Origin, OriginGroup
from graylocal.cloudfront.functions.events import InvalidResult
from graylocal.cloudfront.functions.function import OriginCall


def named_origin(distribution: Distribution, name: str) -> Origin | OriginGroup:
    """The origin or the origin group of this id. Raises KeyError."""
    return distribution.groups.get(name) or distribution.origins[name]


def called_origin(distribution: Distribution, origin: Origin | OriginGroup, call: OriginCall) -> Origin | OriginGroup:
    """The origin after one of the helper calls of a viewer-request function. Raises InvalidResult."""
    try:
        match call.helper:
            case "selectRequestOriginById":
                return named_origin(distribution, call.arguments[0])
            case "createRequestOriginGroup":
                asked = call.arguments[0]
                members = [each if isinstance(each, str) else each["originId"] for each in asked["originIds"]]
                statuses = frozenset(int(status) for status in asked["failoverCriteria"]["statusCodes"])
                return OriginGroup(tuple(distribution.origins[member] for member in members), statuses)
            case "updateRequestOrigin":
                if isinstance(origin, OriginGroup):
                    first = rewritten(origin.members[0], call.arguments[0])
                    return OriginGroup((first, *origin.members[1:]), origin.statuses)
                return rewritten(origin, call.arguments[0])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InvalidResult(f"cf.{call.helper}: {error}") from error
    raise InvalidResult(f"cf.{call.helper} is not known")


def rewritten(origin: Origin, asked: Mapping[str, Any]) -> Origin:
    """An origin after `cf.updateRequestOrigin(asked)`: everything not set is inherited.

    Raises InvalidResult where CloudFront answers 502.
    """
    custom, access = asked.get("customOriginConfig"), asked.get("originAccessControlConfig")
    path = asked.get("originPath", origin.path)
    if path and (not path.startswith("/") or path.endswith("/")):
        raise InvalidResult("originPath must start with / and must not end with /")
    signed = bool(access.get("enabled")) if isinstance(access, Mapping) else origin.signed
    s3 = access.get("originType") == "s3" if isinstance(access, Mapping) and signed else origin.s3 and custom is None
    if signed and (asked.get("hostHeader") or custom is not None or (origin.s3 and not s3)):
        raise InvalidResult("origin access control does not fit the new origin")
    headers = asked.get("customHeaders")
    timeouts = asked.get("timeouts") or {}
    return replace(
        origin,
        domain=asked.get("domainName", origin.domain),
        path=path,
        headers=origin.headers if headers is None else {name.lower(): value for name, value in headers.items()},
        s3=s3,
        signed=signed,
        host_header=asked.get("hostHeader", origin.host_header),
        read_timeout=int(timeouts.get("readTimeout", origin.read_timeout)),
        connection_attempts=int(asked.get("connectionAttempts", origin.connection_attempts)),
    )
