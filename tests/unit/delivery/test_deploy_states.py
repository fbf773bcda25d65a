"""Every state in which `make deploy` may find a stack: it goes on, or says the way out in one line."""

import pytest
from tests.support.grayctl.account import Account, Terminal
from tests.support.project.deployment import deployed, of_type
from tests.unit.delivery.recorded import STATES, Recorded

from delivery.deploy import protect, refuse, values_of
from delivery.errors import DeliveryError
from delivery.stacks.leftovers import names
from delivery.stacks.states import described, refuse_deployment
from generate.reference.template_reference import REPOSITORY

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


@pytest.mark.parametrize("status", STATES)
def test_a_deployment_goes_on_or_says_the_way_out(status: str) -> None:
    if status in GOES_ON:
        refuse_deployment("graylane-prod", status, "make destroy ENV=prod")
        return
    with pytest.raises(DeliveryError) as refused:
        refuse_deployment("graylane-prod", status, "make destroy ENV=prod")
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
