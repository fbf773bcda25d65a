"""Where the sites of an environment are: the bucket with their files, and the parameters that register them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grayctl.stack.target import Target

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

__all__ = ["SitePlace", "Stored"]


@dataclass(frozen=True)
class Stored:
    """An object in the bucket. `etag` is the MD5 of its content, unless it was encrypted or written otherwise."""

    etag: str
    size: int
    modified: "datetime"


@dataclass(frozen=True)
class SitePlace:
    """`prefix` is that of the environment's parameters, `/gray/prod` for example; `api_paths`: see Target."""

    s3: "S3Client"
    ssm: "SSMClient"
    bucket: str
    prefix: str
    api_paths: str = ""

    @classmethod
    def of(cls, target: Target) -> "SitePlace":
        return cls(target.clients.s3, target.clients.ssm, target.site_bucket, target.parameter_prefix, target.api_paths)

    def listed(self, prefix: str) -> dict[str, Stored]:
        """Every object below a prefix, by its key: a call for each thousand."""
        found: dict[str, Stored] = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                found[entry["Key"]] = Stored(entry["ETag"].strip('"'), entry["Size"], entry["LastModified"])
        return found
