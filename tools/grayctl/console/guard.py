"""Access control of the console: only its own page, in the browser of the person who started it.

Pages of other sites must not reach it, neither with a form or script (checks: Origin, Fetch Metadata, content type,
token) nor by DNS rebinding (check: Host). Other programs on this machine need the token. The page itself contains
nothing secret, so it is served to every request with the right host name.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

TOKEN_HEADER = "x-console-token"  # noqa: S105 - a header's name
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused."""

    status: int
    why: str


@dataclass(frozen=True)
class Guard:
    """The access rules of one console process on one port."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The valid host names of this console."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def refuses(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """The refusal of this request; None if it is allowed. Header names are in lower case."""
        host = headers.get("host", "")
        if host not in self.hosts:
            return Refusal(421, "unknown host name")
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return Refusal(403, "request from another origin")
        if method not in ("GET", "HEAD", "POST"):
            return Refusal(405, "method not allowed")
        if not path.startswith("/api/"):
            return None
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Refusal(403, "request from another site")
        if not hmac.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self.token.encode()):
            return Refusal(401, "the token is missing or invalid: open the URL that grayctl console printed")
        if method != "POST":
            return None
        if origin is None:
            return Refusal(403, "no Origin header: only the console's own page may act")
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return Refusal(415, "the content type must be application/json")
        return None
