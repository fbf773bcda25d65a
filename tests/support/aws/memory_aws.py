"""DynamoDB, S3, SSM and Secrets Manager in memory: what the control plane uses, and no more.

Fast enough for the thousands of runs that fault injection takes. tests/unit/control/test_memory_aws.py asks the same
of these and of moto and compares the answers.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import batched
from typing import Any

import boto3
from botocore.exceptions import ClientError

__all__ = [
    "MemoryDynamoDB",
    "MemoryS3",
    "MemorySSM",
    "MemorySecrets",
    "client_error",
    "real",
]

Item = dict[str, Any]


@cache
def real(service: Any) -> Any:
    """A client whose exceptions and models are AWS's; it calls nobody."""
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def client_error(service: str, name: str, status: int, **more: Any) -> ClientError:
    """An error as botocore raises it, of the modelled class where there is one."""
    kind: type[ClientError] = getattr(real(service).exceptions, name, ClientError)
    answer: Any = {
        "Error": {"Code": name, "Message": name},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return kind(answer, "Operation")


class MemoryDynamoDB:
    """Stands for `boto3.client("dynamodb")` with one table keyed by pk (S) and sk (N)."""

    def __init__(self) -> None:
        self.exceptions = real("dynamodb").exceptions
        self.table: dict[tuple[str, int], Item] = {}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool) -> dict[str, Any]:
        found = self.table.get(_key(Key))
        return {"Item": dict(found)} if found else {}

    def put_item(self, *, TableName: str, Item: Item, **condition: Any) -> dict[str, Any]:
        if not self._holds(_key(Item), condition):
            raise client_error("dynamodb", "ConditionalCheckFailedException", 400)
        self.table[_key(Item)] = dict(Item)
        return {}

    def delete_item(self, *, TableName: str, Key: Item) -> dict[str, Any]:
        self.table.pop(_key(Key), None)
        return {}

    def update_item(self, *, TableName: str, Key: Item, UpdateExpression: str, **given: Any) -> dict[str, Any]:
        if not self._holds(_key(Key), given):
            raise client_error("dynamodb", "ConditionalCheckFailedException", 400)
        before = self.table.get(_key(Key), Key)
        changed = re.fullmatch(r"(ADD) (\S+) (:\w+)|(SET) (\S+) = (:\w+)", UpdateExpression)
        assert changed, UpdateExpression
        kind, name, value = [part for part in changed.groups() if part]
        name = given.get("ExpressionAttributeNames", {}).get(name, name)
        value = given["ExpressionAttributeValues"][value]
        if kind == "ADD":
            if "N" not in before.get(name, {"N": "0"}):
                raise client_error("dynamodb", "ValidationException", 400)
            value = {"N": str(Decimal(before.get(name, {"N": "0"})["N"]) + int(value["N"]))}
        # Replaced, never changed in place: a world that was forked before shares the item.
        self.table[_key(Key)] = {**before, name: value}
        return {"Attributes": {name: value}}

    def query(self, *, ExpressionAttributeValues: Item, **given: Any) -> dict[str, Any]:
        pk = ExpressionAttributeValues[":pk"]["S"]
        below = ExpressionAttributeValues.get(":below")
        found = [
            item for (own, sk), item in sorted(self.table.items()) if own == pk and (not below or sk < int(below["N"]))
        ]
        if not given.get("ScanIndexForward", True):
            found.reverse()
        return {"Items": [dict(item) for item in found[: given.get("Limit", len(found))]]}

    def transact_write_items(self, *, TransactItems: list[Any]) -> dict[str, Any]:
        puts = [entry["Put"] for entry in TransactItems]
        reasons = [
            {"Code": "None"} if self._holds(_key(put["Item"]), put) else {"Code": "ConditionalCheckFailed"}
            for put in puts
        ]
        if any(reason["Code"] != "None" for reason in reasons):
            raise client_error("dynamodb", "TransactionCanceledException", 400, CancellationReasons=reasons)
        for put in puts:
            self.table[_key(put["Item"])] = dict(put["Item"])
        return {}

    def _holds(self, key: tuple[str, int], given: Mapping[str, Any]) -> bool:
        expression = given.get("ConditionExpression")
        if not expression:
            return True
        item = self.table.get(key, {})
        names = given.get("ExpressionAttributeNames", {})
        values = given.get("ExpressionAttributeValues", {})
        return any(
            all(_true(clause.strip(), item, names, values) for clause in either.split(" AND "))
            for either in expression.split(" OR ")
        )


