"""The table of revisions and HEAD, as template.yaml makes it."""

from typing import Any

__all__ = ["KEYS", "TABLE", "make_config_table"]

TABLE = "graylane-test-config"
KEYS: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def make_config_table(dynamodb: Any, name: str = TABLE) -> None:
    dynamodb.create_table(TableName=name, **KEYS)
