"""Whether the policy of a bucket or a function lets a distribution in: the part of it that origin access control uses.

The local edge calls both with the emulator's root keys, which bypass policies; so it checks the policy first.
"""

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

_CLOUDFRONT = "cloudfront.amazonaws.com"


def allowed(
    policy: Mapping[str, Any] | None,
    action: str,
    resource: str,
    distribution_arn: str,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether CloudFront, for this distribution and over https, may do `action` on the resource of this ARN.

    `context` are the service's own condition keys, in lower case.
    """
    account = distribution_arn.split(":")[4]
    shared = {"aws:sourcearn": distribution_arn, "aws:sourceaccount": account, "aws:securetransport": "true"}
    context = {**shared, **(context or {})}
    effects = {
        statement.get("Effect")
        for statement in _listed((policy or {}).get("Statement"))
        if _is_cloudfront(statement.get("Principal"))
        and any(fnmatch.fnmatchcase(action.lower(), each.lower()) for each in _listed(statement.get("Action")))
        and any(fnmatch.fnmatchcase(resource, each) for each in _listed(statement.get("Resource")))
        and _holds(statement.get("Condition") or {}, context)
    }
    return "Allow" in effects and "Deny" not in effects


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _is_cloudfront(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return _CLOUDFRONT in _listed(principal.get("Service")) or "*" in _listed(principal.get("AWS"))
    return bool(principal == "*")


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    for operator, tests in conditions.items():
        for name, wanted in tests.items():
            given = context.get(name.lower())
            if given is None or not _compare(operator, given, [str(each) for each in _listed(wanted)]):
                return False
    return True


def _compare(operator: str, given: str, wanted: Iterable[str]) -> bool:
    match operator:
        case "StringEquals" | "ArnEquals":
            return given in wanted
        case "StringLike" | "ArnLike":
            return any(fnmatch.fnmatchcase(given, each) for each in wanted)
        case "Bool":
            return given.lower() in {each.lower() for each in wanted}
        case _:
            return False  # an unknown operator grants nothing
