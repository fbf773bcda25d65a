"""A browser: cookies that run out, one person or none logged in, and tabs that keep the pin of their page."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.edge.histories.site import GRAY_COOKIE, Served

from gray.edge.grants import sign_identity

__all__ = ["IDENTITY_SECRET", "Browser", "Grant"]

IDENTITY_SECRET = "identity-secret-of-the-histories-32"


@dataclass(frozen=True)
class Grant:
    """A gray cookie as the edge gave it, and to whom."""

    identity: str
    lane: str
    epoch: int
    expiry: int


@dataclass
class Browser:
    """`seen_epoch` is the highest epoch a page of this browser was decided in, since the cookie was lost last;
    `last` what the last page left: its lane, epoch and identity; `tabs` the pins of the pages that are open.
    """

    name: str
    jar: dict[str, tuple[str, float]] = field(default_factory=dict)
    user: str = ""
    is_forged: bool = False
    tabs: list[str] = field(default_factory=list)
    seen_epoch: int = 0
    killed_epoch: int = 0
    out_until: float = 0

    def cookies(self, now: float) -> dict[str, str]:
        """What it sends now."""
        if GRAY_COOKIE in self.jar and self.jar[GRAY_COOKIE][1] <= now:
            self.lose_cookie()
        return {name: value for name, (value, expiry) in self.jar.items() if expiry > now}

    def gray_cookie(self, now: float) -> str:
        return self.cookies(now).get(GRAY_COOKIE, "")

    def keep(self, served: Served, now: float) -> None:
        if served.cookie:
            self.jar[GRAY_COOKIE] = (served.cookie, now + served.seconds)

    def lose_cookie(self) -> None:
        """The browser forgets, and with it what it has seen."""
        self.jar.pop(GRAY_COOKIE, None)
        self.seen_epoch = self.killed_epoch = 0
        self.out_until = 0

    def log_in(self, user: str, sign: Callable[[str], str]) -> None:
        self.user, self.is_forged = user, False
        self.jar["uid"] = (sign(user), float("inf"))

    def log_out(self) -> None:
        self.user, self.is_forged = "", False
        self.jar.pop("uid", None)


def signed(user: str) -> str:
    """The cookie of a person as the application signs it."""
    return sign_identity(IDENTITY_SECRET, user)
