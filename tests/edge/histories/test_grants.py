"""Ways into gray and out of it, from the command that makes them to the page that is served: told step by step.

Links and keys are made by the functions behind `grayctl link` and `grayctl keys`, the release is published by the real
control plane, and the built functions answer.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.edge.histories.browser import IDENTITY_SECRET, Browser
from tests.edge.histories.history import History
from tests.edge.histories.operator import USERS, Operator
from tests.edge.histories.site import GRAY_COOKIE, Request, Served, View, built_site
from tests.support.aws.strict_store import Location

from gray.edge.grants import sign_identity, sign_jwt
from gray.release.document import Release
from grayctl.actions.links import clear_link, gray_link, opt_out_link

WEB = Path(__file__).parents[3] / "web"
HOUR = 3_600


@pytest.fixture
def history() -> History:
    """A published release with 0 percent: who is in gray has been led there by something else."""
    history = History(built_site(), identity="signed", percent=0)
    history.publish("")
    history.see_everywhere()
    return history


def publish(history: History, person: str = "") -> None:
    history.publish(person)
    history.see_everywhere()


def link_of(url: str) -> str:
    """The value of `gray-link` in a link that grayctl printed."""
    return parse_qs(urlsplit(url).query)["gray-link"][0]


def into(operator: Operator, lane: str = "v2", seconds: int = HOUR) -> str:
    revision = operator.revision
    salt = operator.release(revision.number).salt
    expiry = int(operator.now) + seconds
    url = gray_link(
        "https://shop.example", "/orders", operator.keys, salt=salt, lane=lane, epoch=revision.epoch, expiry=expiry
    )
    return link_of(url)


def lane_of(history: History, browser: Browser) -> str:
    return history.page(browser, 0).lane


def test_a_link_leads_into_its_lane_for_its_time(history: History) -> None:
    browser = history.browsers[0]
    assert lane_of(history, browser) == "v1"

    history.follow(browser, 0, into(history.operator, "v3"))

    assert lane_of(history, browser) == "v3"
    history.operator.world.time += HOUR - 1
    assert lane_of(history, browser) == "v3"
    history.operator.world.time += 1
    assert lane_of(history, browser) == "v1"


def test_a_kill_ends_links_and_what_they_gave(history: History) -> None:
    browser, other = history.browsers[:2]
    link = into(history.operator)
    history.follow(browser, 0, link)
    history.operator.kill(directly=False)
    publish(history)
    assert lane_of(history, browser) == "v1"

    history.operator.change_state("resume")
    publish(history)

    history.follow(other, 0, link)
    assert [lane_of(history, each) for each in (browser, other)] == ["v1", "v1"]
    history.follow(browser, 0, into(history.operator))
    assert lane_of(history, browser) == "v2"


def test_an_opt_out_is_stronger_than_rules_and_links_until_it_is_cleared(history: History) -> None:
    browser = history.browsers[0]
    history.operator.ramp("v2", 50)
    history.operator.ramp("v3", 50)
    publish(history)
    assert lane_of(history, browser) != "v1"

    history.follow(browser, 0, link_of(opt_out_link("https://shop.example", "/", int(history.operator.now) + HOUR)))
    assert lane_of(history, browser) == "v1"
    history.follow(browser, 0, into(history.operator))
    assert lane_of(history, browser) == "v1"
    history.follow(browser, 0, link_of(clear_link("https://shop.example", "/")))
    assert lane_of(history, browser) != "v1"


def test_an_opt_out_ends(history: History) -> None:
    browser = history.browsers[0]
    history.operator.switch_on("beta", "v2", first=True, minutes=0)
    publish(history)
    browser.jar["beta"] = ("1", float("inf"))

    history.follow(browser, 0, link_of(opt_out_link("https://shop.example", "/", int(history.operator.now) + HOUR)))
    assert lane_of(history, browser) == "v1"
    history.operator.world.time += HOUR
    assert lane_of(history, browser) == "v2"


@pytest.mark.parametrize("lane", ["v1", "v2"])
def test_the_page_about_the_lane_says_it_and_leads_out_and_back(history: History, lane: str) -> None:
    page = (WEB / lane / "gray.html").read_text(encoding="utf-8")
    # The upload of a lane puts its name in the place of __LANE__.
    assert 'You are in <span class="lane">__LANE__</span>' in page
    out, clear = (link_of(url) for url in re.findall(r'href="(/gray\.html\?gray-link=[^"]+)"', page))
    browser = history.browsers[0]
    history.operator.ramp("v2", 50)
    history.operator.ramp("v3", 50)
    publish(history)
    before = lane_of(history, browser)

    history.follow(browser, 0, out)
    assert lane_of(history, browser) == "v1"
    history.follow(browser, 0, clear)
    assert lane_of(history, browser) == before != "v1"


def test_two_keys_are_good_while_they_are_rotated(history: History) -> None:
    operator = history.operator
    stays, goes, late = history.browsers
    old_link = into(operator)
    for browser in (stays, goes):
        history.follow(browser, 0, into(operator, seconds=20 * 86_400))

    operator.change_keys()  # grayctl keys rotate
    publish(history, "anna")
    assert operator.keys.newest[0] == "b"
    assert lane_of(history, stays) == "v2"
    assert stays.gray_cookie(operator.now).split(".")[4] == "b", "who comes is given the new key's grant"
    history.follow(late, 0, old_link)
    assert lane_of(history, late) == "v2"

    operator.change_keys()  # grayctl keys retire
    publish(history, "anna")
    assert [lane_of(history, browser) for browser in (stays, goes)] == ["v2", "v1"]
    goes.lose_cookie()
    history.follow(goes, 0, old_link)
    assert lane_of(history, goes) == "v1"


def test_a_lease_that_is_renewed_moves_nobody(history: History) -> None:
    operator, browser = history.operator, history.browsers[0]
    history.follow(browser, 0, into(operator, seconds=6 * 86_400))
    until = View.of(history.locations[0]).until

    for _ in range(6):  # three days, by half a lease, by the schedule alone
        operator.world.time += 12 * HOUR
        operator.run_schedule()
        history.see_everywhere()
        assert lane_of(history, browser) == "v2"

    view = View.of(history.locations[0])
    assert view.until > until
    assert view.epoch == 1
    operator.world.time = view.until
    assert lane_of(history, browser) == "v1"
    operator.run_schedule()
    history.see_everywhere()
    assert lane_of(history, browser) == "v1", "what has lapsed comes back by a person only"


# A restricted list lets in who can prove who he is.

_Sign = Callable[[str], str]
_SENT: dict[str, tuple[str, _Sign, _Sign]] = {
    "signed": ("uid", lambda name: sign_identity(IDENTITY_SECRET, name), lambda name: f"{name}.{'A' * 22}"),
    "jwt": (
        "token",
        lambda name: sign_jwt(IDENTITY_SECRET, {"sub": name, "exp": 1_900_000_000}),
        lambda name: sign_jwt("another-secret-another-secret-12", {"sub": name, "exp": 1_900_000_000}),
    ),
}


def _asked(location: Location, now: float, cookie: tuple[str, str], *, api: bool) -> Served:
    uri = "/api/orders" if api else "/orders"
    return built_site().serve(Request(uri, "request", dict([cookie]), {}, {}), location, now)


@pytest.mark.parametrize("kind", _SENT)
@pytest.mark.parametrize("api", [False, True])
def test_a_restricted_list_demands_a_signature(history: History, kind: str, api: bool) -> None:
    name, good, forged = _SENT[kind]
    world = history.operator.world
    world.upload_list("1" * 64, list(USERS[:3]))
    claim = {"claim": "sub"} if kind == "jwt" else {}
    document = {
        "salt": "8f3kq1zt",
        "lanes": ["v2"],
        "identity": {"kind": kind, "sources": [f"cookie:{name}"], **claim},
        "lists": {"staff": {"digest": "1" * 64, "ids": 3, "shards": 2, "salt": "ab12", "restricted": True}},
        "rules": [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}],
    }
    world.save(Release.model_validate(document))
    assert world.publish().status == "published"
    location = world.store.fresh()

    def lane(value: str) -> str:
        return _asked(location, world.time, (name, value), api=api).lane

    assert [lane(good(user)) for user in USERS[:4]] == ["v2", "v2", "v2", "v1"]
    assert [lane(forged(user)) for user in USERS[:4]] == ["v1"] * 4
    assert [lane(user) for user in USERS[:4]] == ["v1"] * 4


def test_a_plain_identity_is_refused_for_a_restricted_list(history: History) -> None:
    world = history.operator.world
    before = world.store.items["config"]
    world.upload_list("1" * 64, list(USERS[:3]))
    document = {
        "salt": "8f3kq1zt",
        "lanes": ["v2"],
        "identity": {"kind": "plain", "sources": ["cookie:uid"]},
        "lists": {"staff": {"digest": "1" * 64, "ids": 3, "shards": 2, "salt": "ab12", "restricted": True}},
        "rules": [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}],
    }
    world.save(Release.model_validate(document))

    record = world.publish()

    assert record.status == "refused"
    assert "restricted" in record.errors[0]
    assert world.store.items["config"] == before


def test_somebody_else_s_grant_is_of_no_use(history: History) -> None:
    owner, thief = history.browsers[:2]
    history.log_in(owner, USERS[0])
    history.follow(owner, 0, into(history.operator))
    assert lane_of(history, owner) == "v2"

    thief.jar[GRAY_COOKIE] = owner.jar[GRAY_COOKIE]
    history.log_in(thief, USERS[1])

    assert lane_of(history, thief) == "v1"
