"""What a lane's stack consists of, as CloudFormation tells it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from grayctl.errors import UsageError, aws_errors
from grayctl.stack.target import Clients

__all__ = ["KINDS", "Resource", "Resources", "read_resources"]

# An origin's kind, by the resource that is one.
KINDS: Mapping[str, str] = {
    "AWS::ApiGateway::RestApi": "rest-api",
    "AWS::ApiGatewayV2::Api": "http-api",
    "AWS::Lambda::Url": "function-url",
}
# CloudFormation, CreateStack.
_NAME = r"[A-Za-z][A-Za-z0-9-]{0,127}"
# What is deployed whole, also where an update was taken back.
_WHOLE = (
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
)


@dataclass(frozen=True)
class Resource:
    """A resource's type, and the id that AWS gave it."""

    type: str
    id: str


@dataclass(frozen=True)
class Resources:
    """A stack: its resources by logical id, and its outputs."""

    stack: str
    by_name: Mapping[str, Resource]
    outputs: Mapping[str, str]

    def of_type(self, kind: str) -> dict[str, str]:
        """The ids of all resources of a type, by logical id."""
        return {name: one.id for name, one in self.by_name.items() if one.type == kind}

    def id_of(self, name: str, *types: str) -> str:
        """The id of the resource with this logical id. Raises UsageError if there is none of these types."""
        one = self.by_name.get(name)
        if one is None or one.type not in types:
            there = [each for kind in types for each in self.of_type(kind)]
            raise UsageError(
                f"stack {self.stack} has no {' or '.join(types)} called {name}",
                f"It has: {', '.join(there)}." if there else "Check `resource` in graylane.toml, by logical id.",
            )
        return one.id


def read_resources(clients: Clients, stack: str) -> Resources:
    """The resources of a stack that is deployed whole. Raises UsageError if it is not."""
    if not re.fullmatch(_NAME, stack):
        raise UsageError(f"{stack!r} is not a stack's name", "It has letters, digits and -, 128 at most.")
    try:
        there = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except aws_errors() as error:
        # CloudFormation has no class of its own for this: ValidationError, "Stack with id X does not exist".
        if getattr(error, "response", {}).get("Error", {}).get("Code") != "ValidationError":
            raise
        raise UsageError(
            f"stack {stack} does not exist in {clients.region}", "Deploy it first, or check its name."
        ) from error
    if there["StackStatus"] not in _WHOLE:
        raise UsageError(
            f"stack {stack} is not deployed whole ({there['StackStatus']})", "Deploy it again; register it after that."
        )
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = {
        one["LogicalResourceId"]: Resource(one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one.get("PhysicalResourceId")
    }
    return Resources(stack, found, {one["OutputKey"]: one["OutputValue"] for one in there.get("Outputs", [])})
