"""Each law sees the defect it is there for: the functions with one line wrong do not get through the histories."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.edge.histories.expected import bucket
from tests.edge.histories.history import History
from tests.edge.histories.machine import Histories
from tests.edge.histories.operator import SALTS, USERS
from tests.edge.histories.site import Site, built_site, site_with

# By law: what is right in src/edge, what is wrong in the copy, and what the law says of it.
DEFECTS = {
    "a kill that was seen is forgotten at a location that lags": (
        "if (viewer.ahead > 0) return 'behind';",
        "",
        "gray from an epoch before|gray again in an epoch",
    ),
    "a grant outlives its epoch": (
        "const held = cookie && !viewer.ahead ?",
        "const held = cookie ?",
        "not good here",
    ),
    "grants are not checked": (
        "isSealed(config, 'c2\\n', raw, cookie, who)",
        "true",
        "without a grant|not good here",
    ),
    "a grant goes with whoever logs in": (
        "label + text + '\\n' + who",
        "label + text + '\\n'",
        "not good here",
    ),
    "a link needs no signature": (
        "viewer.who !== null && permitted(config, 'l2\\n', viewer.link, viewer.time);",
        "viewer.who !== null && ('.' + viewer.link).split('.');",
        "a link that is not signed|taken by a key",
    ),
    "buckets change with the revision": (
        "digest(viewer.config[SALT] + ':' + id)",
        "digest(viewer.config[SALT] + viewer.config[REVISION] + ':' + id)",
        "out of gray|does not match",
    ),
    "a page with a grant is decided again": (
        "return cookie[EXPIRY] > time && isLive(config, cookie[LANE_OF])",
        "return false && isLive(config, cookie[LANE_OF])",
        "moved somebody who had a grant|did not follow the page",
    ),
    "a pin needs no seal": (
        "return !!parts && parts[EPOCH_OF] === config[EPOCH];",
        "return true;",
        "gray by a pin that is not good here",
    ),
    "a pin outlives its epoch": (
        "return !!parts && parts[EPOCH_OF] === config[EPOCH];",
        "return !!parts;",
        "gray by a pin that is not good here|gray again in an epoch|gray from an epoch before",
    ),
    "the page is not told of another lane's answer": (
        "const isLost = viewer.pin && viewer.pin !== viewer.lane;",
        "const isLost = false;",
        "without being told",
    ),
    "the lease is not looked at": (
        "if (!(viewer.time < config[UNTIL])) return 'expired';",
        "",
        "gray after the lease",
    ),
    "the opt-out is not looked at": (
        "if (isOut(viewer)) return 'out';",
        "",
        "in spite of the opt-out",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_seen(name: str) -> None:
    right, wrong, law = DEFECTS[name]

    class WithDefect(Histories):
        site = site_with({right: wrong})

    with pytest.raises(AssertionError, match=law):
        run_state_machine_as_test(
            WithDefect,
            settings=settings(
                max_examples=200,
                stateful_step_count=30,
                phases=[Phase.generate],
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )


# What chance finds only after minutes is told step by step.


def _history(site: Site, identity: str, percent: int) -> History:
    history = History(site, identity=identity, percent=percent)
    history.publish("")
    history.see_everywhere()
    return history


def _user(low: int, high: int) -> str:
    return next(user for user in USERS if low <= bucket(SALTS[0], user) < high)


def _clears_at_a_location_that_lags(site: Site) -> None:
    history = _history(site, "plain", 50)
    browser = history.browsers[0]
    browser.log_in(_user(0, 5_000), str)
    history.operator.kill(directly=False)
    history.operator.publish()
    history.see_everywhere()
    history.page(browser, 0)
    history.locations[1] = history.operator.world.store.lagging(1)
    history.follow(browser, 1, "clear")


def test_the_cookie_keeps_the_highest_epoch_through_a_link() -> None:
    right = "Math.max(viewer.cookie ? viewer.cookie[EPOCH_OF] : 0, config ? config[EPOCH] : 0)"
    defect = site_with({right: "(config ? config[EPOCH] : 0)"})

    _clears_at_a_location_that_lags(built_site())
    with pytest.raises(AssertionError, match="gray from an epoch before"):
        _clears_at_a_location_that_lags(defect)


def _everybody_claims_to_be_somebody(site: Site) -> None:
    history = _history(site, "signed", 20)
    for user in USERS:
        history.log_in(history.browsers[1], user, forged=True)
        history.browsers[1].lose_cookie()
        history.page(history.browsers[1], 0)


def test_a_forged_identity_is_nobody() -> None:
    right = "dot > 0 && same(mac, text.slice(dot + 1)) ? value : ''"
    defect = site_with({right: "dot > 0 ? value : ''"})

    _everybody_claims_to_be_somebody(built_site())
    with pytest.raises(AssertionError, match="does not match"):
        _everybody_claims_to_be_somebody(defect)


def _calls_after_a_ramp_up(site: Site) -> None:
    history = _history(site, "plain", 20)
    browser = history.browsers[0]
    browser.log_in(_user(2_000, 5_000), str)
    history.page(browser, 0)
    history.operator.ramp("v2", 50)
    history.operator.publish()
    history.see_everywhere()
    history.call(browser, 0, "")


def test_a_call_stays_in_the_page_s_lane() -> None:
    defect = site_with({"held === STABLE ? follows && cookie[EXPIRY]": "held === STABLE ? false && cookie[EXPIRY]"})

    _calls_after_a_ramp_up(built_site())
    with pytest.raises(AssertionError, match="no page was loaded"):
        _calls_after_a_ramp_up(defect)


def _calls_without_the_cookie(site: Site) -> None:
    history = _history(site, "plain", 50)
    browser = history.browsers[0]
    browser.log_in(_user(0, 5_000), str)
    pin = history.page(browser, 0).pin
    browser.lose_cookie()
    browser.log_out()
    history.call(browser, 0, pin)


def test_a_call_follows_its_page_whatever_the_browser_forgot() -> None:
    defect = site_with({"if (!isLive(config, lane)) return false;": "return false;"})

    _calls_without_the_cookie(built_site())
    with pytest.raises(AssertionError, match="with its pin, was answered by"):
        _calls_without_the_cookie(defect)
