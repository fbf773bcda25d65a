"""The headers that say what a file is, by its name."""

import mimetypes
from pathlib import PurePosixPath
from typing import NotRequired, TypedDict

__all__ = ["ContentHeaders", "content_headers"]

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


class ContentHeaders(TypedDict):
    ContentType: str
    ContentEncoding: NotRequired[str]


def content_headers(name: str, content: bytes) -> ContentHeaders:
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
