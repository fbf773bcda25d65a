"""Delete the stacks of an environment, after listing their content and asking for confirmation."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from delivery.artifacts.parameters import stacks_of
from delivery.asking import ask_for_name
from delivery.errors import DeliveryError
from delivery.stacks.registered import QUIET_SECONDS, refuse_while_used, unregister
from delivery.stacks.removal import delete, empty, resources, unprotect_tables
from delivery.stacks.states import described, holds_nothing, parameter, refuse_removal
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import STABLE
from grayctl.actions.gray_data import waits
from grayctl.errors import UnreachableError
from grayctl.stack.project import project_root, stack_name
from grayctl.stack.target import Target, discover

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

__all__ = ["destroy", "found"]


def found(environment: str, root: Path | None = None) -> list[Target]:
    """The environment's stacks that are there, as `destroy` takes them.

    Raises what `discover` raises for the environment's own stack if none is there.
    """
    targets, missing = [], None
    for name in reversed(stacks_of(root or project_root(), environment)):
        try:
            targets.append(discover(name, root))
        except UnreachableError as error:
            missing = missing or error
    if missing and not targets:
        raise missing
    return targets


def destroy(
    targets: Sequence[Target],
    console: Console,
    *,
    yes: bool = False,
    stays: Collection[str] = (),
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Unprotect the stacks and their tables, empty the buckets, delete the stacks and wait, whatever their state is.

    `targets` are the stacks of one environment, the platform before its lanes; the stacks of lanes in `stays` outlive
    the platform. A gray lane's registration goes before its stack, what says what is published goes after the
    platform's. Raises DeliveryError when it must not be, NotConfirmedError when nobody said yes.
    """
    lanes = {*stays, *(target.lane for target in targets if target.lane)}
    whole = any(not target.lane for target in targets)
    stacks = [(target, _stack(target)) for target in targets]
    for target, stack in stacks:
        refuse_removal(target.stack, stack["StackStatus"])
        if not holds_nothing(stack["StackStatus"]):
            _refuse(target, lanes, whole=whole)
    for target, stack in stacks:
        _tell(target, console, protected=_is_protected(stack))
    if not yes:
        ask_for_name(console, "the stack's name", targets[0].stack)
    for target, stack in stacks:
        if target.lane and target.lane != STABLE and not whole:
            unregister(target.clients.ssm, target.environment, target.lane)
            with console.status(f"waiting {QUIET_SECONDS:.0f} s until nothing is sent to {target.lane} any more"):
                wait(QUIET_SECONDS)
        _remove(target, console, protected=_is_protected(stack))
    for lane in stays:
        unregister(targets[0].clients.ssm, targets[0].environment, lane)


def _tell(target: Target, console: Console, *, protected: bool) -> None:
    tables, buckets = resources(target, "AWS::DynamoDB::Table"), resources(target, "AWS::S3::Bucket")
    console.print(
        f"This deletes {target.stack} with tables {tables or '-'} and buckets {buckets or '-'} and all their content."
    )
    if protected:
        console.print("It is protected from termination; that protection goes first.")
    for each in waits(target) if target.lane and target.lane != STABLE else ():
        if each.lane == target.lane:
            console.print(f"! {each}: grayctl data merge --lane {each.lane}", style="yellow", markup=False)


def _remove(target: Target, console: Console, *, protected: bool) -> None:
    if protected:
        target.clients.cloudformation.update_termination_protection(
            StackName=target.stack, EnableTerminationProtection=False
        )
    unprotect_tables(target, resources(target, "AWS::DynamoDB::Table"))
    for bucket in resources(target, "AWS::S3::Bucket"):
        empty(target, bucket, console)
    delete(target, console)
    if not target.lane:
        _forget_published(target)
    elif target.lane != STABLE:
        console.print(
            "Its files are kept for pages that are still open; delete them later with\n"
            f"aws s3 rm --recursive s3://{target.site_bucket}/{target.lane}/\n"
            f"aws ssm delete-parameter --name {target.parameter_prefix}/sites/{target.lane}",
            markup=False,
            soft_wrap=True,
        )


def _forget_published(target: Target) -> None:
    """Take away what the sync functions said is published, and the sites that went with the bucket.

    Both are not of the stack, and a new one would believe them.
    """
    ssm, found = target.clients.ssm, read_parameters(target.clients.ssm, target.parameter_prefix)
    for name in ("current", *(f"sites/{lane}" for lane in (*found.sites, *found.unreadable_sites))):
        with suppress(ssm.exceptions.ParameterNotFound):  # nothing was ever published
            ssm.delete_parameter(Name=f"{target.parameter_prefix}/{name}")


def _refuse(target: Target, lanes: set[str], *, whole: bool) -> None:
    """`lanes` go too, and if it is the `whole` environment, the platform."""
    if not target.lane:
        _refuse_while_needed(target, lanes)
    elif whole:
        return
    elif target.lane == STABLE:
        _refuse_while_stable(target)
    else:
        refuse_while_used(target.clients.dynamodb, target.environment, target.lane)


def _refuse_while_stable(target: Target) -> None:
    """The platform's API is this stack's, and viewers may be there."""
    platform = described(target.clients.cloudformation, stack_name(project_root(), target.environment).stack)
    if platform is not None and parameter(platform, "StableHost"):
        raise DeliveryError(
            f"{platform['StackName']} stands before the API of {target.stack}: run `make destroy "
            f"ENV={target.environment}`, which removes both"
        )


def _refuse_while_needed(target: Target, own: set[str]) -> None:
    """The lanes' stacks use this stack's bucket, store and control plane, and may have viewers."""
    found = read_parameters(target.clients.ssm, target.parameter_prefix)
    # A registration is deleted with its stack, so even an unreadable one proves that the stack exists.
    others = sorted({*found.registrations, *found.unreadable} - own)
    if others:
        raise DeliveryError(
            f"the stack of lane {others[0]} still exists ({target.parameter_prefix}/lanes/{others[0]}) and depends on "
            "this one: first run `make destroy ENV=gray`, or with that lane's ENV in samconfig.toml; an application of "
            f"your own takes it out by `grayctl lane remove --lane {others[0]}`"
        )


def _is_protected(stack: "StackTypeDef") -> bool:
    return stack.get("EnableTerminationProtection", False)


def _stack(target: Target) -> "StackTypeDef":
    return target.clients.cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]
