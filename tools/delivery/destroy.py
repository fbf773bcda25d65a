"""Remove an environment's stack, after saying what goes with it and asking."""

import time
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console

from delivery.asking import ask_for_name
from delivery.errors import DeliveryError
from delivery.released import leads_to
from delivery.stacks.removal import delete, empty, resources, unprotect_tables
from delivery.stacks.states import holds_nothing, refuse_removal
from gray.history.revisions import Revisions
from gray.lanes.registration import STABLE, read_parameters
from grayctl.actions.gray_data import waits
from grayctl.stack.target import Target
from lane.registry import CACHE_SECONDS

__all__ = ["destroy"]

_UNDER_WAY = 10.0  # seconds for what was sent to the lane last to arrive


def destroy(target: Target, console: Console, *, yes: bool = False, wait: Callable[[float], None] = time.sleep) -> None:
    """Unprotect the stack and its tables, empty the buckets, delete the stack and wait, in any state it may be in.

    A gray lane's registration goes before, what says what is published goes after. Raises DeliveryError when it must
    not be, NotConfirmedError when nobody said yes.
    """
    stack = target.clients.cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]
    refuse_removal(target.stack, stack["StackStatus"])
    tables, buckets = resources(target, "AWS::DynamoDB::Table"), resources(target, "AWS::S3::Bucket")
    gray = _parameter(target, "GrayLane") if target.part == "gray" else ""
    if not holds_nothing(stack["StackStatus"]):
        _refuse(target, gray)
    protected = stack.get("EnableTerminationProtection", False)
    console.print(
        f"{target.stack} goes, and with it tables {tables or '-'} and buckets {buckets or '-'} with all they hold."
    )
    if protected:
        console.print("It is protected from termination; that protection goes first.")
    for each in waits(target) if gray else ():
        if each.lane == gray:
            console.print(f"! {each}, and goes too: grayctl data merge --lane {gray}", style="yellow", markup=False)
    if not yes:
        ask_for_name(console, "the stack's name", target.stack)
    if gray:
        _unregister(target, gray, console, wait)
    if protected:
        target.clients.cloudformation.update_termination_protection(
            StackName=target.stack, EnableTerminationProtection=False
        )
    unprotect_tables(target, tables)
    for bucket in buckets:
        empty(target, bucket, console)
    delete(target, console)
    if gray:
        console.print(
            "Its files stay for pages that are still open; remove them later with\n"
            f"aws s3 rm --recursive s3://{target.site_bucket}/{gray}/",
            markup=False,
            soft_wrap=True,
        )
    else:
        _forget_published(target)


def _forget_published(target: Target) -> None:
    """Take away what the sync functions said is published: it is not of the stack, and a new one would believe it."""
    ssm = target.clients.ssm
    with suppress(ssm.exceptions.ParameterNotFound):  # nothing was ever published
        ssm.delete_parameter(Name=f"{target.parameter_prefix}/current")


def _unregister(target: Target, lane: str, console: Console, wait: Callable[[float], None]) -> None:
    """Take the lane out of the registry, and wait until every producer has noticed.

    Who has not would address messages to a lane without a rule that takes them, and they would be lost.
    """
    ssm = target.clients.ssm
    with suppress(ssm.exceptions.ParameterNotFound):  # the stack was half deleted before
        ssm.delete_parameter(Name=f"{target.parameter_prefix}/lanes/{lane}")
    seconds = CACHE_SECONDS + _UNDER_WAY
    with console.status(f"waiting {seconds:.0f} s until nothing is sent to {lane} any more"):
        wait(seconds)


def _refuse(target: Target, gray: str) -> None:
    if gray:
        _refuse_while_used(target, gray)
    else:
        _refuse_while_needed(target)


def _refuse_while_used(target: Target, lane: str) -> None:
    dynamodb = target.clients.dynamodb
    try:
        revision = Revisions(dynamodb, f"graylane-{target.environment}-config").current()
    except dynamodb.exceptions.ResourceNotFoundException:
        return  # gray stands alone: prod is not there, so nobody is led anywhere
    if revision is not None and leads_to(revision.document, revision.state, lane):
        raise DeliveryError(
            f"revision {revision.number} still leads viewers to {lane}: first "
            f"`grayctl kill` or `grayctl finish --config-env {target.environment}`"
        )


def _refuse_while_needed(target: Target) -> None:
    """A gray lane's stack uses this one's bucket, store and control plane, and viewers may be in it."""
    found = read_parameters(target.clients.ssm, target.parameter_prefix)
    own = {STABLE, _parameter(target, "GrayLane")} if target.part == "all" else {STABLE}
    # A registration goes with the stack that wrote it: also one that cannot be read says that the stack is there.
    others = sorted({*found.registrations, *found.unreadable} - own)
    if others:
        raise DeliveryError(
            f"the stack of lane {others[0]} is still there ({target.parameter_prefix}/lanes/{others[0]}) and needs "
            "this one: first `make destroy ENV=gray`, or the ENV of samconfig.toml that holds that lane"
        )


def _parameter(target: Target, name: str) -> str:
    stack = target.clients.cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]
    return next(each["ParameterValue"] for each in stack["Parameters"] if each["ParameterKey"] == name)
