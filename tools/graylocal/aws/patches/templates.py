"""CloudFormation: template features."""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import changesets, engine, handlers, stacks


def conditions_know_pseudo_parameters() -> None:
    """Gap: a condition on `AWS::Region` compares the parameter's name, so it is always false.

    On AWS pseudo parameters have their values in conditions too (CloudFormation user guide, "Pseudo parameters").
    """
    evaluate = engine._evaluate_conditions

    def with_pseudo_parameters(template: Any, params: Any) -> Any:
        pseudo = {"AWS::Region": get_region(), "AWS::AccountId": get_account_id(), "AWS::Partition": "aws"}
        return evaluate(template, {**params, **{name: {"Value": value} for name, value in pseudo.items()}})

    for module in (engine, changesets, handlers, stacks):
        module._evaluate_conditions = with_pseudo_parameters
