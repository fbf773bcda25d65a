"""The CloudFront-* headers about a viewer, and how to set them on a local request.

A local request simulates another viewer with `x-local-country: DE`, `x-local-ip: 10.0.0.1` and `x-local-location: FRA`
(the edge location that answers). These headers are read and removed first.
"""

import re
from collections.abc import Iterable

from graylocal.cloudfront.messages import Pairs, Request

LOCAL = "x-local-"
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Kindle|Android(?!.*Mobile)")
_MOBILE = re.compile(r"Mobile|iPhone|iPod|Windows Phone|BlackBerry")
_TELEVISION = re.compile(r"SmartTV|SMART-TV|AppleTV|GoogleTV|HbbTV|BRAVIA", re.IGNORECASE)


def played(request: Request) -> tuple[Request, str | None]:
    """The request as the simulated viewer would send it, and that viewer's country."""
    told = {name.removeprefix(LOCAL): value for name, value in request.headers if name.startswith(LOCAL)}
    request.headers = [pair for pair in request.headers if not pair[0].startswith(LOCAL)]
    request.ip = told.get("ip", request.ip)
    request.location = told.get("location", request.location)
    return request, told.get("country")


def device(agent: str) -> str:
    """`smarttv`, `tablet`, `mobile` or `desktop`, from the User-Agent."""
    if _TELEVISION.search(agent):
        return "smarttv"
    if _TABLET.search(agent):
        return "tablet"
    return "mobile" if _MOBILE.search(agent) else "desktop"


def cloudfront_headers(request: Request, country: str | None, listed: Iterable[str]) -> Pairs:
    """The listed CloudFront-* headers. Without a known country its header is omitted, as in CloudFront."""
    agent = request.header("user-agent") or ""
    kind = device(agent)
    known = {
        "cloudfront-viewer-country": country,
        "cloudfront-viewer-address": f"{request.ip}:443",
        "cloudfront-viewer-http-version": "1.1",
        "cloudfront-forwarded-proto": "https",
        "cloudfront-is-android-viewer": _flag("Android" in agent),
        "cloudfront-is-ios-viewer": _flag("iPhone" in agent or "iPad" in agent),
        "cloudfront-is-desktop-viewer": _flag(kind == "desktop"),
        "cloudfront-is-mobile-viewer": _flag(kind == "mobile"),
        "cloudfront-is-smarttv-viewer": _flag(kind == "smarttv"),
        "cloudfront-is-tablet-viewer": _flag(kind == "tablet"),
    }
    return [(name, value) for name in sorted(listed) if (value := known.get(name)) is not None]


def _flag(value: bool) -> str:
    return "true" if value else "false"
