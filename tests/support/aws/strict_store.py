"""The KeyValueStore's data API in memory, as strict as AWS documents it, and stricter where it is silent.

Enforced: parameters by botocore's own model, If-Match on every write and on the whole store, keys of 512 bytes,
values of 1,024, 50 keys or 3 MB a call, 5 MB a store, all or nothing, a key that is not there is an error also when
it is deleted. What AWS does not say (which error a stale ETag gives) can be chosen.

Locations see writes late and in pieces: `location()` gives what one may see.
"""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

__all__ = ["ARN", "Location", "StrictStore"]

ARN = "arn:aws:cloudfront::111122223333:key-value-store/0b2bf3a1-0000-4000-8000-000000000000"
# What a location sees of a key: its value, or that there is none.
Location = Callable[[str], str | None]


@cache
def _real() -> Any:
    return boto3.client(
        "cloudfront-keyvaluestore", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


@cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("cloudfront-keyvaluestore")


class StrictStore:
    """Stands for `boto3.client("cloudfront-keyvaluestore")`."""

    def __init__(self, *, stale: str = "ConflictException") -> None:
        self.exceptions = _real().exceptions
        self.history: list[dict[str, str]] = [{}]
        self.calls: list[str] = []
        self.fail: Exception | None = None
        self._stale = stale
        self._etag = self._new_etag()

    @property
    def items(self) -> dict[str, str]:
        """What the store holds now."""
        return self.history[-1]

    # the data API

    def describe_key_value_store(self, **given: Any) -> dict[str, Any]:
        self._check("DescribeKeyValueStore", given)
        return {"KvsARN": ARN, "ETag": self._etag, "Status": "READY", **self._counts()}

    def get_key(self, **given: Any) -> dict[str, Any]:
        self._check("GetKey", given)
        if given["Key"] not in self.items:
            raise self._error("ResourceNotFoundException", 404, f"Key {given['Key']} was not found")
        return {"Key": given["Key"], "Value": self.items[given["Key"]], **self._counts()}

    def list_keys(self, **given: Any) -> dict[str, Any]:
        self._check("ListKeys", given)
        size = given.get("MaxResults", 10)
        if not 1 <= size <= 50:
            raise self._error("ValidationException", 400, "MaxResults is 1 to 50")
        start = int(given.get("NextToken", "0"))
        keys = sorted(self.items)
        page = {"Items": [{"Key": key, "Value": self.items[key]} for key in keys[start : start + size]]}
        return {**page, "NextToken": str(start + size)} if start + size < len(keys) else dict(page)

    def put_key(self, **given: Any) -> dict[str, Any]:
        self._check("PutKey", given)
        return self._write({given["Key"]: given["Value"]}, [], given["IfMatch"])

    def delete_key(self, **given: Any) -> dict[str, Any]:
        self._check("DeleteKey", given)
        return self._write({}, [given["Key"]], given["IfMatch"])

    def update_keys(self, **given: Any) -> dict[str, Any]:
        self._check("UpdateKeys", given)
        puts = [(put["Key"], put["Value"]) for put in given.get("Puts", [])]
        deletes = [delete["Key"] for delete in given.get("Deletes", [])]
        named = [key for key, _ in puts] + deletes
        if len(set(named)) != len(named):
            raise self._error("ValidationException", 400, "a key is named twice")
        if not named or len(named) > 50:
            raise self._error("ValidationException", 400, f"{len(named)} keys, 1 to 50 are possible")
        if sum(len(k.encode()) + len(v.encode()) for k, v in puts) > 3 * 1024 * 1024:
            raise self._error("ValidationException", 400, "more than 3 MB")
        return self._write(dict(puts), deletes, given["IfMatch"])

    # what a person or a test does behind the API's back

    def tamper(self, changes: Mapping[str, str | None]) -> None:
        """Changes (or, with None, removes) keys by hand, as the console does."""
        after = {**self.items, **{key: value for key, value in changes.items() if value is not None}}
        self.history.append({key: value for key, value in after.items() if changes.get(key, "") is not None})
        self._etag = self._new_etag()

    def restore(self, other: "StrictStore") -> None:
        """Becomes a copy of another store, with its history."""
        self.history = list(other.history)
        self._etag = other._etag

    # locations

    def fresh(self) -> Location:
        """A location that has everything."""
        return dict(self.items).get

    def lagging(self, writes: int) -> Location:
        """A location that has not seen the last `writes` writes."""
        return dict(self.history[max(0, len(self.history) - 1 - writes)]).get

    def torn(self, dice: random.Random, *, writes: int = 6, losing: float = 0.1) -> Location:
        """A location that sees, of each key, some state of the last `writes` writes, or, for a while, nothing."""
        states: Sequence[Mapping[str, str]] = self.history[-1 - writes :]
        keys = {key for state in states for key in state}
        seen = {key: None if dice.random() < losing else dice.choice(states).get(key) for key in sorted(keys)}
        return seen.get

    # inside

    def _check(self, operation: str, given: Mapping[str, Any]) -> None:
        self.calls.append(operation)
        if self.fail:
            raise self.fail
        report = ParamValidator().validate(given, _model().operation_model(operation).input_shape)
        assert not report.has_errors(), report.generate_report()
        if given["KvsARN"] != ARN:
            raise self._error("ResourceNotFoundException", 404, "no such store")

    def _write(self, puts: Mapping[str, str], deletes: Sequence[str], etag: str) -> dict[str, Any]:
        if etag != self._etag:
            raise self._error(
                self._stale, 409 if self._stale == "ConflictException" else 400, "the ETag is not current"
            )
        for key, value in puts.items():
            if not 0 < len(key.encode()) <= 512 or len(value.encode()) > 1024:
                raise self._error("ValidationException", 400, f"{key}: the key or its value is too long")
        for key in deletes:
            if key not in self.items:
                raise self._error("ResourceNotFoundException", 404, f"Key {key} was not found")
        after = {key: value for key, value in {**self.items, **puts}.items() if key not in set(deletes)}
        if _size(after) > 5 * 1024 * 1024:
            raise self._error("ServiceQuotaExceededException", 402, "a store holds 5 MB")
        self.history.append(after)
        self._etag = self._new_etag()
        return {"ETag": self._etag, **self._counts()}

    def _counts(self) -> dict[str, int]:
        return {"ItemCount": len(self.items), "TotalSizeInBytes": _size(self.items)}

    def _error(self, name: str, status: int, message: str) -> ClientError:
        kind: type[ClientError] = getattr(self.exceptions, name)
        answer: Any = {"Error": {"Code": name, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return kind(answer, "UpdateKeys")

    def _new_etag(self) -> str:
        return f"KV{uuid.uuid4().hex[:12].upper()}"


def _size(items: Mapping[str, str]) -> int:
    return sum(len(key.encode()) + len(value.encode()) for key, value in items.items())
