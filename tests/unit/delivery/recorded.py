"""CloudFormation's own answers (describe-stacks, list-stack-resources) put over moto's, which knows few states."""

from typing import Any

import boto3

from grayctl.stack.target import Target

STATES = boto3.client("cloudformation", "us-east-1").meta.service_model.shape_for("StackStatus").enum  # type: ignore[attr-defined]


class Recorded:
    """CloudFormation's client, with what it says of a stack replaced: `says` over each stack, `lists` for resources."""

    def __init__(self, client: Any, says: list[dict[str, Any]], lists: list[dict[str, Any]] | None = None) -> None:
        self._client, self._says, self._lists = client, says, lists
        self.protected: list[bool] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def describe_stacks(self, StackName: str) -> Any:
        answer = self._client.describe_stacks(StackName=StackName)
        over = self._says.pop(0) if self._says else {}
        return {"Stacks": [{**answer["Stacks"][0], **over}]}

    def get_paginator(self, name: str) -> Any:
        if self._lists is None:
            return self._client.get_paginator(name)
        return self

    def paginate(self, **_asked: Any) -> Any:
        return [{"StackResourceSummaries": self._lists}]

    def update_termination_protection(self, *, StackName: str, EnableTerminationProtection: bool) -> None:
        self.protected.append(EnableTerminationProtection)


def recorded(target: Target, *says: dict[str, Any], lists: list[dict[str, Any]] | None = None) -> Recorded:
    client = Recorded(target.clients.cloudformation, list(says), lists)
    vars(target.clients)["cloudformation"] = client
    return client
