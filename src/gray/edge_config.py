"""The published set in S3, in the KeyValueStore's import format, with the secrets left out.

`edge-config.json` is `{"data":[{"key","value"}, ...]}`. In `config`, each MAC key stands as `{{key:<id>}}` and the
identity secret as `{{identity}}`: the bucket is not a place for secrets. Rebuilding a store fills them in again.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.config_head import entries, identity_secret
from gray.published import LiveLane, Stamped

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from gray.grants import EdgeKeys

__all__ = ["KEY", "EdgeConfig", "Saved", "again", "lanes_of", "mask", "unmask"]

KEY = "edge-config.json"
# Fields of the config's head, by position (docs/reference/edge-config.md).
_SEQUENCE, _KEYS, _IDENTITY, _LANES = 1, 9, 10, 11
_PLACEHOLDER = re.compile(r"([a-z0-9]+):\{\{key:\1\}\}")
_ATTEMPTS = 10


def mask(config: str) -> str:
    """The config with placeholders for its secrets."""
    head, newline, rules = config.partition("\n")
    fields = head.split("|")
    if len(fields) > _IDENTITY:
        ids = [pair.partition(":")[0] for pair in fields[_KEYS].split(",") if pair]
        fields[_KEYS] = entries({name: f"{{{{key:{name}}}}}" for name in ids})
        fields[_IDENTITY] = "{{identity}}" if fields[_IDENTITY] else ""
    return "|".join(fields) + newline + rules


def lanes_of(config: str) -> dict[str, LiveLane]:
    """The gray lanes that a config sends viewers to."""
    fields = config.partition("\n")[0].split("|")
    found: dict[str, LiveLane] = {}
    for entry in fields[_LANES].split(",") if len(fields) > _LANES else ():
        name, _, address = entry.partition(":")
        api_id, _, stage = address.partition(":")
        if stage:
            found[name] = LiveLane(api_id, stage)
    return found


def again(config: str, sequence: int, lanes: Mapping[str, LiveLane]) -> str:
    """The same config as publication `sequence`, with these lanes: the edge answers stable for one that is missing."""
    head, newline, rules = config.partition("\n")
    fields = head.split("|")
    fields[_SEQUENCE] = str(sequence)
    if len(fields) > _LANES:
        fields[_LANES] = entries({name: f"{lane.api_id}:{lane.stage}" for name, lane in lanes.items()})
    return "|".join(fields) + newline + rules


def unmask(config: str, keys: "EdgeKeys") -> str:
    """The config with its secrets; a key that is no longer in use is left out."""
    head, newline, rules = config.partition("\n")
    fields = head.split("|")
    if len(fields) > _IDENTITY:
        secrets = dict(keys.keys)
        ids = _PLACEHOLDER.findall(fields[_KEYS])
        fields[_KEYS] = entries({name: secrets[name] for name in ids if name in secrets})
        fields[_IDENTITY] = identity_secret(keys) if fields[_IDENTITY] else ""
    return "|".join(fields) + newline + rules


@dataclass(frozen=True)
class Saved:
    """The object as it is in S3: its stamp and digest from the metadata, and its ETag."""

    sequence: int
    digest: str
    etag: str


class EdgeConfig:
    """The object in the (versioned) edge-config bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def saved(self) -> Saved | None:
        """What is there, by a HEAD request; None when there is nothing."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=KEY)
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        sequence = found["Metadata"].get("sequence", "")
        return Saved(int(sequence) if sequence.isdecimal() else 0, found["Metadata"].get("digest", ""), found["ETag"])

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

    def write(self, keys: Mapping[str, str], stamp: Stamped, digest: str) -> bool:
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
