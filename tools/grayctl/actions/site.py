"""Uploading one lane's static site: assets first, documents next, the manifest last.

The order matters: only documents refer to assets, and the preflight of a release takes the manifest as proof
that the whole site is uploaded. Nothing outside the lane's own directory is touched.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NotRequired, TypedDict
from urllib.parse import quote

from gray.lanes.registration import STABLE
from grayctl.errors import UsageError
from grayctl.reading.explain import stored_at

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PLACEHOLDER = b"__LANE__"
MANIFEST = "manifest.json"
LANE_NAME = re.compile(r"v[1-9][0-9]?")
_TEXT = {".html", ".js", ".mjs", ".css", ".json", ".svg", ".txt", ".webmanifest", ".map", ".xml"}
# Left behind by systems and version control; nobody asks for them.
NEVER_MEANT = frozenset({".DS_Store", ".git"})
# Python's own table and not the machine's: the same site is the same from everywhere. These come before it.
_TYPES = mimetypes.MimeTypes()
_KINDS = {
    ".svg": "image/svg+xml; charset=utf-8",
    ".svgz": "image/svg+xml; charset=utf-8",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".map": "application/json",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".ico": "image/x-icon",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".eot": "application/vnd.ms-fontobject",
    ".cjs": "text/javascript",
    ".jsonld": "application/ld+json",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".xhtml": "application/xhtml+xml",
    ".ics": "text/calendar",
    ".glb": "model/gltf-binary",
    ".xml": "application/xml",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
}
_PACKED = {".gz": "gzip", ".br": "br"}
_DOCUMENT_CACHE = "no-cache"
# A minute, not a year: asset names contain no hash, so a long TTL would keep old code after a deploy.
_ASSET_CACHE = "public, max-age=60"


class _Headers(TypedDict):
    ContentType: str
    ContentEncoding: NotRequired[str]


@dataclass(frozen=True)
class Site:
    """One lane's files as stored in the bucket, their build, and what was left out."""

    lane: str
    build: str
    files: Mapping[str, bytes]
    left_out: Sequence[str] = ()

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
    sources, left_out = _sources(folder)
    if "index.html" not in sources:
        raise UsageError(f"{folder} has no index.html", "Add one: documents are served from it.")
    if MANIFEST in sources:
        raise UsageError(f"{folder} contains a {MANIFEST}", "The upload writes a file of this name; rename yours.")
    digest = hashlib.sha256()
    for name, content in sources.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    files = {name: _for_lane(name, content, lane) for name, content in sources.items()}
    return Site(lane, digest.hexdigest()[:12], files, left_out)


def _sources(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Every file with its content; and what is left out, folders with a slash at the end."""
    sources: dict[str, bytes] = {}
    left_out: list[str] = []
    for place, folders, names in folder.walk():
        below = place.relative_to(folder)
        for name in sorted(folders):
            if name in NEVER_MEANT:
                folders.remove(name)
                left_out.append(f"{(below / name).as_posix()}/")
        for name in sorted(names):
            path = (below / name).as_posix()
            if name in NEVER_MEANT or not (place / name).is_file():
                left_out.append(path)
                continue
            if not _is_utf8(path):
                raise UsageError(f"{folder}: the name {path!r} is not UTF-8", "Rename the file.")
            sources[path] = (place / name).read_bytes()
    return dict(sorted(sources.items())), sorted(left_out)


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def unreachable(site: Site) -> list[str]:
    """The files that no path of a browser leads to, as the edge's own function says."""
    return [name for name in site.files if stored_at(f"/{quote(name)}") != f"/{STABLE}/{name}"]


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
        CacheControl=cache,
        **content_headers(key, content),
        Metadata={"sha256": hashlib.sha256(content).hexdigest()},
    )


def _is_document(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in ("", ".html")


def content_headers(name: str, content: bytes) -> _Headers:
    """ContentType, and ContentEncoding for text that lies there compressed: browsers then unpack it."""
    path = PurePosixPath(name.lower())
    packed = _PACKED.get(path.suffix, "")
    inner = _kind(path.with_suffix("")) if packed else ""
    if path.suffix == ".svgz" and _is_gzip(content):
        return {"ContentType": _KINDS[".svg"], "ContentEncoding": "gzip"}
    if packed and _is_text(inner) and (packed != "gzip" or _is_gzip(content)):
        return {"ContentType": inner, "ContentEncoding": packed}
    return {"ContentType": _kind(path)}


def _kind(path: PurePosixPath) -> str:
    kind = _KINDS.get(path.suffix) or _TYPES.guess_type(f"x{path.suffix}")[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if _is_text(kind) and "charset" not in kind else kind


def _is_text(kind: str) -> bool:
    kind = kind.partition(";")[0]
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))


def _is_gzip(content: bytes) -> bool:
    return content.startswith(b"\x1f\x8b")


def _for_lane(name: str, content: bytes, lane: str) -> bytes:
    if PurePosixPath(name).suffix.lower() not in _TEXT:
        return content
    return content.replace(PLACEHOLDER, lane.encode())
