"""Viewers from CloudFront's standard access logs: W3C text, plain or gzip, a file or a folder of them.

A log tells of requests. A viewer is who has the same identity (where the release finds it in a cookie, and cookies
are logged), else the same anonymous id in `__Host-gray`, else the same address and browser. Each is asked about once,
by the first page it wanted. What a log does not tell: most headers, and the country, unless the log has `c-country`
(version 2).
"""

import base64
import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from gray.model import Identity
from grayctl.errors import UsageError
from grayctl.preview.viewers import Viewers

_GRAY = "__Host-gray"
_ANONYMOUS = re.compile(r"([\w-]{16,32})\.")
_LANE_FOLDER = re.compile(r"/v\d+(?=/|$)")
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"Mobile|iPhone|iPod|Android|Opera M", re.IGNORECASE)
_NEEDED = ("c-ip", "cs-uri-stem", "cs(User-Agent)")
_SUFFIXES = (".gz", ".log", ".txt")


@dataclass
class Reading:
    """What was read: requests, lines that were no requests, viewers, those of them known by their address only."""

    requests: int = 0
    unreadable: int = 0
    guessed: int = 0
    viewers: int = 0
    fields: set[str] = field(default_factory=set)

    def known(self, wanted: frozenset[str]) -> frozenset[str]:
        """Of the fields of a viewer, those that these logs have."""
        missing = {"country": "c-country", "cookies": "cs(Cookie)", "query": "cs-uri-query"}
        return wanted - {name for name, logged in missing.items() if logged not in self.fields}


def from_logs(path: Path, identity: Identity | None, reading: Reading) -> Viewers:
    """The viewers of a log file, or of all those in a folder. Raises UsageError when there is none."""
    files = log_files(path)
    known = frozenset({"id", "country", "device", "path", "ip", "cookies", "query"})
    return Viewers(str(path), lambda: _viewers(files, identity, reading), known=known)


def log_files(path: Path) -> list[Path]:
    """The file itself, or every log in the folder and below it."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    if not files:
        raise UsageError(f"{path} has no log files", f"They end in {', '.join(_SUFFIXES)}.")
    return files


def device_of(agent: str) -> str:
    """The kind of device that a browser's name tells; near to what CloudFront says, not the same."""
    if _TABLET.search(agent):
        return "tablet"
    return "mobile" if _MOBILE.search(agent) else "desktop"


def _viewers(files: Sequence[Path], identity: Identity | None, reading: Reading) -> Iterator[str]:
    seen: set[bytes] = set()
    for file in files:
        for request in _requests(file, reading):
            cookies = _cookies(request.get("cs(Cookie)", "-"))
            known = _known_id(cookies, identity)
            id_ = known or _guessed_id(request)
            mark = sha256(id_.encode()).digest()[:12]
            if mark in seen:
                continue
            seen.add(mark)
            reading.viewers += 1
            reading.guessed += not known
            yield _line(id_, request, cookies)


def _requests(file: Path, reading: Reading) -> Iterator[Mapping[str, str]]:
    """The requests of one file by field name. Raises UsageError when it does not name its fields."""
    names: list[str] = []
    opened = gzip.open if _is_gzip(file) else open
    with opened(file, "rt", encoding="utf-8", errors="replace") as lines:
        for text in lines:
            if text.startswith("#"):
                if text.startswith("#Fields:"):
                    names = text.removeprefix("#Fields:").split()
                    reading.fields.update(names)
                continue
            if not all(name in names for name in _NEEDED):
                raise UsageError(
                    f"{file} is not a CloudFront standard log: no line #Fields: with {', '.join(_NEEDED)}",
                    "Give the files as CloudFront delivers them, version 1, or version 2 as W3C text.",
                )
            values = text.rstrip("\n").split("\t")
            if len(values) != len(names):
                reading.unreadable += 1
                continue
            reading.requests += 1
            request = dict(zip(names, values, strict=True))
            if _is_page(request):
                yield request


def _is_page(request: Mapping[str, str]) -> bool:
    """Whether it asks for a document: only there a lane is decided."""
    path = request["cs-uri-stem"]
    name = path.rpartition("/")[2]
    return (
        request.get("cs-method", "GET") in ("GET", "HEAD")
        and not path.startswith("/api/")
        and ("." not in name or name.lower().endswith(".html"))
    )


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as raw:
        return raw.read(2) == b"\x1f\x8b"


def _cookies(text: str) -> dict[str, str]:
    """The logged cookies by name; CloudFront escapes what would break a line, the space between them too."""
    if text in ("-", ""):
        return {}
    pairs = (pair.partition("=") for pair in unquote(text).split(";"))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


def _known_id(cookies: Mapping[str, str], identity: Identity | None) -> str:
    if identity is None:
        found = _ANONYMOUS.match(cookies.get(_GRAY, ""))
        return found[1] if found else ""
    for source in identity.sources:
        value = cookies.get(source.removeprefix("cookie:"), "")
        if value:
            return _identity(value, identity)
    return ""


def _identity(value: str, identity: Identity) -> str:
    """The identity inside a signed cookie. Its signature was the edge's to check, at the time."""
    if identity.kind == "plain":
        return value
    if identity.kind == "signed":
        return value.rpartition(".")[0]
    try:
        body = value.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(claims.get(identity.claim, ""))
    except (IndexError, ValueError, AttributeError):
        return ""


def _guessed_id(request: Mapping[str, str]) -> str:
    """A stand-in of the form the edge gives: the viewer's own is not in the log."""
    text = f"{request['c-ip']}\n{request['cs(User-Agent)']}"
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()).decode()[:22]


def _line(id_: str, request: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    country = request.get("c-country", "-")
    path = _LANE_FOLDER.sub("", request["cs-uri-stem"], count=1) or "/"
    query = request.get("cs-uri-query", "-")
    fields = (
        id_,
        "" if country == "-" else country,
        device_of(unquote(request["cs(User-Agent)"])),
        path,
        request["c-ip"],
        "; ".join(f"{name}={value}" for name, value in cookies.items() if name != _GRAY),
        "" if query == "-" else query,
    )
    return "\t".join(text.replace("\t", " ").replace("\n", " ") for text in fields)
