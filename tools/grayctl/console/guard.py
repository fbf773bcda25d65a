"""Who may ask the console: only the page that it served itself, in the browser of the person who started it.

A page of another site must not reach it, neither by a form or a script (Origin, Fetch Metadata, content type, token)
nor by a name of its own that it makes point here (DNS rebinding: Host). Another program of this machine must know the
token. The page itself holds nothing worth protecting, so it is there for everybody who asks for it by its name.
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
    """Why a request is not answered."""

    status: int
    why: str


@dataclass(frozen=True)
class Guard:
    """The rules for one run of the console, on one port."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The names this console goes by."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def refuses(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why this request must not be answered; None when it may. Header names in lower case."""
        host = headers.get("host", "")
        if host not in self.hosts:
            return Refusal(421, "this console does not go by that name")
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return Refusal(403, "asked by a page of another origin")
        if method not in ("GET", "HEAD", "POST"):
            return Refusal(405, "there is nothing to do that way")
        if not path.startswith("/api/"):
            return None
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Refusal(403, "asked by a page of another site")
        if not hmac.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self.token.encode()):
            return Refusal(401, "the token is missing or another run's: open the address that grayctl console printed")
        if method != "POST":
            return None
        if origin is None:
            return Refusal(403, "no origin: only the console's own page may act")
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return Refusal(415, "an action is JSON")
        return None
