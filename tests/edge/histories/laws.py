"""What holds in every history, whatever the operator does, whichever location answers."""

from dataclasses import dataclass

from tests.edge.histories.browser import Browser, Grant
from tests.edge.histories.expected import Facts, may_match
from tests.edge.histories.operator import Operator
from tests.edge.histories.site import Served, View

__all__ = ["Asked", "check_call", "check_page"]

_HELD = ("sticky",)
# The page says nothing of the epoch it was decided in.
NOT_DECIDED = ("partial", "expired", "behind", "error")


@dataclass(frozen=True)
class Asked:
    """One request as the laws see it. `grant` is what the edge gave with the cookie that was sent, if it did.

    `pin` is the lane of the page that calls.
    """

    browser: Browser
    view: View
    facts: Facts
    cookie: str
    grant: Grant | None
    pin: str = ""
    is_pin_signed: bool = False

    @property
    def holds(self) -> bool:
        """Whether the grant is good at this location."""
        grant, view = self.grant, self.view
        return (
            grant is not None
            and not view.is_closed
            and self.facts.now < view.until
            and (grant.epoch, grant.identity) == (view.epoch, self.facts.identity)
            and grant.expiry > self.facts.now
            and view.knows_lane(grant.lane)
            and view.knows_key(self.cookie.split(".")[4])
        )

    @property
    def is_in_stable(self) -> bool:
        """Whether the cookie says that a page of this epoch was stable."""
        if not self.cookie:
            return False
        _, lane, epoch, expiry, *_ = self.cookie.split(".")
        return lane == "v1" and int(epoch) == self.view.epoch and int(expiry) > self.facts.now


def check_page(asked: Asked, served: Served, operator: Operator) -> None:
    """The laws of a document's answer."""
    _check_gray(asked, served, operator)
    if asked.holds and asked.grant:
        assert served.lane == asked.grant.lane, "a page of the same epoch moved somebody who had a grant"
    if not asked.view.is_closed:
        assert served.reason, "a signed debug request was told nothing"


def check_call(asked: Asked, served: Served, operator: Operator) -> None:
    """The laws of an API's answer."""
    _check_gray(asked, served, operator)
    barred = asked.browser.out_until > asked.facts.now or _epoch_of(asked.cookie) > asked.view.epoch
    if asked.is_pin_signed and not barred:
        assert served.lane == asked.pin, f"a call of a page in {asked.pin}, with its pin, was answered by {served.lane}"
        assert not served.reload
    if asked.pin:
        assert served.lane == asked.pin or (served.reload and served.lane == "v1"), (
            f"a page of {asked.pin} talked to {served.lane} without being told"
        )
        return
    if asked.is_in_stable:
        assert served.lane == "v1", f"a call moved from v1 to {served.lane}, and no page was loaded"
    if asked.holds and asked.grant:
        assert served.lane == asked.grant.lane, "a call did not follow the page's grant"


def _check_gray(asked: Asked, served: Served, operator: Operator) -> None:
    assert served.told == served.lane, f"answered by {served.lane}, said {served.told}"
    if served.lane == "v1":
        return
    view, browser = asked.view, asked.browser
    assert not view.is_closed, "gray from a location that knows of the kill"
    assert asked.facts.now < view.until, "gray after the lease"
    assert view.epoch >= browser.seen_epoch, "gray from an epoch before the one that was seen"
    assert view.epoch > browser.killed_epoch, "gray again in an epoch whose kill was seen"
    assert browser.out_until <= asked.facts.now, "gray in spite of the opt-out"
    assert view.knows_lane(served.lane), "gray in a lane that is not live"
    if served.reason == "pin":
        assert asked.is_pin_signed, "gray by a pin that is not good here"
        assert served.lane == asked.pin
        return
    if served.reason in _HELD:
        assert asked.grant, f"gray ({served.reason}) without a grant"
        assert asked.holds, f"gray by a grant that is not good here: {asked.grant}"
        assert asked.grant.lane == served.lane
        return
    release = operator.release(served.revision)
    rule = next((rule for rule in release.rules if rule.id == served.reason), None)
    assert rule is not None, f"gray by {served.reason!r}, which is no rule of revision {served.revision}"
    assert served.lane == rule.lane
    assert may_match(rule, release, asked.facts), f"gray by {rule.id}, which does not match {asked.facts}"


def _epoch_of(cookie: str) -> int:
    return int(cookie.split(".")[2]) if cookie else 0
