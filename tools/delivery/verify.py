"""Run the end-to-end cases against an environment as it is deployed, if nobody is hurt by it."""

from rich.console import Console

from delivery.asking import ask_for_name
from delivery.commands import run_tests
from delivery.errors import DeliveryError
from delivery.released import leads_anywhere
from gray.history.revisions import Revisions
from gray.lanes.registration import STABLE, read_parameters
from grayctl.stack.target import Target

__all__ = ["verify"]


def verify(target: Target, console: Console, *, yes: bool = False) -> None:
    """Ask where real viewers may be, then run the cases marked `verify`.

    Raises DeliveryError with what to do, NotConfirmedError when nobody said yes.
    """
    _refuse(target)
    if target.part == "stable" and not yes:
        console.print(
            f"The cases lead viewers of {target.environment} to gray (up to all of them), kill, and put the release "
            "back. It takes about a quarter of an hour."
        )
        ask_for_name(console, "the environment's name", target.environment)
    run_tests(target.config_env, failed=f"{target.config_env} does not behave as it should, see above")


def _refuse(target: Target) -> None:
    if target.part == "gray":
        raise DeliveryError(
            f"{target.stack} has no site of its own, {target.environment}'s leads to it: "
            f"make verify ENV={target.environment}"
        )
    lanes = set(read_parameters(target.clients.ssm, target.parameter_prefix).registrations)
    if not lanes - {STABLE}:
        raise DeliveryError("no gray lane is registered, and half of the cases need one: make deploy ENV=gray first")
    revision = Revisions(target.clients.dynamodb, target.config_table).current()
    if revision is not None and leads_anywhere(revision.document, revision.state):
        raise DeliveryError(
            f"revision {revision.number} leads viewers to gray, and the cases would move them: "
            f"first `grayctl kill` or `grayctl finish --config-env {target.config_env}`"
        )
