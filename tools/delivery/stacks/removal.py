"""Emptying what a stack holds, and deleting it."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from rich.console import Console

from delivery.errors import DeliveryError
from grayctl.stack.target import Target

__all__ = ["delete", "empty", "resources", "unprotect_tables"]

_LOOK_EVERY = 5.0  # seconds between two looks at the stack


def resources(target: Target, kind: str) -> Sequence[str]:
    """The names of the stack's resources of a type. What it could not make is not its own, but whoever's it is."""
    return [
        resource["PhysicalResourceId"]
        for resource in _listed(target)
        if resource["ResourceType"] == kind
        and resource["ResourceStatus"] not in ("DELETE_COMPLETE", "CREATE_FAILED")
        and resource.get("PhysicalResourceId")
    ]


def unprotect_tables(target: Target, tables: Sequence[str]) -> None:
    """Makes the tables such that they can be deleted."""
    for table in tables:
        with suppress(target.clients.dynamodb.exceptions.ResourceNotFoundException):  # deleted by hand
            target.clients.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)


def empty(target: Target, bucket: str, console: Console) -> None:
    """Removes all versions: CloudFormation does not delete a bucket that holds any."""
    s3, removed = target.clients.s3, 0
    with console.status(f"emptying {bucket}") as status, suppress(s3.exceptions.NoSuchBucket):  # deleted by hand
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
                answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})  # type: ignore[typeddict-item]
                for kept in answer.get("Errors", [])[:1]:
                    raise DeliveryError(f"s3://{bucket}/{kept.get('Key')} stays: {kept.get('Message')}")
                removed += len(objects)
                status.update(f"emptying {bucket}: {removed} versions")


def delete(target: Target, console: Console, *, wait: Callable[[float], None] = time.sleep) -> None:
    """Deletes the stack and waits for it. Raises DeliveryError with what did not go."""
    cloudformation = target.clients.cloudformation
    # By id: a deleted stack cannot be described by name any more.
    identifier = cloudformation.describe_stacks(StackName=target.stack)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=target.stack)
    started = time.monotonic()
    with console.status("deleting") as status:
        while True:
            stack = cloudformation.describe_stacks(StackName=identifier)["Stacks"][0]
            if stack["StackStatus"] != "DELETE_IN_PROGRESS":
                break
            status.update(f"deleting {target.stack} ({time.monotonic() - started:.0f} s)")
            wait(_LOOK_EVERY)
    if stack["StackStatus"] != "DELETE_COMPLETE":
        raise DeliveryError(_not_whole(target, stack["StackStatus"], stack.get("StackStatusReason", "")))
    console.print(f"{target.stack} is gone")


def _not_whole(target: Target, status: str, why: str) -> str:
    left = [one for one in _listed(target) if one["ResourceStatus"] == "DELETE_FAILED"]
    named = "; ".join(
        f"{one.get('PhysicalResourceId') or one['LogicalResourceId']}: {one.get('ResourceStatusReason', 'no reason')}"
        for one in left
    )
    return (
        f"{target.stack} did not go whole ({status}): {named or why or 'no reason given'}. Run `make destroy "
        f"ENV={target.config_env}` again (a log may have come into a bucket meanwhile); what stays even then is left "
        f"out by `aws cloudformation delete-stack --stack-name {target.stack} --retain-resources "
        f"{' '.join(one['LogicalResourceId'] for one in left) or 'NAME'}`"
    )


def _listed(target: Target) -> list[Any]:
    pages = target.clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=target.stack)
    return [resource for page in pages for resource in page["StackResourceSummaries"]]
