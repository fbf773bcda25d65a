"""template.yaml as one environment of samconfig.toml gets it: conditions evaluated, `Fn::If` resolved.

Only what the tests ask of CloudFormation is evaluated; what is known at deployment only (ARNs, ids) stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from delivery.artifacts.parameters import environments, overrides
from generate.reference.template_reference import read_template

ROOT = Path(__file__).parents[3]
NO_VALUE = {"Ref": "AWS::NoValue"}
PSEUDO = {
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


@cache
def template() -> dict[str, Any]:
    return read_template(ROOT / "template.yaml")


def of_type(resources: Mapping[str, Any], *types: str) -> dict[str, Any]:
    """The properties of all resources of these types, by their logical id."""
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] in types}


@dataclass(frozen=True)
class Deployment:
    """The template with parameter values; `region` decides where CloudFront's metrics are."""

    values: Mapping[str, str]
    region: str = "us-east-1"

    @cached_property
    def parameters(self) -> dict[str, str]:
        defaults = {name: str(one.get("Default", "")) for name, one in template()["Parameters"].items()}
        return {**defaults, **PSEUDO, "AWS::Region": self.region, **self.values}

    @cached_property
    def resources(self) -> dict[str, Any]:
        """What exists in this deployment, each `Fn::If` taken and each absent value left out."""
        return self.take(template()["Resources"])

    @cached_property
    def outputs(self) -> dict[str, Any]:
        return self.take(template()["Outputs"])

    def take(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """Those of `named` whose condition holds, each `Fn::If` taken."""
        return {
            name: self._taken(one)
            for name, one in named.items()
            if "Condition" not in one or self.holds(one["Condition"])
        }

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self._truth(template()["Conditions"][condition])

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


def deployed(environment: str, **more: str) -> Deployment:
    """One of samconfig's environments, with further parameters."""
    return Deployment({**dict(item.split("=", 1) for item in overrides(ROOT, environment)), **more})


def every_deployment() -> Iterator[tuple[str, Deployment]]:
    """Each environment as it is, and each with every other value of a switch, one at a time."""
    switches = {
        name: one["AllowedValues"]
        for name, one in template()["Parameters"].items()
        if len(one.get("AllowedValues", ())) in (2, 3, 4)
    }
    for environment in environments(ROOT):
        plain = deployed(environment)
        yield environment, plain
        yield f"{environment}, elsewhere", Deployment(plain.values, "eu-central-1")
        for name, values in switches.items():
            for value in values:
                if value != plain.parameters[name]:
                    yield f"{environment}, {name} {value}", deployed(environment, **{name: value})
