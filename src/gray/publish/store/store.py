"""The KeyValueStore's data API: what it holds, and writes that carry the ETag they were planned on.

Every write names the ETag of the whole store, so a plan made on what was read is carried out on exactly that or not
at all. One call is all or nothing, and takes 50 keys or 3 MB (CloudFront quotas); a value is at most 1 KB, a key
512 bytes, a store 5 MB.

Requests are signed with SigV4A, which botocore does through `awscrt`; both are imported when the client is made, so
botocore's errors are looked up here only when there is one.
The client's errors are mapped here, by class, and nowhere else:

    StoreError
    |- StoreConflict      409: another run wrote the store since the ETag was read
    |- StoreRejected      400 or 402: the request itself (AWS does not say which error a stale ETag gives, so a caller
    |                     reads the ETag again before it believes this one)
    |- StoreUnavailable   5xx, throttled, timed out, connection lost: the write may have been done
    `- StoreDenied        403 or 404: no such store, or no permission
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient

__all__ = [
    "KEYS_PER_CALL",
    "Store",
    "StoreConflict",
    "StoreDenied",
    "StoreError",
    "StoreMeta",
    "StoreRejected",
    "StoreUnavailable",
    "Write",
    "batches",
]

KEY_BYTES = 512
VALUE_BYTES = 1024
STORE_BYTES = 5 * 1024 * 1024
KEYS_PER_CALL = 50
CALL_BYTES = 3 * 1024 * 1024
PAGE = 50


class StoreError(Exception):
    """When the KeyValueStore did not do what it was asked."""


class StoreConflict(StoreError):
    """When another run wrote the store since its ETag was read."""


class StoreRejected(StoreError):
    """When the store refuses the request itself."""


class StoreUnavailable(StoreError):
    """When the store did not answer; a write may have been done."""


class StoreDenied(StoreError):
    """When the store does not exist or access is denied."""


@dataclass(frozen=True)
class StoreMeta:
    """The store's ETag, number of keys, and size in bytes of keys and values."""

    etag: str
    items: int
    size: int


@dataclass(frozen=True)
class Write:
    """What one UpdateKeys call puts and deletes."""

    puts: Mapping[str, str]
    deletes: Sequence[str] = ()


def batches(puts: Mapping[str, str], deletes: Sequence[str], *, every: Mapping[str, str]) -> list[Write]:
    """Splits a change into calls, each of which also puts `every`; deletes come last.

    A value or key that the store would refuse is a ValueError here: the mistake is ours, not the store's.
    """
    for key, value in {**puts, **every}.items():
        if not 0 < len(key.encode()) <= KEY_BYTES or len(value.encode()) > VALUE_BYTES:
            raise ValueError(f"key {key!r}: {len(value.encode())} bytes of value, at most {VALUE_BYTES} are possible")
    room = KEYS_PER_CALL - len(every)
    # 50 keys of 512 + 1,024 bytes are 75 KB, so the 3 MB of a call cannot be reached before the 50 keys.
    changes: list[tuple[str, str | None]] = [*puts.items(), *((key, None) for key in deletes)]
    return [
        Write(
            {**{k: v for k, v in part if v is not None}, **every},
            [k for k, v in part if v is None],
        )
        for part in (changes[at : at + room] for at in range(0, len(changes), room))
    ]


class Store:
    """One KeyValueStore by its ARN. `calls` counts the API calls made: each is paid for."""

    def __init__(self, client: "CloudFrontKeyValueStoreClient", arn: str) -> None:
        self._client = client
        self._arn = arn
        self.calls = 0

    def describe(self) -> StoreMeta:
        """The data plane's ETag; the one of the CloudFront API is another and does not fit here."""
        with self._mapped():
            answer = self._client.describe_key_value_store(KvsARN=self._arn)
        return StoreMeta(answer["ETag"], answer["ItemCount"], answer["TotalSizeInBytes"])

    def get(self, key: str) -> str | None:
        """The value of a key; None when there is none."""
        try:
            with self._mapped():
                return self._client.get_key(KvsARN=self._arn, Key=key)["Value"]
        except StoreDenied as error:
            if isinstance(error.__cause__, self._client.exceptions.ResourceNotFoundException):
                return None  # of the two things that may not exist, the store was described just before
            raise

    def entries(self) -> Iterator[tuple[str, str]]:
        """All keys and values, 50 a (paid) call."""
        token: str | None = None
        while True:
            more = {"NextToken": token} if token else {}
            with self._mapped():
                page = self._client.list_keys(KvsARN=self._arn, MaxResults=PAGE, **more)
            for item in page.get("Items", []):
                yield item["Key"], item["Value"]
            token = page.get("NextToken")
            if not token:
                return

    def update(self, write: Write, etag: str) -> StoreMeta:
        """One UpdateKeys call on the store as it was at `etag`; returns what it is now."""
        with self._mapped():
            answer = self._client.update_keys(
                KvsARN=self._arn,
                IfMatch=etag,
                Puts=[{"Key": key, "Value": value} for key, value in write.puts.items()],
                Deletes=[{"Key": key} for key in write.deletes],
            )
        return StoreMeta(answer["ETag"], answer["ItemCount"], answer["TotalSizeInBytes"])

    def _mapped(self) -> "_Mapped":
        self.calls += 1
        return _Mapped(self._client)


class _Mapped:
    """Turns the client's errors into ours."""

    def __init__(self, client: "CloudFrontKeyValueStoreClient") -> None:
        self._exceptions = client.exceptions

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        ours = self._ours(error)
        if ours and error:
            raise ours(str(error)) from error

    def _ours(self, error: BaseException | None) -> type[StoreError] | None:
        if error is None:
            return None
        from botocore.exceptions import BotoCoreError, ClientError

        known = self._exceptions
        match error:
            case known.ConflictException():
                return StoreConflict
            case known.ValidationException() | known.ServiceQuotaExceededException():
                return StoreRejected
            case known.AccessDeniedException() | known.ResourceNotFoundException():
                return StoreDenied
            case ClientError() | BotoCoreError():
                return StoreUnavailable  # InternalServerException, throttling (not modelled), timeouts
        return None