def _true(clause: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    missing = re.fullmatch(r"attribute_not_exists\((\S+)\)", clause)
    if missing:
        return names.get(missing[1], missing[1]) not in item
    typed = re.fullmatch(r"NOT attribute_type\((\S+), (:\w+)\)", clause)
    if typed:
        return values[typed[2]]["S"] not in item.get(names.get(typed[1], typed[1]), {})
    compared = re.fullmatch(r"(\S+) (=|<) (:\w+)", clause)
    assert compared, clause
    there, value = item.get(names.get(compared[1], compared[1])), values[compared[3]]
    if there is None:
        return False
    return bool(there == value) if compared[2] == "=" else int(there["N"]) < int(value["N"])


def _key(item: Item) -> tuple[str, int]:
    return item["pk"]["S"], int(item["sk"]["N"])


class MemoryS3:
    """Stands for `boto3.client("s3")`: objects by bucket and key, conditional puts, no versions."""

    def __init__(self) -> None:
        self.exceptions = real("s3").exceptions
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if (Bucket, Key) not in self.objects:
            raise client_error("s3", "404", 404)
        found = self.objects[Bucket, Key]
        return {"ETag": found["ETag"], "Metadata": dict(found["Metadata"])}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if (Bucket, Key) not in self.objects:
            raise client_error("s3", "NoSuchKey", 404)
        return {"Body": _Body(self.objects[Bucket, Key]["Body"])}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **given: Any) -> dict[str, Any]:
        there = self.objects.get((Bucket, Key))
        if (given.get("IfNoneMatch") and there) or (
            "IfMatch" in given and (not there or there["ETag"] != given["IfMatch"])
        ):
            raise client_error("s3", "PreconditionFailed", 412)
        etag = f'"{hashlib.md5(Body, usedforsecurity=False).hexdigest()}"'
        self.objects[Bucket, Key] = {
            "Body": Body,
            "ETag": etag,
            "Metadata": given.get("Metadata", {}),
            "LastModified": self.now(),
        }
        return {"ETag": etag}

    def copy_object(self, *, Bucket: str, Key: str, CopySource: dict[str, str]) -> dict[str, Any]:
        source = self.objects[CopySource["Bucket"], CopySource["Key"]]
        self.objects[Bucket, Key] = {**source, "LastModified": self.now()}
        return {}

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:
        for each in Delete["Objects"]:
            self.objects.pop((Bucket, each["Key"]), None)
        return {}

    def get_paginator(self, operation: str) -> "_Listing":
        assert operation == "list_objects_v2"
        return _Listing(self.objects)


@dataclass
class _Listing:
    """The paginator of `list_objects_v2`: a thousand objects a page."""

    objects: Mapping[tuple[str, str], dict[str, Any]]

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:
        found = sorted(key for bucket, key in self.objects if bucket == Bucket and key.startswith(Prefix))
        for page in batched(found, 1000, strict=False) if found else [()]:
            yield {"Contents": [self._entry(Bucket, key) for key in page]} if page else {}

    def _entry(self, bucket: str, key: str) -> dict[str, Any]:
        there = self.objects[bucket, key]
        return {**{name: there[name] for name in ("ETag", "LastModified")}, "Key": key, "Size": len(there["Body"])}


class _Body(io.BytesIO):
    def iter_lines(self) -> Any:
        return iter(self.getvalue().splitlines())


class MemorySSM:
    """Stands for `boto3.client("ssm")`: String parameters with versions and their history."""

    def __init__(self) -> None:
        self.exceptions = real("ssm").exceptions
        self.values: dict[str, list[str]] = {}

    def get_parameter(self, *, Name: str) -> dict[str, Any]:
        if Name not in self.values:
            raise client_error("ssm", "ParameterNotFound", 400)
        return {"Parameter": {"Name": Name, "Value": self.values[Name][-1], "Version": len(self.values[Name])}}

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool) -> dict[str, Any]:
        self.values.setdefault(Name, []).append(Value)
        return {"Version": len(self.values[Name])}

    def get_parameter_history(self, *, Name: str, MaxResults: int) -> dict[str, Any]:
        return {"Parameters": [{"Version": at, "Value": value} for at, value in enumerate(self.values[Name], 1)]}

    def get_parameters_by_path(self, *, Path: str, Recursive: bool, MaxResults: int) -> dict[str, Any]:
        found = [
            {"Name": name, "Value": values[-1]} for name, values in self.values.items() if name.startswith(f"{Path}/")
        ]
        return {"Parameters": found}

    def delete_parameter(self, *, Name: str) -> dict[str, Any]:
        del self.values[Name]
        return {}


class MemorySecrets:
    """Secrets by name."""

    def __init__(self, values: dict[str, str]) -> None:
        self.exceptions = real("secretsmanager").exceptions
        self.values = values

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        return {"SecretString": self.values[SecretId]}
