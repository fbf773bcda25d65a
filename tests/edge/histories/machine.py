"""Random histories: an operator, three browsers, three edge locations that lag behind and lose keys for a while."""

import base64
import hashlib
import random
import re
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.edge.histories.browser import Browser, Grant, signed
from tests.edge.histories.expected import Facts
from tests.edge.histories.laws import NOT_DECIDED, Asked, check_call, check_page
from tests.edge.histories.operator import LANES, RULES, USERS, Operator
from tests.edge.histories.site import GRAY_COOKIE, Request, Served, Site, View, built_site
from tests.fakes.strict_store import Location

from gray.grants import EdgeKeys, sign_debug, sign_link
from gray.records import PUBLISHED

__all__ = ["Histories"]

_COOKIE = re.compile(r"[\w-]{16,32}\.(v[1-9]\d?|out)\.\d{1,10}\.\d{1,10}\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)")
_BROWSERS, _LOCATIONS = 3, 3
browsers = st.integers(0, _BROWSERS - 1)
places = st.integers(0, _LOCATIONS - 1)
lanes = st.sampled_from(LANES)


class Histories(RuleBasedStateMachine):
    """`site` has the functions that are judged."""

    site: ClassVar[Site | None] = None

    @initialize(identity=st.sampled_from(["plain", "signed", ""]), percent=st.sampled_from([5, 30, 50]))
    def begin(self, identity: str, percent: int) -> None:
        self.edge = type(self).site or built_site()
        self.operator = Operator.begin(identity, percent)
        self.identity = identity
        self.browsers = [Browser(f"browser-{number}") for number in range(_BROWSERS)]
        self.locations: list[Location] = [dict[str, str]().get] * _LOCATIONS
        self.grants: dict[str, Grant] = {}
        self.requests = 0
        self._publish("")
        self._look_everywhere()

    # the operator

    @rule(lane=lanes, percent=st.sampled_from([0, 1, 5, 20, 35, 50]), at_once=st.booleans())
    def ramp(self, lane: str, percent: int, at_once: bool) -> None:
        self.operator.ramp(lane, percent)
        self._maybe_publish(at_once)

    @rule(kind=st.sampled_from(RULES), lane=lanes, first=st.booleans(), minutes=st.sampled_from([1, 90, 9000]))
    def switch_on(self, kind: str, lane: str, first: bool, minutes: int) -> None:
        self.operator.switch_on(kind, lane, first=first, minutes=minutes)
        self._publish("")

    @rule(rule_id=st.sampled_from([*RULES, "ramp-v2", "ramp-v3"]))
    def switch_off(self, rule_id: str) -> None:
        self.operator.switch_off(rule_id)
        self._publish("")

    @rule(ids=st.sets(st.sampled_from(USERS), min_size=1), at_once=st.booleans())
    def put_list(self, ids: set[str], at_once: bool) -> None:
        self.operator.put_list(ids)
        self._maybe_publish(at_once)

    @rule(directly=st.booleans(), at_once=st.booleans())
    def kill(self, directly: bool, at_once: bool) -> None:
        self.operator.kill(directly=directly)
        self._maybe_publish(at_once)

    @rule(verb=st.sampled_from(["resume", "resume", "undo", "pause", "finish"]), at_once=st.booleans())
    def change_state(self, verb: str, at_once: bool) -> None:
        self.operator.change_state(verb)
        self._maybe_publish(at_once)

    @rule()
    def new_release(self) -> None:
        self.operator.new_release()
        self._publish("")

    @rule(person=st.sampled_from(["", "anna"]))
    def publish(self, person: str) -> None:
        self._publish(person)

    @rule()
    def run_schedule(self) -> None:
        self.operator.run_schedule()

    @rule(lane=lanes, is_there=st.booleans())
    def deploy_lane(self, lane: str, is_there: bool) -> None:
        world = self.operator.world
        if is_there:
            world.register(lane, f"api{lane[1:]}")
        elif f"/gray/test/lanes/{lane}" in world.ssm.values:
            world.unregister(lane)
        self.operator.run_schedule()

    @rule()
    def change_keys(self) -> None:
        self.operator.change_keys()
        self._publish("anna")

    @rule(minutes=st.sampled_from([1, 15, 400, 1500, 9000]))
    def time_passes(self, minutes: int) -> None:
        self.operator.world.time += 60 * minutes

    # the locations

    @rule(place=places, writes=st.integers(0, 12))
    def lag(self, place: int, writes: int) -> None:
        self.locations[place] = self.operator.world.store.lagging(writes)

    @rule(place=places, seed=st.integers(0, 99), losing=st.sampled_from([0.0, 0.1, 0.4]))
    def tear(self, place: int, seed: int, losing: float) -> None:
        self.locations[place] = self.operator.world.store.torn(random.Random(seed), losing=losing)

    @rule()
    def catch_up(self) -> None:
        self._look_everywhere()

    def _look_everywhere(self) -> None:
        self.locations = [self.operator.world.store.fresh()] * _LOCATIONS

    # the viewers

    @rule(who=browsers, place=places, tab=st.integers(0, 1))
    def load_page(self, who: int, place: int, tab: int) -> None:
        browser = self.browsers[who]
        served = self._page(browser, place)
        browser.tabs[tab : tab + 1] = [served.lane]

    @rule(who=browsers, place=places, tab=st.integers(0, 1))
    def call_from_page(self, who: int, place: int, tab: int) -> None:
        browser = self.browsers[who]
        if tab < len(browser.tabs):
            self._call(browser, place, browser.tabs[tab])

    @rule(who=browsers, place=places)
    def call_without_pin(self, who: int, place: int) -> None:
        self._call(self.browsers[who], place, "")

    @rule(who=browsers, place=places, tab=st.integers(0, 1))
    def load_file(self, who: int, place: int, tab: int) -> None:
        browser = self.browsers[who]
        if tab < len(browser.tabs):
            served, _ = self._send(browser, place, f"/{browser.tabs[tab]}/app.js", {}, {})
            assert served.lane == browser.tabs[tab], "an open page lost its files"

    @rule(who=browsers, user=st.sampled_from(USERS), forged=st.booleans())
    def log_in(self, who: int, user: str, forged: bool) -> None:
        browser = self.browsers[who]
        if self.identity == "signed":
            browser.log_in(user, (lambda name: f"{name}.{'x' * 22}") if forged else signed)
            browser.is_forged = forged
        else:
            browser.log_in(user, str)

    @rule(who=browsers)
    def log_out(self, who: int) -> None:
        self.browsers[who].log_out()

    @rule(who=browsers)
    def join_beta(self, who: int) -> None:
        self.browsers[who].jar["beta"] = ("1", float("inf"))

    @rule(who=browsers)
    def lose_cookie(self, who: int) -> None:
        self.browsers[who].lose_cookie()

    @rule(who=browsers, field=st.sampled_from([0, 1, 2, 3, 5]), value=st.sampled_from(["v2", "v3", "1", "9", "1900000000"]))
    def forge_cookie(self, who: int, field: int, value: str) -> None:
        """Somebody edits the cookie: a field of it, or the whole where there is none."""
        browser = self.browsers[who]
        now = self.operator.now
        parts = (browser.gray_cookie(now) or f"{'f' * 22}.v2.1.1900000000.a.{'m' * 22}").split(".")
        parts[field] = (value * 22)[:22] if field in (0, 5) else value
        browser.lose_cookie()
        browser.jar[GRAY_COOKIE] = (".".join(parts), now + 86_400)

    @rule(thief=browsers, owner=browsers)
    def take_cookie(self, thief: int, owner: int) -> None:
        """Somebody copies another one's cookie."""
        cookie = self.browsers[owner].gray_cookie(self.operator.now)
        if cookie and thief != owner:
            self.browsers[thief].lose_cookie()
            self.browsers[thief].jar[GRAY_COOKIE] = (cookie, self.operator.now + 86_400)

    @rule(who=browsers, place=places, lane=lanes, forged=st.booleans(), minutes=st.sampled_from([1, 60, 20_000]))
    def follow_link(self, who: int, place: int, lane: str, forged: bool, minutes: int) -> None:
        revision, expiry = self.operator.revision, int(self.operator.now) + 60 * minutes
        salt = self.operator.release(revision.number).salt
        link = sign_link(self.operator.keys, salt=salt, lane=lane, epoch=revision.epoch, expiry=expiry)
        self._follow(self.browsers[who], place, link[:-1] + ("A" if link[-1] != "A" else "B") if forged else link)

    @rule(who=browsers, place=places, clear=st.booleans())
    def opt_out(self, who: int, place: int, clear: bool) -> None:
        self._follow(self.browsers[who], place, "clear" if clear else "out")

    # inside

    def _maybe_publish(self, at_once: bool) -> None:
        if at_once:
            self._publish("")

    def _publish(self, person: str) -> None:
        """Brings HEAD to the store. Where the epoch stays, nobody who was in gray is taken out by it."""
        before = self.operator.world.store.fresh()
        record = self.operator.publish(person)
        after = self.operator.world.store.fresh()
        old, new = View.of(before), View.of(after)
        if record.status != PUBLISHED or old.is_closed or new.is_closed or old.epoch != new.epoch:
            return
        if old.fields[11] != new.fields[11] or self.operator.now >= old.until:
            return
        for user in USERS:
            stranger = Browser(user)
            stranger.log_in(user, signed if self.identity == "signed" else str)
            stranger.jar[GRAY_COOKIE] = (f"{user:x<22}.v1.0.{int(self.operator.now) + 999}.-.-", float("inf"))
            stranger.jar["beta"] = ("1", float("inf"))
            was, is_now = (self._raw(stranger, location, "/", {}, {}) for location in (before, after))
            assert was.lane == "v1" or is_now.lane != "v1", f"publication {record.sequence} took {user} out of gray"

    def _page(self, browser: Browser, place: int) -> Served:
        served, asked = self._send(browser, place, "/orders", {}, {})
        check_page(asked, served, self.operator)
        self._keep(asked, served)
        if asked.view.is_there and served.reason not in NOT_DECIDED:
            browser.seen_epoch = max(browser.seen_epoch, asked.view.epoch)
            if asked.view.is_closed:
                browser.killed_epoch = max(browser.killed_epoch, asked.view.epoch)
        return served

    def _call(self, browser: Browser, place: int, pin: str) -> None:
        served, asked = self._send(browser, place, "/api/orders", {"x-gray-pin": pin} if pin else {}, {})
        check_call(asked, served, self.operator)
        assert not served.cookie

    def _follow(self, browser: Browser, place: int, link: str) -> None:
        served, asked = self._send(browser, place, "/orders", {}, {"gray-link": link})
        assert served.status == 302
        lane = served.cookie.split(".")[1] if served.cookie else ""
        if lane in LANES:
            parts = link.split(".")
            good = sign_link(self.operator.keys, salt=asked.view.salt, lane=lane, epoch=asked.view.epoch, expiry=int(parts[2]))
            same = parts[:3] == good.split(".")[:3] and parts[4] == _link_mac(asked.view, parts)
            assert same, "a link that is not signed for this lane and epoch gave a grant"
            assert not asked.view.is_closed
            assert browser.out_until <= self.operator.now, "a link was stronger than the opt-out"
        self._keep(asked, served)
        if lane == "out":
            browser.out_until = int(served.cookie.split(".")[3])
        elif lane:
            browser.out_until = 0
        self._page(browser, place)

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
        served = self._raw(browser, location, uri, headers, query)
        identity = "" if browser.is_forged or not self.identity else browser.user
        anonymous = cookie.split(".")[0] if cookie else "" if uri.startswith("/api/") else _new_id(self._request_id())
        facts = Facts(identity, identity or anonymous, "beta" in browser.jar, int(now), self.operator.members)
        return served, Asked(browser, View.of(location), facts, cookie, grant, headers.get("x-gray-pin", ""))

    def _raw(
        self, browser: Browser, location: Location, uri: str, headers: dict[str, str], query: dict[str, str]
    ) -> Served:
        """The request itself, with permission to be told the reason where the location can give it."""
        self.requests += 1
        now, view = self.operator.now, View.of(location)
        keys = _keys_of(view)
        debug = {"x-gray-debug": sign_debug(keys, salt=view.salt, expiry=int(now) + 300)} if keys else {}
        request = Request(uri, self._request_id(), browser.cookies(now), headers | debug, query)
        return self.edge.serve(request, location, now)

    def _request_id(self) -> str:
        return f"request-{self.requests}"


def _keys_of(view: View) -> EdgeKeys | None:
    if len(view.fields) < 10 or not view.fields[9]:
        return None
    pairs = [entry.split(":") for entry in view.fields[9].strip(",").split(",")]
    return EdgeKeys(tuple((name, secret) for name, secret in pairs))


def _link_mac(view: View, parts: list[str]) -> str:
    """The seal that a link of these fields has by the key it names, at this location."""
    keys = _keys_of(view)
    named = tuple(pair for pair in keys.keys if pair[0] == parts[3]) if keys else ()
    assert named, "a link was taken whose key the location does not know"
    good = sign_link(EdgeKeys(named), salt=view.salt, lane=parts[0], epoch=int(parts[1]), expiry=int(parts[2]))
    return good.split(".")[4]


def _new_id(request_id: str) -> str:
    digest = hashlib.sha256(request_id.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]
