"""Links that put a browser into a lane (signed), out of gray, or back to the rules."""

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
    status = link_status(address.path)
    if status == 400:
        raise UsageError(f"{path!r} leads nowhere: the edge answers 400 ({_improper(address.path)})", "Correct it.")
    if status != 302:
        kind = "the API" if address.path.startswith("/api/") else "a file"
        raise UsageError(f"{path!r} is {kind}, and links count at pages only", "Give a page, as /.")
    return address


def _url(site: str, path: str, value: str) -> str:
    return f"{site}{page_of(site, path).with_field(_FIELD, value)}"


def _improper(path: str) -> str:
    """The reason, in words; the edge answers only the status."""
    if "//" in path:
        return "two slashes"
    if "/." in path:
        return "a dot segment"
    if "%5C" in path.upper():
        return "a backslash"
    return "invalid percent-encoding, or an encoded character that paths must not contain; write a percent sign as %25"
