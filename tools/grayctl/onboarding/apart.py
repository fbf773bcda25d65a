"""What a second lane's stack has not got, because of a condition, and what refers to it all the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from grayctl.onboarding.application import Reading, mapping
from grayctl.onboarding.findings import Finding, Warned, found
from grayctl.onboarding.template import Template
from grayctl.onboarding.values import references


def missing_in_a_lane(template: Template) -> Iterator[Finding]:
    """References to a resource with a condition, from where that condition need not hold.

    CloudFormation refuses them in a stack where it does not ("unresolved resource dependencies").
    """
    resources = Reading(template).resources
    conditions = {name: str(one["Condition"]) for name, one in resources.items() if "Condition" in one}
    outputs = {f"Outputs.{name}": mapping(one) for name, one in mapping(template.get("Outputs")).items()}
    for where, one in {**_with_globals(template, resources), **outputs}.items():
        for name in dict.fromkeys(references(one)):
            condition = conditions.get(name)
            if condition and condition != one.get("Condition") and name in references(_without(one, condition)):
                yield found(Warned.MISSING_IN_A_LANE, where=where, name=name, condition=condition)


def _with_globals(template: Template, resources: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return {"Globals": mapping(template.get("Globals")), **resources}


def _without(value: Any, condition: str) -> Any:
    """The value as it is where the condition does not hold."""
    match value:
        case {"Fn::If": [str() as name, _, otherwise]} if name == condition:
            return _without(otherwise, condition)
        case dict():
            return {key: _without(one, condition) for key, one in value.items()}
        case list():
            return [_without(one, condition) for one in value]
    return value
