"""Removing a stack: asked, refused while somebody may be in the lane, and complete."""

import pytest
from botocore.exceptions import ClientError
from tests.unit.delivery.account import BUCKET, ORDERS, Account, Terminal

from delivery.destroy import destroy
from delivery.errors import DeliveryError
from delivery.released import leads_anywhere, leads_to

TO_V2 = {"id": "ramp", "lane": "v2", "percent": 20}


def test_it_removes_the_stack_with_what_it_protects_and_holds(account: Account) -> None:
    target = account.deploy("stable")
    terminal = Terminal("graylane-prod")

    destroy(target, terminal)

    assert not account.is_there("graylane-prod")
    assert ORDERS not in account.client("dynamodb").list_tables()["TableNames"]
    assert account.client("s3").list_buckets()["Buckets"] == []
    assert f"tables ['{ORDERS}'] and buckets ['{BUCKET}']" in terminal.said


@pytest.mark.parametrize("answer", ["", "y", "yes", "graylane-gray2"])
def test_anything_but_the_stacks_name_removes_nothing(account: Account, answer: str) -> None:
    target = account.deploy("stable")

    with pytest.raises(DeliveryError, match="nothing was removed"):
        destroy(target, Terminal(answer))

    assert account.is_there("graylane-prod")
    assert len(account.client("s3").list_object_versions(Bucket=BUCKET)["Versions"]) == 2
    table = account.client("dynamodb").describe_table(TableName=ORDERS)["Table"]
    assert table["DeletionProtectionEnabled"]


def test_a_gray_lane_is_kept_while_a_rule_leads_there(account: Account) -> None:
    target = account.deploy("gray")
    revisions = account.release(TO_V2)

    with pytest.raises(DeliveryError, match=r"revision 1 still leads viewers to v2.*grayctl kill"):
        destroy(target, Terminal(), yes=True)
    assert account.is_there("graylane-gray")

    revisions.kill(author="anna", reason="test", via="cli")
    destroy(target, Terminal(), yes=True)
    assert not account.is_there("graylane-gray")


def test_a_gray_lane_may_go_when_no_rule_leads_there(account: Account) -> None:
    target = account.deploy("gray")
    account.release()
    terminal = Terminal()

    destroy(target, terminal, yes=True)

    assert not account.is_there("graylane-gray")
    assert "aws s3 rm --recursive s3://graylane-prod-site-123456789012-us-east-1/v2/" in terminal.said


def test_a_gray_lane_without_prod_leads_nobody_anywhere(account: Account) -> None:
    target = account.deploy("gray")

    destroy(target, Terminal(), yes=True)

    assert not account.is_there("graylane-gray")


def test_another_error_of_the_table_is_not_taken_for_no_prod(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    target = account.deploy("gray")
    account.client("dynamodb").create_table(  # another key: reading HEAD is a ValidationException
        TableName="graylane-prod-config",
        KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    with pytest.raises(ClientError):
        destroy(target, Terminal(), yes=True)
    assert account.is_there("graylane-gray")


@pytest.mark.parametrize(
    ("release", "state", "leads"),
    [
        ('{"rules": [{"lane": "v2", "percent": 1}]}', "active", True),
        ('{"rules": [{"lane": "v2"}]}', "paused", True),
        ('{"rules": [{"lane": "v2", "percent": 0}]}', "active", False),
        ('{"rules": [{"lane": "v3"}]}', "active", False),
        ('{"rules": [{"lane": "v2"}]}', "killed", False),
        ('{"rules": [{"lane": "v2"}]}', "finished", False),
        ("{}", "active", False),
        # refused, so the one before it is published: nobody knows
        ("garbage", "active", True),
        ('{"rules": [7]}', "active", True),
        ("garbage", "killed", False),
    ],
)
def test_when_a_release_leads_to_a_lane(release: str, state: str, leads: bool) -> None:
    assert leads_to(release, state, "v2") is leads


def test_when_a_release_leads_anywhere() -> None:
    assert leads_anywhere('{"rules": [{"lane": "v3"}]}', "active")
    assert not leads_anywhere('{"rules": []}', "active")
