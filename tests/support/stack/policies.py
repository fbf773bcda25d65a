"""The policies of an environment's stacks, statement by statement, and taking one away for a while."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.stack.deployed import DeployedStack

from graylocal.stack import LocalStack

Document = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, known by its stack, the logical name of what carries it, and its actions.

    `lane` is empty for the platform's stack.
    """

    lane: str
    owner: str
    actions: tuple[str, ...]
    place: int
    body: Mapping[str, Any] = field(compare=False)

    @property
    def name(self) -> str:
        """As in docs/reference/iam.md."""
        return statement_name(self.owner, self.body)


def statement_name(owner: str, body: Mapping[str, Any]) -> str:
    """`Role action, action`; what is denied is said."""
    actions = body["Action"]
    listed = ", ".join([actions] if isinstance(actions, str) else actions)
    return f"{owner} {'denies ' if body['Effect'] == 'Deny' else ''}{listed}"


class _Place:
    """Where a policy document is kept."""

    def __init__(self, owner: str, document: Document) -> None:
        self.owner, self.document, self.lane = owner, document, ""

    def statements(self) -> Iterator[Statement]:
        for place, body in enumerate(self.document["Statement"]):
            actions = body["Action"]
            yield Statement(
                self.lane, self.owner, tuple([actions] if isinstance(actions, str) else actions), place, body
            )

    @contextmanager
    def without(self, place: int) -> Iterator[None]:
        """The document without one statement; as it was afterwards."""
        left = [body for number, body in enumerate(self.document["Statement"]) if number != place]
        self.put({**self.document, "Statement": left})
        try:
            yield
        finally:
            self.put(self.document)

    def put(self, document: Document) -> None:
        raise NotImplementedError


class _Inline(_Place):
    def __init__(self, owner: str, iam: Any, role: str, policy: str) -> None:
        self._iam, self._names = iam, {"RoleName": role, "PolicyName": policy}
        super().__init__(owner, _plain(iam.get_role_policy(**self._names)["PolicyDocument"]))

    def put(self, document: Document) -> None:
        if document["Statement"]:
            self._iam.put_role_policy(**self._names, PolicyDocument=json.dumps(document))
        else:
            self._iam.delete_role_policy(**self._names)


class _Managed(_Place):
    def __init__(self, owner: str, iam: Any, arn: str) -> None:
        self._iam, self._arn = iam, arn
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        super().__init__(owner, _plain(found["Document"]))

    def put(self, document: Document) -> None:
        self._iam.create_policy_version(PolicyArn=self._arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
        for version in self._iam.list_policy_versions(PolicyArn=self._arn)["Versions"]:  # five is the most
            if not version["IsDefaultVersion"]:
                self._iam.delete_policy_version(PolicyArn=self._arn, VersionId=version["VersionId"])


class _OfBucket(_Place):
    def __init__(self, owner: str, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket
        super().__init__(owner, _plain(s3.get_bucket_policy(Bucket=bucket)["Policy"]))

    def put(self, document: Document) -> None:
        self._s3.put_bucket_policy(Bucket=self._bucket, Policy=json.dumps(document))


class Policies:
    """All statements of the stacks' roles, managed policies and bucket policies."""

    def __init__(self, stack: LocalStack | DeployedStack) -> None:
        self._places: list[_Place] = []
        for lane in ("", "v1", "v2"):
            begin = len(self._places)
            self._add(stack, f"graylane-{stack.environment}-{lane}".removesuffix("-"))
            for place in self._places[begin:]:
                place.lane = lane

    def _add(self, stack: LocalStack | DeployedStack, name: str) -> None:
        iam, s3 = stack.client("iam"), stack.client("s3")
        pages = stack.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=name):
            for resource in page["StackResourceSummaries"]:
                name, physical = resource["LogicalResourceId"], resource["PhysicalResourceId"]
                match resource["ResourceType"]:
                    case "AWS::IAM::Role":
                        policies = iam.list_role_policies(RoleName=physical)["PolicyNames"]
                        self._places += [_Inline(name, iam, physical, policy) for policy in policies]
                    case "AWS::IAM::ManagedPolicy":
                        self._places.append(_Managed(name, iam, physical))
                    case "AWS::S3::BucketPolicy":
                        self._places.append(_OfBucket(name, s3, _bucket_of(stack, name)))

    def statements(self) -> list[Statement]:
        """All of them."""
        return [statement for place in self._places for statement in place.statements()]

    @contextmanager
    def without(self, statement: Statement) -> Iterator[None]:
        """Everything but one statement."""
        (place,) = [place for place in self._places if statement in place.statements()]
        with place.without(statement.place):
            yield


def _bucket_of(stack: LocalStack | DeployedStack, policy: str) -> str:
    return stack.outputs()[policy.removesuffix("Policy")]


def _plain(document: Any) -> Document:
    found: Document = json.loads(document) if isinstance(document, str) else dict(document)
    return found
