"""Links that put a browser into a lane (signed), out of gray, or back to the rules."""

import re

from gray.edge.grants import EdgeKeys, sign_link
from grayctl.errors import UsageError
from grayctl.reading.address import Address, is_api, read_address
from grayctl.reading.explain import link_status

_FIELD = "gray-link"


def gray_link(
    site: str, path: str, keys: EdgeKeys, *, salt: str, lane: str, epoch: int, expiry: int, api_paths: str = ""
) -> str:
    """Into a lane, in this epoch, until `expiry` (unix seconds). `api_paths`, here and below: see `is_api`."""
    return _url(site, path, sign_link(keys, salt=salt, lane=lane, epoch=epoch, expiry=expiry), api_paths)


def opt_out_link(site: str, path: str, expiry: int | None = None, *, api_paths: str = "") -> str:
    """Out of every gray lane until `expiry`, default a week. Needs no signature: it cannot do harm."""
    return _url(site, path, "out" if expiry is None else f"out.{expiry}", api_paths)


def clear_link(site: str, path: str, *, api_paths: str = "") -> str:
    """Back to the rules: removes a grant and an opt-out."""
    return _url(site, path, "clear", api_paths)


def _url(site: str, path: str, value: str, api_paths: str) -> str:
    return f"{site}{_page(site, path, api_paths).with_field(_FIELD, value)}"


def _page(site: str, path: str, api_paths: str) -> Address:
    """The page that a link can lead to. Raises UsageError for what the edge would not take a link at."""
    address = read_address(path, site)
    if is_api(address.path, api_paths):
        raise UsageError(f"{path!r} is the API, and links count at pages only", "Give a page, as /.")
    if link_status(address.path) != 302:
        if problem := _improper(address.path):
            raise UsageError(f"the edge does not redirect at {path!r}: it has {problem}", "Correct the path.")
        raise UsageError(f"{path!r} is a file, and links count at pages only", "Give a page, as /.")
    return address


def _improper(path: str) -> str:
    """Why two readers could take the path differently; empty for a proper one."""
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
