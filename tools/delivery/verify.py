"""Run the end-to-end cases against a deployed environment, if that affects no viewers."""

from rich.console import Console

from delivery.asking import ask_for_name
from delivery.commands import run_tests
from delivery.errors import DeliveryError
from delivery.released import leads_anywhere
from delivery.stacks.states import parameter
from gray.history.revisions import Revisions
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import STABLE
from grayctl.stack.target import Target

__all__ = ["verify"]


def verify(target: Target, console: Console, *, yes: bool = False) -> None:
    """Ask for confirmation if there may be real viewers, then run the cases marked `verify`.

    Raises DeliveryError with the fix, NotConfirmedError without confirmation.
    """
    _refuse(target)
    stack = target.clients.cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]
    if parameter(stack, "ProtectData") == "on" and not yes:  # where data is protected, there are viewers
        console.print(
            f"The cases send viewers of {target.environment} to gray (up to all of them), kill, and restore the "
            "release. They take about 15 minutes."
        )
        ask_for_name(console, "the environment's name", target.environment)
    run_tests(target.config_env, failed=f"{target.config_env} failed the end-to-end cases, see above")


def _refuse(target: Target) -> None:
    if target.lane:
        raise DeliveryError(
            f"{target.stack} has no site, only {target.environment} has one: run make verify ENV={target.environment}"
        )
    lanes = set(read_parameters(target.clients.ssm, target.parameter_prefix).registrations)
    if not lanes - {STABLE}:
        raise DeliveryError("no gray lane is registered, but half of the cases need one: run make deploy ENV=gray")
    revision = Revisions(target.clients.dynamodb, target.config_table).current()
    if revision is not None and leads_anywhere(revision.document, revision.state):
        raise DeliveryError(
            f"revision {revision.number} sends viewers to gray, and the cases would move them: "
            f"first run `grayctl kill` or `grayctl finish --config-env {target.config_env}`"
        )
