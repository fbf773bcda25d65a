"""The published set in S3, in the KeyValueStore's import format, with the secrets left out.

`edge-config.json` is `{"data":[{"key","value"}, ...]}`. In `config`, each MAC key stands as `{{key:<id>}}` and the
identity secret as `{{identity}}`: the bucket is not a place for secrets. Rebuilding a store fills them in again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.edge.config import Stamp

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["KEY", "EdgeConfig", "SavedSet"]

KEY = "edge-config.json"
_ATTEMPTS = 10


@dataclass(frozen=True)
class SavedSet:
    """The object as it is in S3: its stamp and digest from the metadata, and its ETag."""

    sequence: int
    digest: str
    etag: str


class EdgeConfig:
    """The object in the (versioned) edge-config bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def saved(self) -> SavedSet | None:
        """What is there, by a HEAD request; None when there is nothing."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=KEY)
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        sequence = found["Metadata"].get("sequence", "")
        return SavedSet(
            int(sequence) if sequence.isdecimal() else 0, found["Metadata"].get("digest", ""), found["ETag"]
        )

    def read(self, version: str = "") -> dict[str, str]:
        """Keys and values, secrets masked; empty when there is no object. Raises ValueError for a broken one."""
        try:
            more = {"VersionId": version} if version else {}
            answer = self._client.get_object(Bucket=self._bucket, Key=KEY, **more)  # type: ignore[arg-type]
        except self._client.exceptions.NoSuchKey:
            return {}
        try:
            return {str(entry["key"]): str(entry["value"]) for entry in json.loads(answer["Body"].read())["data"]}
        except (TypeError, KeyError) as error:
            raise ValueError(f"{KEY} is not in the import format of a KeyValueStore") from error

    def write(self, keys: Mapping[str, str], stamp: Stamp, digest: str) -> bool:
        """Puts the set, unless that of a higher sequence is there (False). `keys` has its config masked."""
        body = json.dumps({"data": [{"key": key, "value": value} for key, value in keys.items()]}, ensure_ascii=False)
        for _ in range(_ATTEMPTS):
            there = self.saved()
            if there and there.sequence > stamp.sequence:
                return False
            condition = {"IfMatch": there.etag} if there else {"IfNoneMatch": "*"}
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=KEY,
                    Body=body.encode(),
                    ContentType="application/json",
                    Metadata={
                        "sequence": str(stamp.sequence),
                        "revision": str(stamp.revision),
                        "epoch": str(stamp.epoch),
                        "state": stamp.state,
                        "digest": digest,
                    },
                    **condition,  # type: ignore[arg-type]
                )
            except self._client.exceptions.ClientError as error:
                # 412: the object changed since it was looked at; 409: another conditional put is under way
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                    continue
                raise
            return True
        raise ValueError(f"{KEY} was written by others at every attempt")
