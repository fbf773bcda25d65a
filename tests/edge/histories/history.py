"""One history: an operator, three browsers, and three locations that see the store as chance gives it."""

import base64
import hashlib
import random
import re

from tests.edge.histories.browser import Browser, Grant, signed
from tests.edge.histories.expected import Facts
from tests.edge.histories.laws import NOT_DECIDED, Asked, check_call, check_page
from tests.edge.histories.operator import LANES, USERS, Operator
from tests.edge.histories.site import GRAY_COOKIE, Request, Served, Site, View
from tests.support.aws.strict_store import Location

from gray.edge.grants import EdgeKeys, sign_debug, sign_link, sign_pin
from gray.publish.records.publication_log import PUBLISHED

__all__ = ["PLACES", "History"]

PLACES = 3
_COOKIE = re.compile(r"[\w-]{16,32}\.(v[1-9]\d?|out)\.\d{1,10}\.\d{1,10}\.([a-z0-9]{1,4}|-)(\.\d{15}\.\d{15}|\.-\.-)")


class History:
    """Every request goes through here, and is judged here. `grants` are the gray cookies that the edge gave."""

    def __init__(self, site: Site, *, identity: str, percent: int) -> None:
        self.site = site
        self.identity = identity
        self.operator = Operator.begin(identity, percent)
        self.browsers = [Browser(f"browser-{number}") for number in range(3)]
        self.locations: list[Location] = [dict[str, str]().get] * PLACES
        self.grants: dict[str, Grant] = {}
        self.requests = 0

    def see_everywhere(self) -> None:
        """Every location has everything."""
        self.locations = [self.operator.world.store.fresh()] * PLACES

    def scatter(self, dice: random.Random) -> None:
        """Each location has now what chance gives it."""
        store = self.operator.world.store
        for place, kind in enumerate(dice.choices(["fresh", "lagging", "torn", "losing"], [5, 3, 1, 1], k=PLACES)):
            if kind == "fresh":
                self.locations[place] = store.fresh()
            elif kind == "lagging":
                self.locations[place] = store.lagging(dice.randint(1, 4))
            else:
                self.locations[place] = store.torn(dice, losing=0.0 if kind == "torn" else 0.3)

    def log_in(self, browser: Browser, user: str, *, forged: bool = False) -> None:
        """With the cookie that the application sets, or, where identities are signed, with one of somebody's own."""
        if self.identity != "signed":
            browser.log_in(user, str)
            return
        browser.log_in(user, (lambda name: f"{name}.{'x' * 22}") if forged else signed)
        browser.is_forged = forged

    def load_file(self, browser: Browser, place: int, lane: str) -> None:
        """A page of a lane loads one of its files."""
        served, _ = self._send(browser, place, f"/{lane}/app.js", {}, {})
        assert served.lane == lane, "an open page lost its files"

    def publish(self, person: str) -> None:
        """Brings HEAD to the store. Where the epoch stays, nobody who was in gray is taken out by it."""
        before = self.operator.world.store.fresh()
        record = self.operator.publish(person)
        after = self.operator.world.store.fresh()
        old, new = View.of(before), View.of(after)
        if record.status != PUBLISHED or old.is_closed or new.is_closed or old.epoch != new.epoch:
            return
        if _addresses(old.lanes) != _addresses(new.lanes) or self.operator.now >= old.until:
            return
        for user in USERS:
            stranger = Browser(user)
            stranger.log_in(user, signed if self.identity == "signed" else str)
            stranger.jar[GRAY_COOKIE] = (f"{user:x<22}.v1.0.{int(self.operator.now) + 999}.-.-.-", float("inf"))
            stranger.jar["beta"] = ("1", float("inf"))
            was, is_now = (self._raw(stranger, location, "/", {}, {}) for location in (before, after))
            assert was.lane == "v1" or is_now.lane != "v1", f"publication {record.sequence} took {user} out of gray"

    def page(self, browser: Browser, place: int) -> Served:
        """Loads a page."""
        served, asked = self._send(browser, place, "/orders", {}, {})
        check_page(asked, served, self.operator)
        self._keep(asked, served)
        if asked.view.is_there and served.reason not in NOT_DECIDED:
            browser.seen_epoch = max(browser.seen_epoch, asked.view.epoch)
            if asked.view.is_closed:
                browser.killed_epoch = max(browser.killed_epoch, asked.view.epoch)
        return served

    def call(self, browser: Browser, place: int, pin: str) -> None:
        """A page with this pin, or somebody without a page, calls the API."""
        served, asked = self._send(browser, place, "/api/orders", {"x-gray-pin": pin} if pin else {}, {})
        check_call(asked, served, self.operator)
        assert not served.cookie

    def follow(self, browser: Browser, place: int, link: str) -> None:
        """Opens a link, and the page that it leads to."""
        served, asked = self._send(browser, place, "/orders", {}, {"gray-link": link})
        assert served.status == 302
        lane = served.cookie.split(".")[1] if served.cookie else ""
        if lane in LANES:
            parts = link.split(".")
            good = sign_link(
                self._keys_by(asked.view, parts[3]),
                salt=asked.view.salt,
                lane=lane,
                epoch=asked.view.epoch,
                expiry=int(parts[2]),
            )
            assert link == good, "a link that is not signed for this lane and epoch gave a grant"
            assert not asked.view.is_closed
            assert browser.out_until <= self.operator.now, "a link was stronger than the opt-out"
        self._keep(asked, served)
        if lane == "out":
            browser.out_until = int(served.cookie.split(".")[3])
        elif lane:
            browser.out_until = 0
        self.page(browser, place)

    def _keep(self, asked: Asked, served: Served) -> None:
        asked.browser.keep(served, self.operator.now)
        _, lane, epoch, expiry, *_ = (served.cookie or "....").split(".")
        if lane in LANES:
            self.grants[served.cookie] = Grant(asked.facts.identity, lane, int(epoch), int(expiry))

    def _send(
        self, browser: Browser, place: int, uri: str, headers: dict[str, str], query: dict[str, str]
    ) -> tuple[Served, Asked]:
        now, location = self.operator.now, self.locations[place]
        sent = browser.gray_cookie(now)
        cookie = sent if _COOKIE.fullmatch(sent) else ""
        grant = self.grants.get(cookie)
        pin = headers.get("x-gray-pin", "")
        served = self._raw(browser, location, uri, headers, query)
        identity = "" if browser.is_forged or not self.identity else browser.user
        anonymous = cookie.split(".")[0] if cookie else "" if uri.startswith("/api/") else _new_id(self._request_id())
        facts = Facts(identity, identity or anonymous, "beta" in browser.jar, int(now), self.operator.members)
        view = View.of(location)
        return served, Asked(browser, view, facts, cookie, grant, pin.split(".")[0], self._is_signed(pin, view))

    def _is_signed(self, pin: str, view: View) -> bool:
        """Whether the pin is good at this location by its own words."""
        if pin.count(".") != 5 or view.is_closed:
            return False
        lane, epoch, expiry, key, *_ = pin.split(".")
        now = int(self.operator.now)
        if not view.knows_lane(lane) or int(epoch) != view.epoch or int(expiry) <= now or now >= view.until:
            return False
        if not view.knows_key(key):
            return False
        keys = self._keys_by(view, key)
        return pin == sign_pin(keys, salt=view.salt, lane=lane, epoch=view.epoch, expiry=int(expiry))

    def _keys_by(self, view: View, name: str) -> EdgeKeys:
        """The key of that name, which the location has to know."""
        assert view.knows_key(name), f"taken by a key that the location does not know: {name}"
        return EdgeKeys(((name, self.operator.secrets[name]),))

    def _raw(
        self, browser: Browser, location: Location, uri: str, headers: dict[str, str], query: dict[str, str]
    ) -> Served:
        """The request itself, with permission to be told the reason where the location can give it."""
        self.requests += 1
        now, view = self.operator.now, View.of(location)
        name = view.key_id
        keys = self._keys_by(view, name) if name else None
        debug = {"x-gray-debug": sign_debug(keys, salt=view.salt, expiry=int(now) + 300)} if keys else {}
        request = Request(uri, self._request_id(), browser.cookies(now), headers | debug, query)
        return self.site.serve(request, location, now)

    def _request_id(self) -> str:
        return f"request-{self.requests}"


def _addresses(lanes: str) -> list[str]:
    """The lanes and their APIs, without the seals, which change with the lease."""
    return [f"{entry.split(':')[0]}:{entry.split(':', 2)[2]}" for entry in lanes.strip(",").split(",") if entry]


def _new_id(request_id: str) -> str:
    digest = hashlib.sha256(request_id.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]
