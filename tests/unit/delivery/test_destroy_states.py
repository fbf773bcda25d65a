"""Every state in which `make destroy` may find a stack: it goes on, or says who is at work."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.support.grayctl.account import BUCKET, ORDERS, Account, Terminal
from tests.unit.delivery.recorded import STATES, recorded

from delivery import destroy as destroying
from delivery.errors import DeliveryError
from delivery.stacks.removal import delete, empty, unprotect_tables
from delivery.stacks.states import refuse_removal
from grayctl.stack.target import Target


def destroy(target: Target, terminal: Terminal) -> None:
    destroying.destroy([target], terminal, wait=lambda _seconds: None)


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
