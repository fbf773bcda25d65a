"""The lanes' sites as their uploads register them, and what they are to the edge together.

An upload writes one parameter, `<prefix>/sites/<lane>`, after all files. What is not valid counts as no site, and the
sites together never make a config too long: whoever may write the parameter cannot stop a publication.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gray.lanes.registration import LANE
from gray.release.site_files import DEFAULT_FILES, FILES_BYTES, SiteFiles

__all__ = [
    "DIRECTORY",
    "MANIFEST",
    "MAX_ENDINGS",
    "MAX_PREFIX",
    "MAX_SHARED",
    "SPA",
    "SiteRegistration",
    "is_ending",
    "is_lane",
    "is_shared_prefix",
    "site_files",
]

SCHEMA = 1
SPA, DIRECTORY = "spa", "directory"
MANIFEST = ".graylane/manifest.json"
"""The list of a site's files, below the lane's directory in the bucket."""
MAX_ENDINGS, MAX_SHARED, MAX_PREFIX = 40, 8, 40

_ENDING = re.compile(r"[a-z0-9]{1,12}")
_PREFIX = re.compile(r"/(?:[\w.~@+-]+/)+", re.ASCII)
# A lane's own directory, and segments that browsers and servers take for another path.
_NEVER_SHARED = re.compile(r"/v\d+/|.*/\.\.?/")


def is_lane(name: str) -> bool:
    """Whether a lane can have this name: v1 to v99."""
    return bool(re.fullmatch(LANE, name))


def is_ending(text: str) -> bool:
    """Whether it can be the ending of a file; `html` is a document's."""
    return bool(_ENDING.fullmatch(text)) and text != "html"


def is_shared_prefix(text: str) -> bool:
    """Whether all lanes may share the files below this path, `/assets/` for example."""
    return len(text) <= MAX_PREFIX and bool(_PREFIX.fullmatch(text)) and not _NEVER_SHARED.match(text)


@dataclass(frozen=True)
class SiteRegistration:
    """What the upload of a lane's site declares. `documents` is `spa` or `directory`."""

    build: str
    endings: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    documents: str = SPA

    @property
    def valid(self) -> bool:
        """Whether the edge can have it."""
        return (
            len(self.endings) <= MAX_ENDINGS
            and len(self.shared) <= MAX_SHARED
            and all(map(is_ending, self.endings))
            and all(map(is_shared_prefix, self.shared))
            and self.documents in (SPA, DIRECTORY)
        )

    def text(self) -> str:
        """The parameter's value."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def parse(cls, lane: str, text: str) -> "SiteRegistration | None":
        """From the parameter `sites/<lane>`; None when it is not the registration of a site."""
        try:
            values: dict[str, Any] = json.loads(text)
            build, endings, shared = values["build"], values["endings"], values["shared"]
            known = values["schema"] == SCHEMA and is_lane(lane)
            if not known or list(map(type, (build, endings, shared))) != [str, list, list]:
                return None
            found = cls(build, tuple(endings), tuple(shared), values["documents"])
            return found if found.valid else None
        except (ValueError, TypeError, KeyError, RecursionError):
            return None


def site_files(sites: Mapping[str, SiteRegistration]) -> tuple[SiteFiles, list[str]]:
    """What the sites are to the edge together; and the lanes whose site has no room there, which counts as none."""
    files, without_room = SiteFiles(()), []
    for lane in sorted(sites, key=lambda name: int(name[1:])):
        more = _joined(files, lane, sites[lane])
        if more.size > FILES_BYTES:
            without_room.append(lane)
        else:
            files = more
    return (DEFAULT_FILES if len(without_room) == len(sites) else files), without_room


def _joined(files: SiteFiles, lane: str, site: SiteRegistration) -> SiteFiles:
    return SiteFiles(
        tuple(dict.fromkeys([*files.endings, *site.endings])),
        tuple(dict.fromkeys([*files.shared, *site.shared])),
        (*files.directories, lane) if site.documents == DIRECTORY else files.directories,
    )
