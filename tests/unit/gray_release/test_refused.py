"""Each kind of rule has its own invalid forms: refused with the path in the document and the remedy, all at once."""

from typing import Any

import pytest
from tests.support.release.documents import Document, asking, document, nested, rule, user_list

from gray.edge.check import check

DAY, NEXT = "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"
GERMAN, AUSTRIAN = {"country": "DE"}, {"country": "AT"}

# Conditions: what is written, where the problem is below `rules[0].when`, a piece of what is said, of the remedy.
CONDITIONS: list[tuple[Any, str, str, str]] = [
    ({}, "", "exactly one of list, cookie", "`all` or `any`"),
    ({"country": "DE", "device": "mobile"}, "", "exactly one of", "`all` or `any`"),
    ({"nope": 1}, ".nope", "unknown key", "spelling"),
    ("DE", "", "not a mapping", "keys and values"),
    ([], "", "not a mapping", "keys and values"),
    ({"cookie": {"name": "a"}}, ".cookie", "exactly one of equals", "two conditions"),
    ({"cookie": {"name": "a", "equals": "b", "prefix": "c"}}, ".cookie", "exactly one of equals", "two conditions"),
    ({"cookie": {"name": "a", "equal": "b"}}, ".cookie.equal", "unknown key", "spelling"),
    ({"cookie": {"name": "a", "equals": 7}}, ".cookie.equals", "not a text", "quotes"),
    ({"cookie": {"name": "a", "equals": "b\n"}}, ".cookie.equals", "control character", "Take it out"),
    ({"cookie": {"name": "a", "equals": "x" * 257}}, ".cookie.equals", "longer than 256 bytes", "shorter"),
    ({"cookie": {"name": "a", "equals": "ü" * 129}}, ".cookie.equals", "longer than 256 bytes", "shorter"),
    ({"cookie": {"name": "a", "equals": "\ud800"}}, ".cookie.equals", "not Unicode", "shorter"),
    ({"cookie": {"name": "a", "one_of": []}}, ".cookie.one_of", "too few", "at least 1"),
    ({"cookie": {"name": "a", "one_of": "b"}}, ".cookie.one_of", "not a list", "[a, b]"),
    ({"cookie": {"name": "a", "one_of": ["b"] * 51}}, ".cookie.one_of", "51 entries", "at most 50"),
    ({"cookie": {"name": "a", "prefix": ""}}, ".cookie", "matches everything", "exists: true"),
    ({"cookie": {"name": "a", "exists": False}}, ".cookie.exists", "known words", "True"),
    ({"cookie": {"name": "a b", "exists": True}}, ".cookie", "not a name", "letters"),
    ({"cookie": {"name": "ü", "exists": True}}, ".cookie", "not a name", "letters"),
    ({"cookie": {"name": "__Host-gray", "exists": True}}, ".cookie", "the grant itself", "another cookie"),
    ({"cookie": {"equals": "b"}}, ".cookie.name", "missing", "Add it"),
    ({"cookie": "a"}, ".cookie", "not a mapping", "keys and values"),
    ({"header": {"name": "Cookie", "exists": True}}, ".header", "does not see", "`cookie` condition"),
    ({"header": {"name": "X-Gray-Version", "exists": True}}, ".header", "can never match", "another header"),
    ({"header": {"name": "x-api-key", "equals": "a"}}, ".header", "can never match", "another header"),
    ({"header": {"name": "baggage", "exists": True}}, ".header", "can never match", "another header"),
    ({"header": {"name": "a:b", "exists": True}}, ".header", "not a name", "letters"),
    ({"query": {"name": "", "exists": True}}, ".query.name", "not a name", "letters"),
    ({"query": {"name": "a", "prefix": []}}, ".query.prefix", "too few", "at least 1"),
    ({"path": []}, ".path", "too few", "at least 1"),
    ({"path": 7}, ".path", "not a list", "[a, b]"),
    ({"path": "shop/*"}, ".path[0]", "bad glob 'shop/*'", "Begin with '/'"),
    ({"path": ["/a", "/b?"]}, ".path[1]", "bad glob '/b?'", "Only '*'"),
    ({"path": "/a[b]"}, ".path[0]", "bad glob", "Only '*'"),
    ({"path": "/a**"}, ".path[0]", "bad glob", "Only '*'"),
    ({"path": "/a//b"}, ".path[0]", "bad glob", "decoded path"),
    ({"path": "/a/../b"}, ".path[0]", "bad glob", "decoded path"),
    ({"path": "/a%20b"}, ".path[0]", "bad glob", "decoded path"),
    ({"path": "/" + "*a" * 9}, ".path[0]", "bad glob", "at most 8 stars"),
    ({"country": []}, ".country", "too few", "at least 1"),
    ({"country": "de"}, ".country[0]", "'de' is not a country", "as in DE"),
    ({"country": ["DE", "GER"]}, ".country[1]", "'GER' is not a country", "ISO 3166"),
    ({"device": []}, ".device", "too few", "at least 1"),
    ({"device": "phone"}, ".device[0]", "known words", "'mobile', 'tablet' or 'desktop'"),
    ({"ip": []}, ".ip", "too few", "at least 1"),
    ({"ip": "300.1.1.1"}, ".ip[0]", "bad CIDR '300.1.1.1'", "10.0.0.0/8"),
    ({"ip": "10.0.0.0/33"}, ".ip[0]", "bad CIDR", "10.0.0.0/8"),
    ({"ip": ["10.0.0.0/8", "10.0.0.1/8"]}, ".ip[1]", "not the first of its range", "10.0.0.0/8"),
    ({"ip": "::ffff:1.2.3.4"}, ".ip[0]", "plain IPv4", "Write the IPv4 range"),
    ({"time": {}}, ".time", "neither `from` nor `to`", "Give one"),
    ({"time": {"from": DAY, "to": DAY}}, ".time", "not before", "Exchange"),
    ({"time": {"from": NEXT, "to": DAY}}, ".time", "not before", "Exchange"),
    ({"time": {"from": "2027-01-01T00:00:00"}}, ".time", "no zone", "Z or +01:00"),
    ({"time": {"from": "soon"}}, ".time.from", "not a time", "2027-01-15T08:00:00Z"),
    ({"time": {"to": "1960-01-01T00:00:00Z"}}, ".time", "1970 and 2100", "year"),
    ({"time": {"until": DAY}}, ".time.until", "unknown key", "spelling"),
    ({"list": "staff"}, ".list", "no list 'staff'", "grayctl list put staff"),
    ({"list": ""}, ".list", "empty", "Give a name"),
    ({"all": []}, ".all", "too few", "at least 1"),
    ({"any": []}, ".any", "too few", "at least 1"),
    ({"any": GERMAN}, ".any", "not a list", "[a, b]"),
    ({"not": {}}, ".not", "exactly one of", "`all` or `any`"),
    ({"not": [GERMAN]}, ".not", "not a mapping", "keys and values"),
    ({"all": [GERMAN, {"any": [{"path": "x"}]}]}, ".all[1].any[0].path[0]", "bad glob", "Begin with"),
    ({"all": [GERMAN, AUSTRIAN]}, "", "can never match: no viewer has two values of country", "`any`"),
    ({"all": [{"device": "mobile"}, {"device": "tablet"}]}, "", "two values of device", "`any`"),
    ({"all": [{"ip": "10.0.0.0/8"}, {"ip": ["192.0.2.0/24", "::/0"]}]}, "", "no address is in both", "`any`"),
    ({"all": [{"path": "/a"}, {"path": ["/b", "/c"]}]}, "", "no request has two paths", "`any`"),
    ({"all": [{"time": {"to": DAY}}, {"time": {"from": DAY}}]}, "", "windows do not meet", "`any`"),
    ({"all": [GERMAN, {"not": GERMAN}]}, "", "beside its `not`", "`any`"),
    ({"any": [{"all": [GERMAN, AUSTRIAN]}]}, "", "can never match", "`any`"),
    (nested(5), ".not.not.not.not.not", "nested too deep", "at most 4 levels"),
    ({"any": [GERMAN] * 24}, "", "has 25 conditions", "split the rule"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "where", "what", "remedy"), CONDITIONS, ids=lambda value: str(value)[:50])
