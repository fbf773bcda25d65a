"""What tests/unit/conftest.py promises to every test with moto and threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from moto import mock_aws


def test_no_write_is_lost_and_no_transaction_breaks() -> None:
    with mock_aws(), ThreadPoolExecutor(2) as pool:
        dynamodb = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        dynamodb.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )

        def item(name: str) -> Any:
            return {"TableName": "orders", "Item": {"pk": {"S": name}}}

        def put(number: int) -> None:
            dynamodb.put_item(**item(f"alone {number}"))

        def transact(number: int) -> None:
            dynamodb.transact_write_items(TransactItems=[{"Put": item(f"together {number}")}])

        writes = [pool.submit(write, number) for number in range(150) for write in (put, transact)]
        for write in writes:
            write.result()

        assert dynamodb.scan(TableName="orders", Select="COUNT")["Count"] == 300
