"""The states in which SAM and CloudFormation leave a stack behind, and the way out of each.

Read before anything is built or asked: CloudFormation says no in the end too, minutes later and without a way out.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from delivery.errors import DeliveryError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

__all__ = ["described", "holds_nothing", "parameter", "refuse_deployment", "refuse_removal"]

# A change set that nobody executed; SAM makes another one.
_ONLY_REVIEWED = "REVIEW_IN_PROGRESS"
_DELETING = "DELETE_IN_PROGRESS"
# A first deployment failed, so there is no state to go back to: CloudFormation only deletes these.
_NEVER_CREATED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


def described(cloudformation: "CloudFormationClient", stack: str) -> "StackTypeDef | None":
    """The stack; None when there is none of that name."""
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        # CloudFormation has no class of its own for this: ValidationError, "Stack with id X does not exist".
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise


def parameter(stack: "StackTypeDef", name: str) -> str:
    """The value of one of the stack's parameters; empty for one that it lacks."""
    given = (each.get("ParameterValue", "") for each in stack.get("Parameters", []) if each.get("ParameterKey") == name)
    return next(given, "")


def holds_nothing(status: str) -> bool:
    """Whether a stack in this state has no resource that anybody could need."""
    return status in (_ONLY_REVIEWED, "ROLLBACK_COMPLETE")


def refuse_deployment(stack: str, status: str, removal: str) -> None:
    """Raises DeliveryError where `sam deploy` cannot do anything with the stack as it is; `removal` removes it."""
    if status in _NEVER_CREATED:
        raise DeliveryError(
            f"the first deployment of {stack} failed ({status}) and cannot be taken up: `{removal}`, then deploy again"
        )
    if status == "DELETE_FAILED":
        raise DeliveryError(f"{stack} was not removed whole ({status}): `{removal}` again, then deploy")
    if status == "UPDATE_ROLLBACK_FAILED" or status == "IMPORT_ROLLBACK_FAILED":
        raise DeliveryError(
            f"{stack} could not go back to what it was ({status}): mend what its events name, then "
            f"`aws cloudformation continue-update-rollback --stack-name {stack}`, then deploy again"
        )
    if status == "UPDATE_FAILED":
        raise DeliveryError(
            f"{stack} stopped half-way ({status}): `aws cloudformation rollback-stack --stack-name {stack}`, "
            "then deploy again"
        )
    if status.endswith("_IN_PROGRESS") and status != _ONLY_REVIEWED:
        raise _busy(stack, status)


def refuse_removal(stack: str, status: str) -> None:
    """Raises DeliveryError while somebody else's deployment is under way; a removal under way is waited for."""
    if status.endswith("_IN_PROGRESS") and status not in (_ONLY_REVIEWED, _DELETING):
        raise _busy(stack, status)


def _busy(stack: str, status: str) -> DeliveryError:
    look = f"aws cloudformation describe-stacks --stack-name {stack} --query 'Stacks[0].StackStatus'"
    return DeliveryError(f"somebody is at work on {stack} ({status}): once that has ended (`{look}`), again")
