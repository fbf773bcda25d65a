"""Links that put a browser into a lane (signed), out of gray, or back to the rules."""

from urllib.parse import quote, urlencode

from gray.edge.grants import EdgeKeys, sign_link
from grayctl.errors import UsageError


def gray_link(site: str, path: str, keys: EdgeKeys, *, salt: str, lane: str, epoch: int, expiry: int) -> str:
    """Into a lane, in this epoch, until `expiry` (unix seconds)."""
    return _url(site, path, sign_link(keys, salt=salt, lane=lane, epoch=epoch, expiry=expiry))


def opt_out_link(site: str, path: str, expiry: int | None = None) -> str:
    """Out of every gray lane until `expiry`, default a week. Needs no signature: it cannot do harm."""
    return _url(site, path, "out" if expiry is None else f"out.{expiry}")


def clear_link(site: str, path: str) -> str:
    """Back to the rules: removes a grant and an opt-out."""
    return _url(site, path, "clear")


def _url(site: str, path: str, value: str) -> str:
    if not path.startswith("/"):
        raise UsageError(f"{path!r} is not a path", "Start it with a slash.")
    return f"{site}{quote(path, safe='/')}?{urlencode({'gray-link': value})}"
