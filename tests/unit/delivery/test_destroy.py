"""Removing a stack: asked, refused while somebody may be in the lane, and complete."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from tests.support.aws.serving import serving
from tests.support.grayctl.account import BUCKET, ORDERS, Account, Terminal
from tests.support.grayctl.grayctl_stack import functions_handler

from delivery import destroy as destroying
from delivery.errors import DeliveryError
from delivery.released import leads_anywhere, leads_to
from grayctl.errors import NotConfirmedError, UnreachableError
from grayctl.stack.target import Target
from lane.registry import CACHE_SECONDS

ROOT = Path(__file__).parents[3]


def at_once(_seconds: float) -> None:
    """Nobody sends anything here."""


def destroy(target: Target, terminal: Terminal, *, yes: bool = False) -> None:
    destroying.destroy([target], terminal, yes=yes, wait=at_once)


TO_V2 = {"id": "ramp", "lane": "v2", "percent": 20}


def test_it_removes_the_stack_with_what_it_protects_and_holds(account: Account) -> None:
    target = account.deploy()
    terminal = Terminal("graylane-prod")

    destroy(target, terminal)

    assert not account.is_there("graylane-prod")
    assert ORDERS not in account.client("dynamodb").list_tables()["TableNames"]
    assert account.client("s3").list_buckets()["Buckets"] == []
    assert f"tables ['{ORDERS}'] and buckets ['{BUCKET}']" in terminal.said


def test_what_is_published_and_the_sites_go_with_the_environment(account: Account) -> None:
    target = account.deploy()
    ssm = account.client("ssm")
    for name in ("current", "sites/v1", "sites/v2"):
        ssm.put_parameter(Name=f"/gray/prod/{name}", Value="anything", Type="String")

    destroy(target, Terminal("graylane-prod"))

    assert ssm.get_parameters_by_path(Path="/gray/prod", Recursive=True)["Parameters"] == []


@pytest.mark.parametrize("answers", [("",), ("y",), ("yes",), ("graylane-gray2",), ()])
def test_anything_but_the_stacks_name_removes_nothing(account: Account, answers: tuple[str, ...]) -> None:
    target = account.deploy()

    with pytest.raises(NotConfirmedError, match="nothing was changed"):
        destroy(target, Terminal(*answers))

    assert account.is_there("graylane-prod")
    assert len(account.client("s3").list_object_versions(Bucket=BUCKET)["Versions"]) == 2
    table = account.client("dynamodb").describe_table(TableName=ORDERS)["Table"]
    assert table["DeletionProtectionEnabled"]


def test_a_gray_lane_is_kept_while_a_rule_leads_there(account: Account) -> None:
    target = account.deploy("v2")
    revisions = account.release(TO_V2)

    with pytest.raises(DeliveryError, match=r"revision 1 still sends viewers to v2.*grayctl kill"):
        destroy(target, Terminal(), yes=True)
    assert account.is_there("graylane-gray")

    revisions.kill(author="anna", reason="test", via="cli")
    destroy(target, Terminal(), yes=True)
    assert not account.is_there("graylane-gray")


def test_a_gray_lane_may_go_when_no_rule_leads_there(account: Account) -> None:
    target = account.deploy("v2")
    account.release()
    terminal = Terminal()

    destroy(target, terminal, yes=True)

    assert not account.is_there("graylane-gray")
    assert "aws s3 rm --recursive s3://graylane-prod-site-123456789012-us-east-1/v2/" in terminal.said
    assert "aws ssm delete-parameter --name /gray/prod/sites/v2" in terminal.said


def test_a_gray_lane_goes_when_no_producer_knows_it_any_more(account: Account) -> None:
    target = account.deploy("v2")
    account.register("v2", "api2")
    account.release()
    waited = []

    def wait(seconds: float) -> None:
        registered = account.client("ssm").get_parameters_by_path(Path="/gray/prod/lanes")["Parameters"]
        waited.append((seconds > CACHE_SECONDS, registered, account.is_there("graylane-gray")))

    destroying.destroy([target], Terminal(), yes=True, wait=wait)

    assert waited == [(True, [], True)]
    assert not account.is_there("graylane-gray")


def test_what_was_not_brought_home_is_said_before_it_goes(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    target = account.deploy("v2")
    account.register("v2", "api2", data="isolated")
    account.release()
    step = {"items": [{"pk": "order", "sk": "1", "fate": "new", "changed_at": 1}], "next": None}
    terminal = Terminal()

    with serving(functions_handler({"graylane-prod-data-copy": lambda _event: step})) as functions:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", functions)
        with pytest.raises(NotConfirmedError):
            destroy(target, terminal)

    assert "1 item of v2 waits to be merged into stable: grayctl data merge --lane v2" in terminal.said


def test_a_gray_lane_without_prod_leads_nobody_anywhere(account: Account) -> None:
    target = account.deploy("v2")

    destroy(target, Terminal(), yes=True)

    assert not account.is_there("graylane-gray")


def test_prod_is_kept_while_a_gray_lane_has_a_stack(account: Account) -> None:
    targets = [account.deploy(), account.deploy("v1")]
    account.register("v1", "api1")
    account.register("v2", "api2")

    with pytest.raises(DeliveryError, match=r"stack of lane v2 .*/gray/prod/lanes/v2.* run `make destroy ENV=gray`"):
        destroying.destroy(targets, Terminal(), yes=True, wait=at_once)
    assert account.is_there("graylane-prod")
    assert account.is_there("graylane-prod-v1")

    account.client("ssm").delete_parameter(Name="/gray/prod/lanes/v2")  # as the gray stack does when it goes
    destroying.destroy(targets, Terminal(), yes=True, wait=at_once)
    assert not account.is_there("graylane-prod")
    assert not account.is_there("graylane-prod-v1")


def test_a_registration_that_cannot_be_read_keeps_prod_too(account: Account) -> None:
    target = account.deploy()
    account.client("ssm").put_parameter(Name="/gray/prod/lanes/v2", Value="of another version", Type="String")

    with pytest.raises(DeliveryError, match="stack of lane v2"):
        destroy(target, Terminal(), yes=True)
    assert account.is_there("graylane-prod")


def test_an_environment_waits_only_for_the_lanes_that_do_not_go_with_it(account: Account) -> None:
    targets = [account.deploy(), account.deploy("v1")]
    for lane in ("v1", "v3"):
        account.register(lane, f"api{lane}")

    with pytest.raises(DeliveryError, match="stack of lane v3"):
        destroying.destroy(targets, Terminal(), yes=True, wait=at_once)
    assert account.is_there("graylane-prod-v1")

    account.client("ssm").delete_parameter(Name="/gray/prod/lanes/v3")
    terminal = Terminal("graylane-prod")
    destroying.destroy(targets, terminal, wait=at_once)
    assert not account.is_there("graylane-prod")
    assert not account.is_there("graylane-prod-v1")
    assert "This deletes graylane-prod with" in terminal.said
    assert "This deletes graylane-prod-v1 with" in terminal.said


def test_stable_is_kept_while_a_platform_stands_before_it(account: Account) -> None:
    target = account.deploy("v1")
    account.deploy(StableHost="api1.execute-api.us-east-1.amazonaws.com")

    with pytest.raises(DeliveryError, match=r"graylane-prod stands before .* `make destroy ENV=prod`"):
        destroy(target, Terminal(), yes=True)
    assert account.is_there("graylane-prod-v1")


def test_stable_goes_when_no_platform_stands_before_it(account: Account) -> None:
    target = account.deploy("v1")
    account.deploy(StableHost="")

    destroy(target, Terminal(), yes=True)

    assert not account.is_there("graylane-prod-v1")


def test_the_stacks_of_an_environment_are_those_that_are_there(account: Account) -> None:
    account.deploy("v1")
    assert [target.stack for target in destroying.found("prod", ROOT)] == ["graylane-prod-v1"]

    account.deploy()
    assert [target.stack for target in destroying.found("prod", ROOT)] == ["graylane-prod", "graylane-prod-v1"]

    with pytest.raises(UnreachableError, match="graylane-gray does not exist"):
        destroying.found("gray", ROOT)


def test_another_error_of_the_table_is_not_taken_for_no_prod(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    target = account.deploy("v2")
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