def test_a_condition_is_refused(when: Any, where: str, what: str, remedy: str) -> None:
    _refused(asking(when), f"rules[0].when{where}", what, remedy)


RELEASES: list[tuple[Document, str, str, str]] = [
    (document(rules=[rule(percent=12.345)]), "rules[0].percent", "more than two decimals", "0.01"),
    (document(rules=[rule(percent=100.01)]), "rules[0].percent", "too large", "100"),
    (document(rules=[rule(percent=-0.01)]), "rules[0].percent", "too small", "0"),
    (document(rules=[rule(percent="5")]), "rules[0].percent", "not a number", "without quotes"),
    (document(rules=[rule(percent=True)]), "rules[0].percent", "not a number", "without quotes"),
    (document(rules=[rule(percent=float("nan"))]), "rules[0].percent", "not a number", "finite"),
    (document(rules=[{"id": "hit", "lane": "v2"}]), "rules[0]", "needs `when`, `percent` or both", "percent: 100"),
    (document(rules=[rule(lane="v3")]), "rules[0].lane", "v3 is not among", "Add v3 to `lanes`"),
    (document(rules=[rule(lane="v1")]), "rules[0].lane", "v1 is the stable lane", "Take it out"),
    (document(rules=[rule(lane="blue")]), "rules[0].lane", "not a gray lane", "v2 to v99"),
    (document(rules=[rule(lane="v100")]), "rules[0].lane", "not a gray lane", "v2 to v99"),
    (document(rules=[rule(id="sticky")]), "rules[0].id", "one of the edge's own reasons", "Rename"),
    (document(rules=[rule(id="Hit!")]), "rules[0].id", "wrong character", "^[a-z0-9]"),
    (document(rules=[{"lane": "v2", "percent": 5}]), "rules[0].id", "missing", "Add it"),
    (document(rules=[rule(), rule(percent=9)]), "rules[1].id", "there twice", "its own id"),
    (document(rules=[rule(percent=100), rule(id="b")]), "rules[1]", "hit before it matches every viewer", "Move it up"),
    (document(rules=[rule(percent=9), rule(id="b")]), "rules[1]", "can never match", "Move it up"),
    (
        document(rules=[{"id": "a", "lane": "v2", "when": GERMAN}, {"id": "b", "lane": "v2", "when": GERMAN}]),
        "rules[1]",
        "can never match: a before it",
        "Move it up",
    ),
    (document(rules=[rule(hour=1)]), "rules[0].hour", "unknown key", "spelling"),
    (document(rules={}), "rules", "not a list", "[a, b]"),
    (document(lanes=["v2", "v2"]), "lanes[1]", "there twice", "once"),
    (document(lanes=["v1"]), "lanes[0]", "v1 is the stable lane", "Take it out"),
    (document(salt="short"), "salt", "wrong character", "{8,32}"),
    (document(salt="with space"), "salt", "wrong character", "{8,32}"),
    (document(state="on"), "state", "known words", "'active', 'paused', 'killed' or 'finished'"),
    (document(lease_minutes=29), "lease_minutes", "too small", "30"),
    (document(lease_minutes=60.5), "lease_minutes", "not a whole number", "whole number"),
    (document(note="x" * 1001), "note", "too long", "1000"),
    (document(colour="gray"), "colour", "unknown key", "spelling"),
    (document(identity={"kind": "plain", "sources": []}), "identity.sources", "too few", "at least 1"),
    (document(identity={"kind": "magic", "sources": ["cookie:a"]}), "identity.kind", "known words", "'signed'"),
    (document(identity={"kind": "plain", "sources": ["uid"]}), "identity.sources[0]", "not a source", "cookie:<name>"),
    (
        document(identity={"kind": "plain", "sources": ["header:X-Gray-Pin"]}),
        "identity.sources[0]",
        "uses it itself",
        "another",
    ),
    (document(identity={"kind": "jwt", "sources": ["cookie:a"]}), "identity", "kind jwt alone", "claim: sub"),
    (
        document(identity={"kind": "signed", "sources": ["cookie:a"], "claim": "s"}),
        "identity",
        "kind jwt alone",
        "take it out",
    ),
    (
        asking({"list": "staff"}, lists={"staff": user_list()}, identity=None),
        "rules[0].when.list",
        "names none",
        "Add `identity`",
    ),
    (
        asking({"list": "staff"}, lists={"staff": user_list(restricted=True)}),
        "rules[0].when.list",
        "is restricted",
        "signed or jwt",
    ),
    (document(lists={"staff": user_list(ids=250)}), "lists.staff", "do not fit into 1 shards", "new name"),
    (document(lists={"staff": user_list(digest="x")}), "lists.staff.digest", "wrong character", "{64}"),
    (document(lists={"Staff": user_list()}), "lists.Staff.[key]", "wrong character", "^[a-z0-9]"),
    (
        document(lanes=["v2", "v3"], rules=[rule(percent=60), rule(id="b", lane="v3", percent=40.01)]),
        "rules",
        "together over 100 %",
        "Lower one",
    ),
    (
        document(lanes=["v2", "v3", "v4"], rules=[rule(lane="v4")]),
        "rules[0].percent",
        "no reserved range",
        "Add `reserved",
    ),
    (
        document(lanes=["v2", "v3", "v4"], reserved={"v4": [40, 50]}, rules=[rule(lane="v4", percent=11)]),
        "rules[0].percent",
        "more than the 10 reserved",
        "Lower it",
    ),
    (document(lanes=["v2", "v3"], reserved={"v3": [1, 2]}), "reserved.v3", "not the third lane", "those only"),
    (document(lanes=["v2", "v3", "v4"], reserved={"v4": [50, 40]}), "reserved.v4", "not below", "from below to"),
    (document(lanes=["v2", "v3", "v4"], reserved={"v4": [3, 50]}), "rules", "meet: together over 100 %", "Lower one"),
    (asking(nested(400)), "rules[0].when" + ".not" * 9 + "...", "nested too deep", "fewer levels"),
]


