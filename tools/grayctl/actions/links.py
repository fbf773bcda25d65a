"""Links that put a browser into a lane (signed), out of gray, or back to the rules."""

import re

from gray.edge.grants import EdgeKeys, sign_link
from grayctl.errors import UsageError
from grayctl.reading.address import Address, read_address
from grayctl.reading.explain import link_status

_FIELD = "gray-link"


def gray_link(site: str, path: str, keys: EdgeKeys, *, salt: str, lane: str, epoch: int, expiry: int) -> str:
    """Into a lane, in this epoch, until `expiry` (unix seconds)."""
    return _url(site, path, sign_link(keys, salt=salt, lane=lane, epoch=epoch, expiry=expiry))


def opt_out_link(site: str, path: str, expiry: int | None = None) -> str:
    """Out of every gray lane until `expiry`, default a week. Needs no signature: it cannot do harm."""
    return _url(site, path, "out" if expiry is None else f"out.{expiry}")


def clear_link(site: str, path: str) -> str:
    """Back to the rules: removes a grant and an opt-out."""
    return _url(site, path, "clear")


def page_of(site: str, path: str) -> Address:
    """The page that a link can lead to. Raises UsageError for what the edge would not take a link at."""
    address = read_address(path, site)
    if link_status(address.path) != 302:
        if problem := _improper(address.path):
            raise UsageError(f"the edge does not redirect at {path!r}: it has {problem}", "Correct the path.")
        kind = "the API" if address.path.startswith("/api/") else "a file"
        raise UsageError(f"{path!r} is {kind}, and links count at pages only", "Give a page, as /.")
    return address


def _url(site: str, path: str, value: str) -> str:
    return f"{site}{page_of(site, path).with_field(_FIELD, value)}"


def _improper(path: str) -> str:
    """Why two readers could take the path differently; empty for a proper one."""
    if path.startswith("/api/"):
        return ""
    if "//" in path:
        return "two slashes"
    if re.search(r"/\.\.?(/|$)", path):
        return "a dot segment"
    if "%5C" in path.upper():
        return "a backslash"
    if "%" in path:
        return (
            "invalid percent-encoding, or an encoded character that paths must not contain; write a percent sign as %25"
        )
    return ""
