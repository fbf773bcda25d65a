"""Whether a lane can take viewers: its files are all there, and its origins answer.

Each check returns what is wrong; an empty text when nothing is.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gray.lanes.registration import LaneOrigin
from gray.lanes.sites import MANIFEST, is_shared_prefix
from gray.release.origin import Kind

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = [
    "DEFAULT_ORIGIN_URL",
    "Fetch",
    "base_url",
    "files_missing",
    "guard_headers",
    "health_problem",
    "manifest_problem",
]

DEFAULT_ORIGIN_URL = "https://{host}{path}"
# Gets a URL with headers: status and body. Raises OSError when nobody answers.
Fetch = Callable[[str, Mapping[str, str]], tuple[int, bytes]]


def base_url(template: str, origin: LaneOrigin, region: str) -> str:
    """Where an origin answers, without a slash at the end; `template`, with host and path, is Lambda configuration."""
    host = f"{origin.address}{_domains(region).get(origin.kind, '')}"
    return template.format(host=host, path=f"/{origin.path}").rstrip("/")


def _domains(region: str) -> dict[Kind, str]:
    """What follows an origin's own name in its host, by kind."""
    api = f".execute-api.{region}.amazonaws.com"
    return {"rest-api": api, "http-api": api, "function-url": f".lambda-url.{region}.on.aws"}


def guard_headers(origin: LaneOrigin, key: str) -> dict[str, str]:
    """What an origin's guard asks for; the key goes to nobody else."""
    return {"x-api-key": key} if origin.guard in ("api-key", "header") else {}


def health_problem(fetch: Fetch, base_url: str, lane: str, origin: LaneOrigin, key: str) -> str:
    """Asks for the origin's health as the edge would; any 200 counts, unless it names another lane."""
    asked = f"{origin.id} of {lane}"
    try:
        status, body = fetch(f"{base_url}{origin.health}", guard_headers(origin, key))
    except OSError as error:
        return f"{asked} does not answer: {error}"
    if status != 200:
        return f"{asked} answers its health check {origin.health} with {status}"
    named = _lane_named(body)
    return f"{asked} answers as {named}: register the origin of {lane}" if named not in ("", lane) else ""


def _lane_named(body: bytes) -> str:
    """The lane that the answer names, as the lane library does; empty if it names none."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("lane", "")) if isinstance(answer, dict) else ""


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
