"""Uploading one lane's static site: assets first, documents next, the manifest last.

The order matters: only documents refer to assets, and the preflight of a release takes the manifest as proof
that the whole site is uploaded. Nothing outside the lane's own directory is touched.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grayctl.errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PLACEHOLDER = b"__LANE__"
MANIFEST = "manifest.json"
LANE_NAME = re.compile(r"v[1-9][0-9]?")
_TEXT = {".html", ".js", ".mjs", ".css", ".json", ".svg", ".txt", ".webmanifest", ".map", ".xml"}
_DOCUMENT_CACHE = "no-cache"
# A minute, not a year: asset names contain no hash, so a long TTL would keep old code after a deploy.
_ASSET_CACHE = "public, max-age=60"


@dataclass(frozen=True)
class Site:
    """One lane's files as stored in the bucket, and their build."""

    lane: str
    build: str
    files: Mapping[str, bytes]

    @property
    def manifest(self) -> bytes:
        """The list of files with hash and size, checked by the release's preflight."""
        listed = {
            path: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for path, content in sorted(self.files.items())
        }
        text = json.dumps({"lane": self.lane, "build": self.build, "files": listed}, indent=1, sort_keys=True)
        return text.encode() + b"\n"


def build_site(folder: Path, lane: str) -> Site:
    """Read a site's sources and replace `__LANE__` by the lane's name.

    `build` is computed before the replacement, so the same sources give the same build in every lane: that is
    how `grayctl finish` knows that stable runs what gray ran.
    """
    if not LANE_NAME.fullmatch(lane):
        raise UsageError(f"{lane!r} is not a lane name", "Use v1 to v99.")
    if not folder.is_dir():
        raise UsageError(f"site folder not found: {folder}")
    sources = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    if "index.html" not in sources:
        raise UsageError(f"{folder} has no index.html", "Add one: documents are served from it.")
    if MANIFEST in sources:
        raise UsageError(f"{folder} contains a {MANIFEST}", "The upload writes a file of this name; rename yours.")
    digest = hashlib.sha256()
    for name, content in sources.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    files = {name: _for_lane(name, content, lane) for name, content in sources.items()}
    return Site(lane, digest.hexdigest()[:12], files)


def upload_order(site: Site) -> list[str]:
    """Assets, then documents; the root's `index.html` is last."""
    return sorted(site.files, key=lambda name: (_is_document(name), name == "index.html", name))


def upload_site(
    site: Site, s3: "S3Client", bucket: str, advance: Callable[[str], object] = lambda _path: None
) -> list[str]:
    """Upload into `<lane>/` of the bucket; calls `advance(path)` after each file and returns the keys in order."""
    keys = []
    for name in upload_order(site):
        keys.append(f"{site.lane}/{name}")
        _put(s3, bucket, keys[-1], site.files[name], _DOCUMENT_CACHE if _is_document(name) else _ASSET_CACHE)
        advance(name)
    keys.append(f"{site.lane}/{MANIFEST}")
    _put(s3, bucket, keys[-1], site.manifest, _DOCUMENT_CACHE)
    advance(MANIFEST)
    return keys


def _put(s3: "S3Client", bucket: str, key: str, content: bytes, cache: str) -> None:
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=content,
        ContentType=_content_type(key),
        CacheControl=cache,
        Metadata={"sha256": hashlib.sha256(content).hexdigest()},
    )


def _is_document(name: str) -> bool:
    return PurePosixPath(name).suffix in ("", ".html")


def _content_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    textual = guessed.startswith("text/") or guessed in ("application/json", "image/svg+xml")
    return f"{guessed}; charset=utf-8" if textual else guessed


def _for_lane(name: str, content: bytes, lane: str) -> bytes:
    if PurePosixPath(name).suffix.lower() not in _TEXT:
        return content
    return content.replace(PLACEHOLDER, lane.encode())
