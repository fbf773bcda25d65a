"""Whether a lane can take viewers: its files are all there, and its API answers as that lane.

Each check returns what is wrong; an empty text when nothing is.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gray.lanes.registration import Registration
from gray.lanes.sites import MANIFEST, is_shared_prefix

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["DEFAULT_API_URL", "Fetch", "api_url", "files_missing", "health_problem", "manifest_problem"]

DEFAULT_API_URL = "https://{api_id}.execute-api.{region}.amazonaws.com/{stage}"
# Gets a URL with headers: status and body. Raises OSError when nobody answers.
Fetch = Callable[[str, Mapping[str, str]], tuple[int, bytes]]


def api_url(template: str, lane: Registration, region: str) -> str:
    """The base URL of a lane's API; `template` is Lambda configuration, never part of a registration."""
    return template.format(api_id=lane.api_id, stage=lane.stage, region=region)


def health_problem(fetch: Fetch, base_url: str, lane: str, key: str) -> str:
    """Asks `/api/health` with the origin's key; the answer must be 200 and name the lane."""
    try:
        status, body = fetch(f"{base_url}/api/health", {"x-api-key": key})
    except OSError as error:
        return f"the API of {lane} does not answer: {error}"
    if status != 200:
        return f"the API of {lane} answers its health check with {status}"
    try:
        answer: Any = json.loads(body)
        named = answer.get("lane")
    except (ValueError, AttributeError):
        return f"the API of {lane} answers its health check with something that is not a JSON object"
    return "" if named == lane else f"the API registered as {lane} answers as {named}"


def manifest_problem(s3: "S3Client", bucket: str, lane: str) -> str:
    """Reads the lane's manifest, which is uploaded last: without it the files are not all there."""
    return _manifest(s3, bucket, lane)[1]


def files_missing(s3: "S3Client", bucket: str, lane: str) -> str:
    """Compares the manifest with what is in the bucket under `<lane>/` and the shared paths, by key and size."""
    manifest, problem = _manifest(s3, bucket, lane)
    if problem:
        return problem
    sizes: dict[str, int] = {}
    for prefix in (f"{lane}/", *(shared[1:] for shared in manifest["shared"])):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            sizes.update({entry["Key"]: entry["Size"] for entry in page.get("Contents", [])})
    wrong = [key for key, file in manifest["files"].items() if sizes.get(key) != file["size"]]
    if not wrong:
        return ""
    shown = ", ".join(sorted(wrong)[:3])
    return f"{len(wrong)} files of {lane} are missing or of another size than its manifest says ({shown}); upload again"


def _manifest(s3: "S3Client", bucket: str, lane: str) -> tuple[dict[str, Any], str]:
    key = f"{lane}/{MANIFEST}"
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return {}, f"the files of {lane} are not uploaded: there is no {key}; upload the site of {lane}"
    try:
        manifest: dict[str, Any] = json.loads(text)
        whole = (
            manifest["lane"] == lane
            and all(map(is_shared_prefix, manifest["shared"]))
            and all("size" in file and "sha256" in file for file in manifest["files"].values())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    return (manifest, "") if whole else ({}, f"{key} is not a manifest of {lane}; upload the site again")
