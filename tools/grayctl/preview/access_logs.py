"""Viewers from CloudFront's standard access logs: W3C text, plain or gzip, a file or a folder of them.

A log contains requests. Requests belong to one viewer if they have the same identity (if the release takes it from a
cookie, and cookies are logged), else the same anonymous id in `__Host-gray`, else the same IP address and browser. Each
viewer is evaluated once, with the first page requested. Logs lack most headers, and the country unless they have
`c-country` (version 2).
"""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from gray.release.document import Identity
from grayctl.errors import UsageError
from grayctl.preview.viewers import Viewers
from grayctl.reading.address import is_api

_GRAY = "__Host-gray"
_LANE_FOLDER = re.compile(r"/v\d+(?=/|$)")
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"Mobile|iPhone|iPod|Android|Opera M", re.IGNORECASE)
_NEEDED = ("c-ip", "cs-uri-stem", "cs(User-Agent)")
_SUFFIXES = (".gz", ".log", ".txt")


@dataclass
class Reading:
    """What was read: requests, unreadable lines, viewers, and viewers known only by address and browser."""

    requests: int = 0
    unreadable: int = 0
    guessed: int = 0
    viewers: int = 0
    fields: set[str] = field(default_factory=set)

    def known(self, wanted: frozenset[str]) -> frozenset[str]:
        """The viewer fields that these logs contain."""
        missing = {"country": "c-country", "cookies": "cs(Cookie)", "query": "cs-uri-query"}
        return wanted - {name for name, logged in missing.items() if logged not in self.fields}


def from_logs(path: Path, identity: Identity | None, reading: Reading, api_paths: str = "") -> Viewers:
    """The viewers of a log file, or of all log files in a folder; `api_paths`: see `is_api`.

    Raises UsageError if there are no log files.
    """
    files = log_files(path)
    known = frozenset({"id", "country", "device", "path", "ip", "cookies", "query"})
    return Viewers(str(path), lambda: _viewers(files, identity, reading, api_paths), known=known)


def log_files(path: Path) -> list[Path]:
    """The file itself, or every log in the folder and its subfolders."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    if not files:
        raise UsageError(f"{path} contains no log files", f"They end in {', '.join(_SUFFIXES)}.")
    return files


def device_of(agent: str) -> str:
    """The device type from a user agent; similar to CloudFront's detection, not identical."""
    if _TABLET.search(agent):
        return "tablet"
    return "mobile" if _MOBILE.search(agent) else "desktop"


@lru_cache(maxsize=10_000)
def _device(logged: str) -> str:
    return device_of(unquote(logged))


class _Columns:
    """Positions of a log's fields; a missing field is an empty text."""

    def __init__(self, file: Path, names: Sequence[str]) -> None:
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            raise UsageError(
                f"{file} is not a CloudFront standard log: no line #Fields: with {', '.join(_NEEDED)}",
                "Use the files as CloudFront delivers them: version 1, or version 2 as W3C text.",
            )
        self._names = list(names)
        self.count = len(names)
        self.ip, self.path, self.agent = (names.index(name) for name in _NEEDED)
        self.method, self.query = self._place("cs-method"), self._place("cs-uri-query")
        self.cookie, self.country = self._place("cs(Cookie)"), self._place("c-country")

    def _place(self, name: str) -> int:
        return self._names.index(name) if name in self._names else self.count


def _viewers(files: Sequence[Path], identity: Identity | None, reading: Reading, api_paths: str) -> Iterator[str]:
    seen: set[str] = set()
    find = _finder(identity)
    for file in files:
        for columns, row in _pages(file, reading, api_paths):
            known = find(row[columns.cookie])
            id_ = known or _guessed_id(row[columns.ip], row[columns.agent])
            if id_ in seen:
                continue
            seen.add(id_)
            reading.viewers += 1
            reading.guessed += not known
            yield _line(id_, columns, row)


def _pages(file: Path, reading: Reading, api_paths: str) -> Iterator[tuple[_Columns, list[str]]]:
    """The rows of one file that request a document: only those decide a lane. Raises UsageError if it is not a log."""
    columns: _Columns | None = None
    for text in _lines(file):
        if text[0] == "#":
            if text.startswith("#Fields:"):
                names = text.removeprefix("#Fields:").split()
                reading.fields.update(names)
                columns = _Columns(file, names)
            continue
        columns = columns or _Columns(file, ())
        row = text.rstrip("\n").split("\t")
        if len(row) != columns.count:
            reading.unreadable += 1
            continue
        reading.requests += 1
        row.append("")  # a field that this log lacks
        if _is_page(row[columns.path], row[columns.method], api_paths):
            yield columns, row


def _lines(file: Path) -> Iterator[str]:
    """The lines of a plain or gzip file. Raises UsageError for a damaged or truncated gzip file."""
    opened = gzip.open if _is_gzip(file) else open
    try:
        with opened(file, "rt", encoding="utf-8", errors="replace") as lines:
            yield from lines
    # Caught here: Typer treats the EOFError of a truncated file as an unanswered prompt.
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UsageError(f"{file} is damaged or truncated: {error}", "Download it again, or omit it.") from error


def _is_page(path: str, method: str, api_paths: str) -> bool:
    if method not in ("GET", "HEAD", "") or is_api(path, api_paths):
        return False
    name = path.rpartition("/")[2]
    return "." not in name or name.lower().endswith(".html")


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as raw:
        return raw.read(2) == b"\x1f\x8b"


def _cookies(text: str) -> dict[str, str]:
    """The logged cookies by name; CloudFront escapes characters that would break a line, and the spaces in between."""
    if text in ("-", ""):
        return {}
    pairs = (pair.partition("=") for pair in unquote(text).split(";"))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


def _finder(identity: Identity | None) -> Callable[[str], str]:
    """A function that extracts the viewer's id from the logged cookies; '' if it is absent."""
    if identity is None:
        anonymous = re.compile(rf"(?:^|;)(?: |%20|\+)*{_GRAY}=([\w-]{{16,32}})\.")

        def find(text: str) -> str:
            found = anonymous.search(text)
            return found[1] if found else ""

        return find
    names = [source.removeprefix("cookie:") for source in identity.sources if source.startswith("cookie:")]
    forms = [re.compile(rf"(?:^|;)(?: |%20|\+)*{re.escape(name)}=([^;]+)") for name in names]

    def find_identity(text: str) -> str:
        for form in forms:
            found = form.search(text)
            if found:
                return _identity(unquote(found[1]).strip(), identity)
        return ""

    return find_identity


def _identity(value: str, identity: Identity) -> str:
    """The identity inside a signed cookie. The edge checked its signature at request time."""
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


def _guessed_id(ip: str, agent: str) -> str:
    """A made-up id in the edge's form: the log lacks the viewer's own."""
    return base64.urlsafe_b64encode(sha256(f"{ip}\n{agent}".encode()).digest()).decode()[:22]


def _line(id_: str, columns: _Columns, row: Sequence[str]) -> str:
    country, query = row[columns.country], row[columns.query]
    cookies = _cookies(row[columns.cookie])
    cookies.pop(_GRAY, None)
    fields = (
        id_.replace("\t", " "),
        "" if country == "-" else country,
        _device(row[columns.agent]),
        _LANE_FOLDER.sub("", row[columns.path], count=1) or "/",
        row[columns.ip],
        "; ".join(f"{name}={value}" for name, value in cookies.items()).replace("\t", " ").replace("\n", " "),
        "" if query == "-" else query,
    )
    return "\t".join(fields)
