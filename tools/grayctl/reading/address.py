"""An address as a browser's address bar shows it, taken apart: a path, or a whole URL of the site."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import quote, unquote, urlsplit

from grayctl.errors import UsageError

__all__ = ["Address", "is_api", "read_address"]

# Besides letters and digits what browsers send as it is; a percent sign begins what is encoded already.
_SAFE = "!$%&'()*+,-./:;=@_~|"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """As a browser sends it, percent-encoded; `query` without its `?`, `fragment`, which is not sent, without `#`."""

    path: str
    query: str = ""
    fragment: str = ""

    def fields(self) -> list[tuple[str, str]]:
        """The fields of the query, in order, as they are sent."""
        pairs = (part.partition("=") for part in self.query.split("&") if part)
        return [(name, value) for name, _, value in pairs]

    def with_field(self, name: str, value: str) -> "Address":
        """With this field at the end of its query, and no other of that name."""
        kept = [part for part in self.query.split("&") if part and unquote(part.partition("=")[0]) != name]
        return Address(self.path, "&".join([*kept, f"{name}={value}"]), self.fragment)

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return self.path + query + (f"#{self.fragment}" if self.fragment else "")


def is_api(path: str, api_paths: str) -> bool:
    """Whether CloudFront sends the path to the lanes' APIs; `api_paths` are the platform's patterns (Target.api_paths).

    A pattern has no brackets (developer guide, "Path pattern"; the template's parameter takes none).
    """
    return any(fnmatchcase(path, pattern) for pattern in api_paths.split())


def read_address(text: str, site: str) -> Address:
    """What `--path` was given. Raises UsageError for what is no path, and for a URL of another site than `site`."""
    rest = text.strip()
    if re.match("https?://", rest, re.IGNORECASE):
        rest = _on_site(rest, site)
    if not rest.startswith("/"):
        raise UsageError(
            f"{text!r} is not a path", "Begin it with a slash, or give the whole address from the address bar."
        )
    rest, _, fragment = rest.partition("#")
    path, _, query = rest.partition("?")
    return Address(_sent(path), _sent(query, "?"), _sent(fragment, "?#"))


def _on_site(url: str, site: str) -> str:
    """The path and what follows it."""
    if site and _host(url) != _host(site):
        raise UsageError(f"{url} is not an address of {site}", "Give one of the site, or a path alone.")
    start = re.search("[/?#]", url[url.index("://") + 3 :])
    if start is None:
        return "/"
    rest = url[url.index("://") + 3 + start.start() :]
    return rest if rest.startswith("/") else f"/{rest}"


def _host(url: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]
    except ValueError as error:
        raise UsageError(f"{url} is no address: {error}", "Give a path alone.") from None


def _sent(text: str, more: str = "") -> str:
    return quote(text, safe=_SAFE + more, errors="surrogateescape")