@pytest.mark.parametrize(("release", "where", "what", "remedy"), RELEASES, ids=lambda value: str(value)[:60])
def test_a_release_is_refused(release: Document, where: str, what: str, remedy: str) -> None:
    _refused(release, where, what, remedy)


@pytest.mark.parametrize("release", [None, [], "x", 7])
def test_what_is_no_mapping_is_refused(release: Any) -> None:
    _refused(release, "release", "not a mapping", "keys and values")


def test_a_lane_that_does_not_exist_or_a_missing_list_file_is_refused() -> None:
    found = check(document(), lanes={"v3": (), "v4": ()})

    assert [str(problem) for problem in found] == [
        "rules[0].lane: there is no lane v2 in this environment. Deploy v2 first, or use one that is there: v3, v4."
    ]


def test_all_errors_are_said_at_once() -> None:
    """Broken parts and what is wrong with the rest, in one go."""
    found = check(
        document(
            colour="gray",
            salt="x",
            lease_minutes=1,
            rules=[
                rule(percent=12.345),
                {"id": "b", "lane": "v9", "percent": 1},
                {"id": "c", "lane": "v2", "when": {"all": [GERMAN, AUSTRIAN]}},
                {"id": "d", "lane": "v2", "when": {"ip": ["x", "10.0.0.1/8"], "path": "a"}},
                {"id": "b", "lane": "v2", "percent": 2},
            ],
        )
    )

    assert {problem.where for problem in found} == {
        "colour", "salt", "lease_minutes", "rules[0].percent", "rules[1].lane", "rules[2].when", "rules[3].when.ip[0]",
        "rules[3].when.ip[1]", "rules[3].when.path[0]", "rules[4].id",
    }  # fmt: skip


def test_what_hangs_on_a_broken_part_is_not_guessed_at() -> None:
    """Without its identities nothing can be said of the lists: one error, not two that follow from it."""
    release = asking({"list": "staff"}, lists={"staff": user_list()}, identity={"kind": "plain", "sources": []})

    assert [problem.where for problem in check(release)] == ["identity.sources"]


def _refused(release: Any, where: str, what: str, remedy: str) -> None:
    found = check(release)

    assert [problem.where for problem in found] == [where], found
    assert what in found[0].what
    assert remedy in found[0].remedy
    assert found[0].remedy.endswith(".")
