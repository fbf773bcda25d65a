"""A lane's site: what a folder becomes in the bucket, and at the edge."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gray.lanes.registration import STABLE
from gray.lanes.sites import (
    DIRECTORY,
    MANIFEST,
    MAX_ENDINGS,
    MAX_PREFIX,
    MAX_SHARED,
    SPA,
    SiteRegistration,
    is_ending,
    is_lane,
    is_shared_prefix,
)
from grayctl.actions.site.page_script import SCRIPT, script, with_script
from grayctl.errors import UsageError

__all__ = ["Site", "build_site", "is_document"]

PLACEHOLDER = b"__LANE__"
_TEXT = {".html", ".htm", ".js", ".mjs", ".css", ".json", ".svg", ".txt", ".webmanifest", ".map", ".xml"}
_OWN_FOLDER = PurePosixPath(MANIFEST).parts[0]
# Left behind by systems and version control; nobody asks for them.
NEVER_MEANT = frozenset({".DS_Store", ".git"})


@dataclass(frozen=True)
class Site:
    """One lane's files by their names in the folder, what is registered of them, and what was left out."""

    lane: str
    files: Mapping[str, bytes]
    registration: SiteRegistration
    left_out: Sequence[str] = ()

    @property
    def build(self) -> str:
        return self.registration.build

    def is_shared(self, name: str) -> bool:
        """Whether all lanes have the file at the same path."""
        return _is_below(name, self.registration.shared)

    def keys(self, name: str) -> list[str]:
        """Where the file is in the bucket. Stable has its shared files twice: also for an edge that has no config."""
        own = f"{self.lane}/{name}"
        if not self.is_shared(name):
            return [own]
        return [name, own] if self.lane == STABLE else [name]

    @property
    def manifest(self) -> bytes:
        """The list of all keys with hash and size, checked by the release's preflight."""
        files = {
            key: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in self.files.items()
            for key in self.keys(name)
        }
        listed = {"lane": self.lane, "build": self.build, "shared": self.registration.shared, "files": files}
        return json.dumps(listed, indent=1, sort_keys=True).encode() + b"\n"


def build_site(
    folder: Path, lane: str, *, shared: Sequence[str] = (), documents: str = SPA, has_script: bool = True
) -> Site:
    """Read a site's sources, replace `__LANE__` by the lane's name, and put the page's script into its documents.

    Files below a `shared` prefix stay as they are. `build` is of the sources alone, so the same sources give the same
    build in every lane: that is how `grayctl finish` knows that stable runs what gray ran. Raises UsageError.
    """
    if not is_lane(lane):
        raise UsageError(f"{lane!r} is not a lane name", "Use v1 to v99.")
    if documents not in (SPA, DIRECTORY):
        raise UsageError(f"--documents {documents!r} is unknown", f"Use {SPA} or {DIRECTORY}.")
    shared = _prefixes(shared)
    if not folder.is_dir():
        raise UsageError(f"site folder not found: {folder}")
    sources, left_out = _sources(folder)
    _refuse_names(folder, sources, has_script)
    _refuse_lane_in_shared(sources, shared)
    files = {
        name: content if _is_below(name, shared) else _for_lane(name, content, lane, has_script)
        for name, content in sources.items()
    }
    if has_script:
        files[SCRIPT] = script().replace(PLACEHOLDER, lane.encode())
    endings = _endings(name for name in files if not _is_below(name, shared))
    return Site(lane, files, SiteRegistration(_build(sources), endings, shared, documents), left_out)


def is_document(name: str) -> bool:
    """Whether a browser shows the file as a page, as far as its name says."""
    return PurePosixPath(name).suffix.lower() in ("", ".html", ".htm")


def _is_below(name: str, shared: Sequence[str]) -> bool:
    return f"/{name}".startswith(tuple(shared))


def _prefixes(shared: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(shared))
    if len(found) > MAX_SHARED:
        raise UsageError(f"{len(found)} shared paths; the edge has room for {MAX_SHARED}", "Share a folder above them.")
    for prefix in found:
        if not is_shared_prefix(prefix):
            raise UsageError(
                f"--shared {prefix!r} cannot be shared",
                f"Give a path such as /assets/, of at most {MAX_PREFIX} characters, not below a lane's /v1/.",
            )
    return found


def _refuse_names(folder: Path, sources: Mapping[str, bytes], has_script: bool) -> None:
    if not sources:
        raise UsageError(f"{folder} is empty", "Build the site first, or name the folder that the build writes.")
    if "index.html" not in sources:
        raise UsageError(f"{folder} has no index.html", "Add one: documents are served from it.")
    taken = [name for name in sources if PurePosixPath(name).parts[0] == _OWN_FOLDER or (has_script and name == SCRIPT)]
    if taken:
        way_out = "Rename it, or use --no-script." if taken[0] == SCRIPT else "Rename it."
        raise UsageError(f"{folder} contains {taken[0]}, a name that the upload uses itself", way_out)


def _refuse_lane_in_shared(sources: Mapping[str, bytes], shared: Sequence[str]) -> None:
    for name, content in sources.items():
        if _is_below(name, shared) and PurePosixPath(name).suffix.lower() in _TEXT and PLACEHOLDER in content:
            raise UsageError(
                f"{name} contains {PLACEHOLDER.decode()}, and a shared file is the same in all lanes",
                "Build it without the lane's name, or do not share its folder.",
            )


def _endings(names: Iterator[str]) -> tuple[str, ...]:
    """The endings that the edge has to know; a name that begins with its only dot has none."""
    found = sorted({PurePosixPath(name).suffix[1:].lower() for name in names})
    endings = tuple(filter(is_ending, found))
    if len(endings) > MAX_ENDINGS:
        raise UsageError(
            f"{len(endings)} different endings of files; the edge has room for {MAX_ENDINGS}",
            "Rename files, or move them below a path that is --shared.",
        )
    return endings


def _build(sources: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sources.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _sources(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Every file with its content; and what is left out, folders with a slash at the end."""
    sources: dict[str, bytes] = {}
    left_out: list[str] = []
    top = folder.resolve()
    for place, folders, names in folder.walk():
        below = place.relative_to(folder)
        for name in sorted(folders):
            if name in NEVER_MEANT:
                folders.remove(name)
                left_out.append(f"{(below / name).as_posix()}/")
        for name in sorted(names):
            path, file = (below / name).as_posix(), place / name
            if name in NEVER_MEANT or not file.is_file():
                left_out.append(path)
                continue
            if not _is_utf8(path):
                raise UsageError(f"{folder}: the name {path!r} is not UTF-8", "Rename the file.")
            if file.is_symlink() and not file.resolve().is_relative_to(top):
                raise UsageError(f"{path} is a link out of {folder}", "Copy the file there, or remove the link.")
            sources[path] = file.read_bytes()
    return dict(sorted(sources.items())), sorted(left_out)


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _for_lane(name: str, content: bytes, lane: str, has_script: bool) -> bytes:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _TEXT:
        content = content.replace(PLACEHOLDER, lane.encode())
    return with_script(content, lane) if has_script and suffix in (".html", ".htm") else content
