"""`--path` takes what a browser's address bar shows: the link made of it leads to that page, or it is refused."""

import json
from urllib.parse import urlsplit

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from edge.engine import EdgeFunction
from grayctl.actions.links import clear_link
from grayctl.errors import EXIT_USAGE, UsageError
from grayctl.reading.address import is_api, read_address
from grayctl.reading.explain import BUILT

SITE = "https://shop.example"

# What is given, and the link that is made; `L` stands for the link's own field.
LINKS = {
    "/": "/?L",
    "/shop?x=1": "/shop?x=1&L",
    "/#/orders": "/?L#/orders",
    "/shop?x=1#top": "/shop?x=1&L#top",
    "/caf%C3%A9": "/caf%C3%A9?L",
    "/café": "/caf%C3%A9?L",
    "/caf%c3%a9/menu": "/caf%c3%a9/menu?L",
    "/über uns": "/%C3%BCber%20uns?L",
    "/50%25": "/50%25?L",
    "/a+b,c;d=e(f)'g!": "/a+b,c;d=e(f)'g!?L",
    "/shop?q=zoë&r=%2F": "/shop?q=zo%C3%AB&r=%2F&L",
    "/shop?gray-link=out&x=1": "/shop?x=1&L",
    "/shop?": "/shop?L",
    "/shop/": "/shop/?L",
    "/index.html": "/index.html?L",
    "https://shop.example": "/?L",
    "https://shop.example/orders?x=1#a": "/orders?x=1&L#a",
    "HTTPS://Shop.Example:443/orders": "/orders?L",
    "https://shop.example?x=1": "/?x=1&L",
    " /orders ": "/orders?L",
    "/(\u4f60\u597d)": "/(%E4%BD%A0%E5%A5%BD)?L",
    "/@ada/~bob": "/@ada/~bob?L",
}
REFUSED = {
    "": "is not a path",
    "orders": "is not a path",
    "shop.example/orders": "is not a path",
    "?x=1": "is not a path",
    "//x": "it has two slashes",
    "/a//b": "it has two slashes",
    "/a/../b": "it has a dot segment",
    "/a/.": "it has a dot segment",
    "/a\\b": "it has a backslash",
    "/100%": "it has invalid percent-encoding",
    "/caf%E9": "it has invalid percent-encoding",
    "/a%2Fb%252F": "it has invalid percent-encoding",
    "/a%00": "it has invalid percent-encoding",
    "/caf\udce9": "it has invalid percent-encoding",
    "/app.js": "is a file, and links count at pages only",
    "/.well-known/x.pdf": "is a file, and links count at pages only",
    "/api/orders": "is the API, and links count at pages only",
    "https://other.example/orders": "is not an address of https://shop.example",
    "http://shop.example/orders": "is not an address of https://shop.example",
    "https://shop.example:444/": "is not an address of https://shop.example",
    "https://shop.example:x/": "is no address",
    "ftp://shop.example/": "is not a path",
}


@pytest.mark.parametrize("given", LINKS)
def test_the_link_leads_to_the_page(given: str) -> None:
    link = clear_link(SITE, given)
    assert link == SITE + LINKS[given].replace("L", "gray-link=clear")
    # And the edge, which follows it, sends on to the address as it was, without the link.
    path, _, query = link.removeprefix(SITE).partition("#")[0].partition("?")
    fields = {name: {"value": value} for name, _, value in (part.partition("=") for part in query.split("&"))}
    event = {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "requestId": "one"},
        "viewer": {"ip": "192.0.2.1"},
        "request": {"method": "GET", "uri": path, "querystring": fields, "headers": {}, "cookies": {}},
    }
    function = EdgeFunction((BUILT / "request_static.js").read_text(), lambda _key: None)
    answer = function.run(event, now=1).value
    assert answer["statusCode"] == 302
    without = LINKS[given].partition("#")[0].replace("&L", "").replace("?L", "")
    assert answer["headers"]["location"]["value"] == without


@pytest.mark.parametrize("given", REFUSED)
def test_it_is_refused_with_the_reason(given: str) -> None:
    with pytest.raises(UsageError) as refused:
        clear_link(SITE, given, api_paths="/api/*")
    assert REFUSED[given] in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(("path", "there"), [("/cart", True), ("/cart/1", True), ("/product/2", True), ("/", False)])
def test_every_pattern_of_the_platform_is_an_apis(path: str, there: bool) -> None:
    assert is_api(path, "/cart* /product*  ") is there
    assert not is_api(path, "   ")


def test_a_query_is_taken_apart() -> None:
    address = read_address("/shop?utm=1&a=b=c&empty&utm=2&q=z%C3%AB+x", SITE)
    assert address.fields() == [("utm", "1"), ("a", "b=c"), ("empty", ""), ("utm", "2"), ("q", "z%C3%AB+x")]


def test_explain_asks_for_what_the_address_bar_shows(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "release.yaml").write_text(
        "salt: abcdefgh\nlanes: [v2]\nrules:\n"
        "- {id: campaign, lane: v2, when: {query: {name: utm, equals: '1'}}}\n"
        "- {id: menu, lane: v2, when: {path: /café}}\n"
    )
    site = stack.edge.address
    for path, rule in (
        ("/shop?utm=1", "campaign"),
        ("/shop?a=b&utm=1#top", "campaign"),
        (f"{site}/shop?utm=1", "campaign"),
        ("/shop?utm=2", "default"),
        ("/café", "menu"),
        ("/caf%C3%A9", "menu"),
        ("/caf%C3%A9?x", "menu"),
    ):
        assert grayctl("explain", "--file", "release.yaml", "--path", path, "--json").json["rule"] == rule
    assert grayctl("explain", "--file", "release.yaml", "--path", "//x", "--json").json["rule"] == "default"
    both = grayctl("explain", "--file", "release.yaml", "--path", "/?a=b", "--query", "utm=1", "--json").json
    assert both["rule"] == "campaign"
    assert "sends what stands behind the #: top" in grayctl("explain", "--file", "release.yaml", "--path", "/#top").err
    elsewhere = grayctl("explain", "--file", "release.yaml", "--path", "https://other.example/")
    assert (elsewhere.code, "is not an address of" in elsewhere.err) == (EXIT_USAGE, True)


def test_link_takes_an_address_of_the_site(stack: Stack, grayctl: Grayctl) -> None:
    site = stack.edge.address
    made = grayctl("link", "--clear", "--path", f"{site}/shop?x=1#a", "--json").json["url"]
    assert made == f"{site}/shop?x=1&gray-link=clear#a"
    assert urlsplit(made).fragment == "a"
    assert grayctl("link", "--out", "--path", "//x").code == EXIT_USAGE


@pytest.mark.parametrize(
    ("sources", "is_told"),
    [
        (["header:Authorization"], True),
        (["header:X-User", "header:X-Other"], True),
        (["header:X-User", "cookie:uid"], False),
        (["cookie:uid"], False),
    ],
)
def test_an_identity_that_no_page_carries_is_told(
    stack: Stack, grayctl: Grayctl, sources: list[str], is_told: bool
) -> None:
    # Public report 1: pages were decided by one identity, their API calls by another.
    release = {"salt": "abcdefgh", "lanes": ["v2"], "identity": {"kind": "plain", "sources": sources}, "rules": []}
    (stack.root / "release.json").write_text(json.dumps(release))
    found = grayctl("apply", "release.json", "--yes", "--dry-run").err
    assert ("with a page: pages are decided by the anonymous id" in " ".join(found.split())) is is_told
