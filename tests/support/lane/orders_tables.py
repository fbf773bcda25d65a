"""The lanes' tables, by moto, and the data copy function over them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STABLE, GRAY = "graylane-test-orders-v1", "graylane-test-orders-v2"
CONTEXT = SimpleNamespace(
    function_name="data-copy",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:data-copy",
    aws_request_id="1",
    client_context=None,
)


def make_tables(client: "DynamoDBClient", *names: str) -> None:
    for name in names or (STABLE, GRAY):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )


def order(number: int, changed: int = 1, **more: str) -> dict[str, Any]:
    """An item of an orders table."""
    values = {"pk": {"S": "order"}, "sk": {"S": f"{number:04d}"}, "changed_at": {"N": str(changed)}}
    return {**values, **{name: {"S": value} for name, value in more.items()}}


def items(client: "DynamoDBClient", table: str) -> dict[str, dict[str, Any]]:
    """All items by sort key."""
    pages = client.get_paginator("scan").paginate(TableName=table)
    return {item["sk"]["S"]: item for page in pages for item in page["Items"]}


def put(client: "DynamoDBClient", table: str, *found: dict[str, Any]) -> None:
    for at in range(0, len(found), 25):
        requests: Any = [{"PutRequest": {"Item": item}} for item in found[at : at + 25]]
        client.batch_write_item(RequestItems={table: requests})


@contextmanager
def data_copy(monkeypatch: pytest.MonkeyPatch, **tables: str) -> Iterator[Any]:
    """The function's handler, as deployed beside stable's table; `tables` are the registered isolated lanes'."""
    for name, value in {
        "GRAY_LANE": "shared",
        "GRAY_ENVIRONMENT": "test",
        "ORDERS_TABLE": STABLE,
        "POWERTOOLS_SERVICE_NAME": "data-copy",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    ssm = boto3.client("ssm", "us-east-1")
    for lane, table in tables.items():
        document = {"lane": lane, "data": "isolated", "table": table, "services": {}}
        ssm.put_parameter(Name=f"/gray/test/lanes/{lane}", Value=json.dumps(document), Type="String", Overwrite=True)
    from data_copy import app
    from lane import settings

    caches = (app._dynamodb, app._registry, settings)
    for cached in caches:
        cached.cache_clear()
    try:
        yield lambda event: app.handler(event, CONTEXT)
    finally:
        for cached in caches:
            cached.cache_clear()
