"""Every state in which a stack may be found: `make deploy` and `make destroy` go on, or say the way out in one line.

The answers are CloudFormation's own (describe-stacks, list-stack-resources), put over moto's, which knows few states.
"""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.support.grayctl.account import BUCKET, ORDERS, Account, Terminal
from tests.support.project.deployment import deployed, of_type

from delivery import destroy as destroying
from delivery.deploy import protect, refuse, values_of
from delivery.errors import DeliveryError
from delivery.stacks.leftovers import names
from delivery.stacks.removal import delete, empty, unprotect_tables
from delivery.stacks.states import described, refuse_deployment, refuse_removal
from generate.reference.template_reference import REPOSITORY
from grayctl.stack.target import Target

STATES = boto3.client("cloudformation", "us-east-1").meta.service_model.shape_for("StackStatus").enum  # type: ignore[attr-defined]
GOES_ON = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS",  # a change set that nobody executed
    "DELETE_COMPLETE",
}
WAY_OUT = {
    "CREATE_FAILED": "make destroy ENV=prod",
    "ROLLBACK_COMPLETE": "make destroy ENV=prod",
    "ROLLBACK_FAILED": "make destroy ENV=prod",
    "DELETE_FAILED": "make destroy ENV=prod",
    "UPDATE_FAILED": "aws cloudformation rollback-stack --stack-name graylane-prod",
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name graylane-prod",
    "IMPORT_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name graylane-prod",
}


def destroy(target: Target, terminal: Terminal) -> None:
    destroying.destroy([target], terminal, wait=lambda _seconds: None)


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


# deploy


@pytest.mark.parametrize("status", STATES)
def test_a_deployment_goes_on_or_says_the_way_out(status: str) -> None:
    if status in GOES_ON:
        refuse_deployment("graylane-prod", status, "prod")
        return
    with pytest.raises(DeliveryError) as refused:
        refuse_deployment("graylane-prod", status, "prod")
    said = str(refused.value)
    assert "\n" not in said
    assert status in said
    way_out = WAY_OUT.get(status)
    if way_out is None:
        assert status.endswith("_IN_PROGRESS")
        way_out = "aws cloudformation describe-stacks --stack-name graylane-prod"
    assert f"`{way_out}" in said


def test_a_first_deployment_finds_no_stack_and_nothing_in_its_way(account: Account) -> None:
    assert described(account.client("cloudformation"), "graylane-prod") is None

    refuse(account.session, "graylane-prod", "prod", values_of(REPOSITORY, "prod"))


def test_a_stack_that_is_there_is_not_asked_for_leftovers(account: Account) -> None:
    account.deploy()

    refuse(account.session, "graylane-prod", "prod", {"Environment": "prod", "Lane": "v2"})


def test_what_an_earlier_stack_left_is_named_with_its_way_out(account: Account) -> None:
    bucket = "graylane-prod-site-123456789012-us-east-1"
    account.client("s3").create_bucket(Bucket=bucket)
    account.release()  # the config table
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="graylane/prod/edge-keys", SecretString="{}")
    secrets.delete_secret(SecretId="graylane/prod/edge-keys", RecoveryWindowInDays=7)

    with pytest.raises(DeliveryError) as refused:
        refuse(account.session, "graylane-prod", "prod", values_of(REPOSITORY, "prod"))

    said = str(refused.value)
    assert "\n" not in said
    assert f"`aws s3 rb s3://{bucket}`" in said
    assert "`aws dynamodb delete-table --table-name graylane-prod-config`" in said
    assert "--secret-id graylane/prod/edge-keys --force-delete-without-recovery`" in said
    assert "orders-v1" not in said


@pytest.mark.parametrize("environment", ["dev", "test", "prod", "dev-v1", "prod-v1", "gray"])
def test_the_names_that_are_looked_for_are_the_templates(environment: str) -> None:
    of_template = deployed(environment)

    def named(kind: str, key: str) -> list[str]:
        return sorted(of_template.text(one[key]) for one in of_type(of_template.resources, kind).values())

    wanted = names(values_of(REPOSITORY, environment), "111122223333", "us-east-1")
    assert {kind: sorted(found) for kind, found in wanted.items()} == {
        "bucket": named("AWS::S3::Bucket", "BucketName"),
        "table": named("AWS::DynamoDB::Table", "TableName"),
        "secret": named("AWS::SecretsManager::Secret", "Name"),
    }


@pytest.mark.parametrize(
    ("environment", "protected"),
    [("dev", []), ("test", []), ("test-v1", []), ("prod", [True]), ("prod-v1", [True]), ("gray", [True])],
)
def test_where_data_is_protected_the_stack_is_too(account: Account, environment: str, protected: list[bool]) -> None:
    client = Recorded(account.client("cloudformation"), [])

    class Session:
        def client(self, _service: str) -> Recorded:
            return client

    terminal = Terminal()
    protect(Session(), "graylane-prod", values_of(REPOSITORY, environment), terminal)  # type: ignore[arg-type]

    assert client.protected == protected
    assert ("protected from deletion" in terminal.said) is bool(protected)


# destroy


