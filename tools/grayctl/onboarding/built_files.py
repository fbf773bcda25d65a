"""Absolute addresses of APIs in a site's built files."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from grayctl.errors import UsageError
from grayctl.onboarding.findings import Finding, Wrong, found

_ADDRESS = re.compile(
    rb"(?:https?|wss?)://[a-z0-9]+\.(?:execute-api\.[a-z0-9-]+\.amazonaws\.com|lambda-url\.[a-z0-9-]+\.on\.aws)"
    rb"|https?://[a-z0-9]+\.appsync-api\.[a-z0-9-]+\.amazonaws\.com"
)
# A source map is for people: no browser runs what is in it.
_NOT_RUN = {".map"}


def addresses_in(folder: Path) -> Iterator[Finding]:
    """One finding for each address, at its first place. Raises UsageError if there is no such folder."""
    if not folder.is_dir():
        raise UsageError(f"build folder not found: {folder}", "Build the site first, or name its output: --build DIR.")
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in _NOT_RUN:
            content = path.read_bytes()
            for match in _ADDRESS.finditer(content):
                line = content.count(b"\n", 0, match.start()) + 1
                places[match[0].decode()].append(f"{path.relative_to(folder)}:{line}")
    for url, where in places.items():
        times = "once" if len(where) == 1 else f"{len(where)} times"
        yield found(Wrong.ABSOLUTE_ADDRESS, where=where[0], url=url, times=times)
