"""What a stack that is gone has left behind under names that a first deployment needs.

A removal that skipped them (`--retain-resources`), or a copy made by hand. CloudFormation stops at the first such name
and rolls all back.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from delivery.errors import DeliveryError
from delivery.order_desk import has_table, table_name

if TYPE_CHECKING:
    import boto3

__all__ = ["names", "refuse_leftovers"]


def names(values: Mapping[str, str], account: str, region: str) -> dict[str, list[str]]:
    """Buckets, tables and secrets of a stack with these parameters; tests/unit/delivery compares with the templates."""
    environment = values.get("Environment", "dev")
    of_here = f"graylane-{environment}"
    if lane := values.get("Lane", ""):
        return {"bucket": [], "table": [table_name(environment, lane)] if has_table(values) else [], "secret": []}
    logs = ["edge-logs"] if values.get("EdgeAccessLogs") == "on" else []
    keys = [{"a": "api-key", "b": "api-key-b"}[key] for key in values.get("OriginKeys", "a")]
    return {
        "bucket": [f"{of_here}-{kind}-{account}-{region}" for kind in ("site", "edge-config", *logs)],
        "table": [f"{of_here}-config"],
        "secret": [f"graylane/{environment}/{kind}" for kind in (*keys, "edge-keys")],
    }


def refuse_leftovers(session: "boto3.Session", stack: str, wanted: Mapping[str, list[str]]) -> None:
    """Raises DeliveryError with all that is in the way of a first deployment, each with its way out."""
    there = list(_there(session, wanted))
    if there:
        raise DeliveryError(f"{stack} is not there, but of an earlier one there still is " + "; ".join(there))


def _there(session: "boto3.Session", wanted: Mapping[str, list[str]]) -> Iterator[str]:
    s3, dynamodb, secrets = session.client("s3"), session.client("dynamodb"), session.client("secretsmanager")
    for name in wanted["bucket"]:
        if _exists(lambda name=name: s3.head_bucket(Bucket=name)):  # type: ignore[misc]
            yield f"bucket {name}: empty it with all versions and `aws s3 rb s3://{name}`"
    for name in wanted["table"]:
        if _exists(lambda name=name: dynamodb.describe_table(TableName=name)):  # type: ignore[misc]
            yield (
                f"table {name}: keep what it holds (`aws dynamodb create-backup --table-name {name} "
                f"--backup-name kept`), then `aws dynamodb delete-table --table-name {name}`"
            )
    for name in wanted["secret"]:
        if _exists(lambda name=name: secrets.describe_secret(SecretId=name)):  # type: ignore[misc]
            # also one that is only scheduled for deletion keeps its name until then
            yield (
                f"secret {name}: `aws secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery`"
            )


def _exists(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if error.response["Error"]["Code"] == "ResourceNotFoundException" or status == 404:
            return False
        if status == 403:  # who may not look may still deploy: CloudFormation will say
            return False
        raise
    return True
