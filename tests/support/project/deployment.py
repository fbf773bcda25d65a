"""A template as one stack of samconfig.toml gets it: conditions evaluated, `Fn::If` resolved.

Only what the tests ask of CloudFormation is evaluated; what is known at deployment only (ARNs, ids) stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from delivery.artifacts.parameters import build_of, names, overrides, stacks_of
from generate.reference.template_reference import read_template

ROOT = Path(__file__).parents[3]
NO_VALUE = {"Ref": "AWS::NoValue"}
PSEUDO = {
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


PLATFORM, LANE = TEMPLATES = ("template.yaml", "lane.yaml")


@cache
def template(name: str = PLATFORM) -> dict[str, Any]:
    return read_template(ROOT / name)


def of_type(resources: Mapping[str, Any], *types: str) -> dict[str, Any]:
    """The properties of all resources of these types, by their logical id."""
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] in types}


@dataclass(frozen=True)
class Deployment:
    """A template with parameter values; `region` decides where CloudFront's metrics are."""

    values: Mapping[str, str]
    region: str = "us-east-1"
    template: str = PLATFORM

    @cached_property
    def parameters(self) -> dict[str, str]:
        defaults = {name: str(one.get("Default", "")) for name, one in template(self.template)["Parameters"].items()}
        return {**defaults, **PSEUDO, "AWS::Region": self.region, **self.values}

    @cached_property
    def resources(self) -> dict[str, Any]:
        """What exists in this deployment, each `Fn::If` taken and each absent value left out."""
        return self.take(template(self.template)["Resources"])

    @cached_property
    def outputs(self) -> dict[str, Any]:
        return self.take(template(self.template)["Outputs"])

    def take(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """Those of `named` whose condition holds, each `Fn::If` taken."""
        return {
            name: self._taken(one)
            for name, one in named.items()
            if "Condition" not in one or self.holds(one["Condition"])
        }

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self._truth(template(self.template)["Conditions"][condition])

    def text(self, value: Any) -> str:
        """A text with the parameters filled in; `${...}` of resources stay."""
        if isinstance(value, dict) and "Ref" in value:
            return self.parameters.get(value["Ref"], f"${{{value['Ref']}}}")
        if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str):
            text = value["Fn::Sub"]
            for name, known in self.parameters.items():
                text = text.replace(f"${{{name}}}", known)
            return str(text)
        return str(value)

    def _truth(self, expression: Any) -> bool:
        (kind, operand), *more = expression.items()
        assert not more
        match kind:
            case "Condition":
                return self.holds(operand)
            case "Fn::Not":
                return not self._truth(operand[0])
            case "Fn::And":
                return all(self._truth(each) for each in operand)
            case "Fn::Or":
                return any(self._truth(each) for each in operand)
            case "Fn::Equals":
                one, other = (self.text(each) for each in operand)
                return one == other
        raise ValueError(f"{kind} is not evaluated here")

    def _taken(self, value: Any) -> Any:
        if isinstance(value, list):
            taken = [self._taken(each) for each in value]
            return [each for each in taken if each != NO_VALUE]
        if not isinstance(value, dict):
            return value
        if "Fn::If" in value:
            condition, then, otherwise = value["Fn::If"]
            return self._taken(then if self.holds(condition) else otherwise)
        taken_items = {key: self._taken(each) for key, each in value.items()}
        return {key: each for key, each in taken_items.items() if each != NO_VALUE}


def deployed(name: str, **more: str) -> Deployment:
    """One of samconfig's stacks, with further parameters."""
    values = {**dict(item.split("=", 1) for item in overrides(ROOT, name)), **more}
    return Deployment(values, template=build_of(ROOT, name, {}).template)


def before_stable(name: str, **more: str) -> Deployment:
    """A platform's stack with what lane v1 has registered, as `make deploy` makes it."""
    stable = {"StableHost": "abc.execute-api.us-east-1.amazonaws.com", "StablePath": "/live"}
    return deployed(name, **stable, StableFunction=f"graylane-{name}-api-v1", StableUsagePlan="plan1", **more)


def alarms_of(environment: str) -> dict[str, Any]:
    """The alarms of a platform and its lanes by name, without `graylane-<environment>-`."""
    stacks = [deployed(name) for name in stacks_of(ROOT, environment)]
    return {
        stack.text(alarm["AlarmName"]).removeprefix(f"graylane-{environment}-"): alarm
        for stack in stacks
        for alarm in of_type(stack.resources, "AWS::CloudWatch::Alarm").values()
    }


def every_deployment() -> Iterator[tuple[str, Deployment]]:
    """Each stack as it is, a platform also without stable; each with every other value of a switch, one at a time."""
    for name in names(ROOT):
        of = before_stable if "Lane" not in deployed(name).values else deployed
        plain = of(name)
        yield name, plain
        yield f"{name}, elsewhere", replace(plain, region="eu-central-1")
        if of is before_stable:
            yield f"{name}, without stable", deployed(name)
        switches = {
            parameter: one["AllowedValues"]
            for parameter, one in template(plain.template)["Parameters"].items()
            if len(one.get("AllowedValues", ())) in (2, 3, 4)
        }
        for parameter, values in switches.items():
            for value in values:
                if value != plain.parameters[parameter]:
                    yield f"{name}, {parameter} {value}", of(name, **{parameter: value})
