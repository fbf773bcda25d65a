"""Delete an environment's stack, after listing its content and asking for confirmation."""

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
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import STABLE
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
        f"This deletes {target.stack} with tables {tables or '-'} and buckets {buckets or '-'} and all their content."
    )
    if protected:
        console.print("It is protected from termination; that protection goes first.")
    for each in waits(target) if gray else ():
        if each.lane == gray:
            console.print(f"! {each}: grayctl data merge --lane {gray}", style="yellow", markup=False)
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
            "Its files are kept for pages that are still open; delete them later with\n"
            f"aws s3 rm --recursive s3://{target.site_bucket}/{gray}/\n"
            f"aws ssm delete-parameter --name {target.parameter_prefix}/sites/{gray}",
            markup=False,
            soft_wrap=True,
        )
    else:
        _forget_published(target)


def _forget_published(target: Target) -> None:
    """Take away what the sync functions said is published, and the sites that went with the bucket.

    Both are not of the stack, and a new one would believe them.
    """
    ssm, found = target.clients.ssm, read_parameters(target.clients.ssm, target.parameter_prefix)
    for name in ("current", *(f"sites/{lane}" for lane in (*found.sites, *found.unreadable_sites))):
        with suppress(ssm.exceptions.ParameterNotFound):  # nothing was ever published
            ssm.delete_parameter(Name=f"{target.parameter_prefix}/{name}")


def _unregister(target: Target, lane: str, console: Console, wait: Callable[[float], None]) -> None:
    """Remove the lane from the registry, and wait until every producer has noticed.

    Otherwise a producer could send messages to a lane without a consumer, and they would be lost.
    """
    ssm = target.clients.ssm
    with suppress(ssm.exceptions.ParameterNotFound):  # an earlier deletion stopped half-way
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
        return  # prod does not exist, so no viewer is in gray
    if revision is not None and leads_to(revision.document, revision.state, lane):
        raise DeliveryError(
            f"revision {revision.number} still sends viewers to {lane}: first run "
            f"`grayctl kill` or `grayctl finish --config-env {target.environment}`"
        )


def _refuse_while_needed(target: Target) -> None:
    """Gray stacks use this stack's bucket, store and control plane, and may have viewers."""
    found = read_parameters(target.clients.ssm, target.parameter_prefix)
    own = {STABLE, _parameter(target, "GrayLane")} if target.part == "all" else {STABLE}
    # A registration is deleted with its stack, so even an unreadable one proves that the stack exists.
    others = sorted({*found.registrations, *found.unreadable} - own)
    if others:
        raise DeliveryError(
            f"the stack of lane {others[0]} still exists ({target.parameter_prefix}/lanes/{others[0]}) and depends on "
            "this one: first run `make destroy ENV=gray`, or with that lane's ENV in samconfig.toml"
        )


def _parameter(target: Target, name: str) -> str:
    stack = target.clients.cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]
    return next(each["ParameterValue"] for each in stack["Parameters"] if each["ParameterKey"] == name)
