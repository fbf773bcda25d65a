"""User lists as files in S3: ids, one a line, named by the digest of their content."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["ListFiles", "list_file_key"]


def list_file_key(digest: str) -> str:
    """The object of the list whose content has this digest."""
    return f"lists/{digest}.txt"


class ListFiles:
    """The list files of the edge-config bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def ids(self, digest: str) -> Iterator[str]:
        """The ids, read as they come. Raises FileNotFoundError when there is no such list."""
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=list_file_key(digest))["Body"]
        except self._client.exceptions.NoSuchKey:
            raise FileNotFoundError(f"there is no list file {list_file_key(digest)}") from None
        for line in body.iter_lines():
            if line:
                yield line.decode()

    def exists(self, digest: str) -> bool:
        """Whether the list file is there."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=list_file_key(digest))
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True
