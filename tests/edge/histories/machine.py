"""Random histories, as hypothesis makes them up."""

import random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.edge.histories.history import PLACES, History
from tests.edge.histories.operator import LANES, RULES, USERS
from tests.edge.histories.site import GRAY_COOKIE, Site, built_site

from gray.edge.grants import sign_link

__all__ = ["Histories"]

browsers = st.integers(0, 2)
places = st.integers(0, PLACES - 1)
lanes = st.sampled_from(LANES)
mostly = st.sampled_from([True, True, True, False])
# Where, what, in which tab.
Trips = list[tuple[int, str, int]]
_whats = st.sampled_from(["page", "page", "page", "call", "call", "named call", "bare call", "file"])
trips = st.lists(st.tuples(places, _whats, st.integers(0, 1)), min_size=2, max_size=7)
minutes = st.sampled_from([1, 90, 9_000])


class Histories(RuleBasedStateMachine):
    """`site` has the functions that are judged; the built ones when it is None."""

    site: ClassVar[Site | None] = None

    @initialize(identity=st.sampled_from(["plain", "signed", ""]), percent=st.sampled_from([20, 50]))
    def begin(self, identity: str, percent: int) -> None:
        self.history = History(type(self).site or built_site(), identity=identity, percent=percent)
        self.operator, self.browsers = self.history.operator, self.history.browsers
        self.dice = random.Random(percent)
        for browser, user in zip(self.browsers[1:], USERS, strict=False):
            self.history.log_in(browser, user)
        self.browsers[0].jar["beta"] = ("1", float("inf"))
        self._bring(True)

    # the operator

    @rule(lane=lanes, percent=st.sampled_from([0, 5, 20, 35, 50]), resume=mostly, at_once=mostly)
    def ramp(self, lane: str, percent: int, resume: bool, at_once: bool) -> None:
        self._resume_first(resume)
        self.operator.ramp(lane, percent)
        self._bring(at_once)

    @rule(kind=st.sampled_from(RULES), lane=lanes, first=st.booleans(), minutes=minutes, on=mostly)
    def change_rule(self, kind: str, lane: str, first: bool, minutes: int, on: bool) -> None:
        self._resume_first(on)
        if on:
            self.operator.switch_on(kind, lane, first=first, minutes=minutes)
        else:
            self.operator.switch_off(kind)
        self._bring(True)

    @rule(ids=st.sets(st.sampled_from(USERS), min_size=1), asked=st.booleans(), at_once=mostly)
    def put_list(self, ids: set[str], asked: bool, at_once: bool) -> None:
        self.operator.put_list(ids)
        if asked:
            self.operator.switch_on("staff", "v2", first=True, minutes=0)
        self._bring(at_once)

    @rule(directly=st.booleans(), back=mostly, who=browsers, trips=trips)
    def kill(self, directly: bool, back: bool, who: int, trips: Trips) -> None:
        """Whoever is looking right then sees it from several sides, and its end too."""
        self.operator.kill(directly=directly)
        self._bring(True)
        self._travel(who, trips)
        if back:
            self._resume_first(True)
            self._bring(True)
            self._travel(who, trips)

    @rule(verb=st.sampled_from(["resume", "undo", "pause", "finish", "new release"]), at_once=mostly)
    def change_state(self, verb: str, at_once: bool) -> None:
        if verb == "new release":
            self.operator.new_release()
        else:
            self.operator.change_state(verb)
        self._bring(at_once)

    @rule(what=st.sampled_from(["schedule", "keys", "lane gone", "lane there", "by hand"]), lane=lanes)
    def keep_house(self, what: str, lane: str) -> None:
        world = self.operator.world
        if what == "keys":
            self.operator.change_keys()
        elif what == "lane there":
            world.register(lane, f"api{lane[1:]}")
        elif what == "lane gone" and f"/gray/test/lanes/{lane}" in world.ssm.values:
            world.unregister(lane)
        if what in ("keys", "by hand"):
            self.history.publish("anna")
        else:
            self.operator.run_schedule()
        self.history.scatter(self.dice)

    @rule(minutes=st.sampled_from([1, 15, 400, 1500, 9000]), renewed=mostly)
    def time_passes(self, minutes: int, renewed: bool) -> None:
        self.operator.world.time += 60 * minutes
        if renewed:
            self.history.publish("anna")

    # the locations

    @rule(seed=st.integers(0, 999))
    def stir(self, seed: int) -> None:
        """Time passes for the locations: each has now what chance gives it."""
        self.dice.seed(seed)
        self.history.scatter(self.dice)

    # the viewers

    @rule(who=browsers, trips=trips)
    def visit(self, who: int, trips: Trips) -> None:
        self._travel(who, trips)

    @rule(who=browsers, trips=trips)
    def visit_again(self, who: int, trips: Trips) -> None:
        self._travel(who, trips)

    @rule(who=browsers, user=st.sampled_from(USERS), what=st.sampled_from(["in", "in", "out", "forged", "beta"]))
    def change_person(self, who: int, user: str, what: str) -> None:
        browser = self.browsers[who]
        if what == "out":
            browser.log_out()
        elif what == "beta":
            browser.jar["beta"] = ("1", float("inf"))
        else:
            self.history.log_in(browser, user, forged=what == "forged")

    @rule(
        who=browsers,
        place=places,
        field=st.sampled_from([None, 0, 1, 1, 2, 3, 5]),
        value=st.sampled_from(["v2", "v3", "1", "9", "1900000000"]),
    )
    def edit_cookie(self, who: int, place: int, field: int | None, value: str) -> None:
        """Somebody removes the cookie, edits a field of it, or makes one up."""
        browser = self.browsers[who]
        now = self.operator.now
        parts = (browser.gray_cookie(now) or f"{'f' * 22}.v2.1.1900000000.a.{'m' * 22}").split(".")
        browser.lose_cookie()
        if field is not None:
            parts[field] = (value * 22)[:22] if field in (0, 5) else value
            browser.jar[GRAY_COOKIE] = (".".join(parts), now + 86_400)
        self.history.page(browser, place)

    @rule(thief=browsers, owner=browsers, trips=trips)
    def take_cookie(self, thief: int, owner: int, trips: Trips) -> None:
        """Somebody copies another one's cookie."""
        cookie = self.browsers[owner].gray_cookie(self.operator.now)
        if cookie and thief != owner:
            self.browsers[thief].lose_cookie()
            self.browsers[thief].jar[GRAY_COOKIE] = (cookie, self.operator.now + 86_400)
            self._travel(thief, trips)

    @rule(who=browsers, place=places, lane=lanes, forged=st.booleans(), minutes=minutes)
    def follow_link(self, who: int, place: int, lane: str, forged: bool, minutes: int) -> None:
        revision, expiry = self.operator.revision, int(self.operator.now) + 60 * minutes
        salt = self.operator.release(revision.number).salt
        link = sign_link(self.operator.keys, salt=salt, lane=lane, epoch=revision.epoch, expiry=expiry)
        self.history.follow(
            self.browsers[who], place, link[:-1] + ("A" if link[-1] != "A" else "B") if forged else link
        )

    @rule(who=browsers, place=places, clear=st.booleans(), trips=trips)
    def opt_out(self, who: int, place: int, clear: bool, trips: Trips) -> None:
        self.history.follow(self.browsers[who], place, "clear" if clear else "out")
        self._travel(who, trips)

    def _travel(self, who: int, trips: Trips) -> None:
        browser = self.browsers[who]
        for place, what, tab in trips:
            pin = browser.tabs[tab] if tab < len(browser.tabs) else ""
            if what == "page":
                browser.tabs[tab : tab + 1] = [self.history.page(browser, place).pin]
            elif what == "call" and pin:
                self.history.call(browser, place, pin)
            elif what == "named call" and pin:  # of a page whose script could not read its pin
                self.history.call(browser, place, pin.split(".")[0])
            elif what == "bare call":
                self.history.call(browser, place, "")
            elif what == "file" and pin:
                self.history.load_file(browser, place, pin.split(".")[0])

    def _resume_first(self, resume: bool) -> None:
        if resume and self.operator.revision.state in ("killed", "finished"):
            self.operator.change_state("resume")

    def _bring(self, at_once: bool) -> None:
        if at_once:
            self.history.publish("")
            self.history.scatter(self.dice)
