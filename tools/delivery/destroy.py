"""Delete an environment's stack, after listing its content and asking for confirmation."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from rich.console import Console

from delivery.asking import ask_for_name
from delivery.errors import DeliveryError
from delivery.released import leads_to
from gray.history.revisions import Revisions
from gray.lanes.registration import STABLE, read_parameters
from grayctl.actions.gray_data import waits
from grayctl.stack.target import Target
from lane.registry import CACHE_SECONDS

__all__ = ["destroy"]

_LOOK_EVERY = 5.0  # seconds between two checks of the stack
_UNDER_WAY = 10.0  # seconds for the last messages in flight to the lane


def destroy(target: Target, console: Console, *, yes: bool = False, wait: Callable[[float], None] = time.sleep) -> None:
    """Unprotect the tables, empty the buckets, delete the stack and wait; first delete a gray lane's registration.

    Raises DeliveryError if deletion is not allowed, NotConfirmedError without confirmation.
    """
    tables, buckets = _resources(target, "AWS::DynamoDB::Table"), _resources(target, "AWS::S3::Bucket")
    gray = _parameter(target, "GrayLane") if target.part == "gray" else ""
    if gray:
        _refuse_while_used(target, gray)
    else:
        _refuse_while_needed(target)
    console.print(
        f"This deletes {target.stack} with tables {tables or '-'} and buckets {buckets or '-'} and all their content."
    )
    for each in waits(target) if gray else ():
        if each.lane == gray:
            console.print(f"! {each}: grayctl data merge --lane {gray}", style="yellow", markup=False)
    if not yes:
        ask_for_name(console, "the stack's name", target.stack)
    if gray:
        _unregister(target, gray, console, wait)
    for table in tables:
        target.clients.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    for bucket in buckets:
        _empty(target, bucket, console)
    _delete(target, console)
    if gray:
        console.print(
            "Its files are kept for pages that are still open; delete them later with\n"
            f"aws s3 rm --recursive s3://{target.site_bucket}/{gray}/",
            markup=False,
            soft_wrap=True,
        )


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


def _resources(target: Target, kind: str) -> Sequence[str]:
    pages = target.clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=target.stack)
    return [
        resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == kind and resource["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def _empty(target: Target, bucket: str, console: Console) -> None:
    """Delete all object versions: CloudFormation only deletes empty buckets."""
    removed = 0
    with console.status(f"emptying {bucket}") as status:
        for page in target.clients.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
                target.clients.s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})  # type: ignore[typeddict-item]
                removed += len(objects)
                status.update(f"emptying {bucket}: {removed} versions")


def _delete(target: Target, console: Console) -> None:
    cloudformation = target.clients.cloudformation
    # By id: a deleted stack can no longer be described by name.
    identifier = cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=target.stack)
    started = time.monotonic()
    with console.status("deleting") as status:
        while True:
            stack = cloudformation.describe_stacks(StackName=identifier)["Stacks"][0]
            if stack["StackStatus"] != "DELETE_IN_PROGRESS":
                break
            status.update(f"deleting {target.stack} ({time.monotonic() - started:.0f} s)")
            time.sleep(_LOOK_EVERY)
    if stack["StackStatus"] != "DELETE_COMPLETE":
        raise DeliveryError(
            f"{target.stack}: {stack['StackStatus']}, {stack.get('StackStatusReason', 'no reason given')}"
        )
    console.print(f"{target.stack} is gone")