@pytest.mark.parametrize("status", STATES)
def test_a_removal_goes_on_but_for_what_is_under_way(status: str) -> None:
    if not status.endswith("_IN_PROGRESS") or status in ("REVIEW_IN_PROGRESS", "DELETE_IN_PROGRESS"):
        refuse_removal("graylane-prod", status)
        return
    with pytest.raises(DeliveryError, match="somebody is at work on graylane-prod") as refused:
        refuse_removal("graylane-prod", status)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_stack_that_failed_is_removed(account: Account, status: str) -> None:
    target = account.deploy()
    recorded(target, {"StackStatus": status})

    destroy(target, Terminal("graylane-prod"))

    assert not account.is_there("graylane-prod")


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_a_stack_that_holds_nothing_does_not_wait_for_the_gray_lane(account: Account, status: str) -> None:
    """Gray may have come first: its registration does not keep a prod whose first deployment failed."""
    target = account.deploy()
    account.register("v2", "api2")
    recorded(target, {"StackStatus": status})

    destroy(target, Terminal("graylane-prod"))

    assert not account.is_there("graylane-prod")


def test_the_protection_is_said_and_lifted_after_the_question(account: Account) -> None:
    target = account.deploy()
    client = recorded(target, {"EnableTerminationProtection": True}, {"EnableTerminationProtection": True})
    terminal = Terminal("graylane-prod2")

    with pytest.raises(Exception, match="nothing was changed"):
        destroy(target, terminal)
    assert client.protected == []
    assert "It is protected from termination; that protection goes first." in terminal.said

    destroy(target, Terminal("graylane-prod"))
    assert client.protected == [False]
    assert not account.is_there("graylane-prod")


def test_what_did_not_go_is_named_with_its_reason(account: Account) -> None:
    target = account.deploy()
    recorded(
        target,
        {},
        {"StackStatus": "DELETE_FAILED", "StackStatusReason": "The following resource(s) failed to delete: [Logs]."},
        lists=[
            _resource("Logs", "AWS::S3::Bucket", "DELETE_FAILED", "logs-1", ResourceStatusReason="is not empty"),
            _resource("Orders", "AWS::DynamoDB::Table", "DELETE_COMPLETE", ORDERS),
        ],
    )

    unprotect_tables(target, [ORDERS])
    empty(target, BUCKET, Terminal())

    with pytest.raises(DeliveryError) as failed:
        delete(target, Terminal())

    said = str(failed.value)
    assert "\n" not in said
    assert "logs-1: is not empty" in said
    assert "`make destroy ENV=prod` again" in said
    assert "--retain-resources Logs`" in said


def test_a_bucket_that_the_stack_could_not_make_is_somebody_elses(account: Account) -> None:
    """A first deployment that met a bucket of that name: its failed resource carries the name of what is there."""
    target = account.deploy()
    account.client("s3").create_bucket(Bucket="mine")
    account.client("s3").put_object(Bucket="mine", Key="thing", Body=b"dear")
    recorded(
        target,
        {"StackStatus": "ROLLBACK_FAILED"},
        lists=[
            _resource("Site", "AWS::S3::Bucket", "CREATE_FAILED", "mine"),
            _resource("Nameless", "AWS::DynamoDB::Table", "CREATE_FAILED", ""),
            _resource("Things", "AWS::S3::Bucket", "CREATE_COMPLETE", BUCKET),
            _resource("Orders", "AWS::DynamoDB::Table", "CREATE_COMPLETE", ORDERS),
        ],
    )

    destroy(target, Terminal("graylane-prod"))

    assert account.client("s3").get_object(Bucket="mine", Key="thing")["Body"].read() == b"dear"


def test_what_was_deleted_by_hand_is_not_missed(account: Account) -> None:
    target = account.deploy()
    recorded(
        target,
        {"StackStatus": "DELETE_FAILED"},
        lists=[
            _resource("Gone", "AWS::S3::Bucket", "DELETE_FAILED", "deleted-by-hand"),
            _resource("GoneToo", "AWS::DynamoDB::Table", "DELETE_FAILED", "deleted-by-hand"),
            _resource("Things", "AWS::S3::Bucket", "CREATE_COMPLETE", BUCKET),
            _resource("Orders", "AWS::DynamoDB::Table", "CREATE_COMPLETE", ORDERS),
        ],
    )

    destroy(target, Terminal("graylane-prod"))

    assert not account.is_there("graylane-prod")


def test_what_is_published_is_forgotten_with_the_stack(account: Account) -> None:
    """It is no resource of the stack; an environment deployed again would take it for its own."""
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/gray/prod/current", Value='{"state": "killed"}', Type="String")
    target = account.deploy()

    destroy(target, Terminal("graylane-prod"))

    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name="/gray/prod/current")


def test_a_gray_lane_that_goes_leaves_what_is_published(account: Account) -> None:
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/gray/prod/current", Value='{"state": "active"}', Type="String")
    target = account.deploy("v2")

    destroy(target, Terminal("graylane-gray"))

    assert ssm.get_parameter(Name="/gray/prod/current")


def _resource(name: str, kind: str, status: str, physical: str, **more: str) -> dict[str, Any]:
    """As list-stack-resources answers; a resource that was never made has no physical id."""
    known = {"PhysicalResourceId": physical} if physical else {}
    return {"LogicalResourceId": name, "ResourceType": kind, "ResourceStatus": status, **known, **more}
