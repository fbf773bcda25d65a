"""The preview's engine against the reference: the built functions, one viewer at a time, in edge.engine."""

import random
from collections import Counter
from typing import Any

import pytest
from tests.support.release.previewed import DIGEST, IDS, LIST, LISTED, PLAIN, RAMP, SEVERAL, release

from edge.engine import EdgeFunction
from gray.release.document import Release
from grayctl.errors import RefusedError
from grayctl.preview.engine import BUILT, Counted, PreviewEngine
from grayctl.preview.pool import count
from grayctl.preview.sides import Sides, dead_lanes, sides

NOW = 1_790_000_000
EXPIRY = 4_102_444_800


def both(before: Release, after: Release, *, live: frozenset[str] = frozenset({"v2", "v3"})) -> Sides:
    return sides(before, after, epoch=3, live=live, read_ids=lambda digest: LISTED if digest == DIGEST else [])


def viewers() -> list[list[str]]:
    """Viewers of every kind; always the same."""
    dice = random.Random(7)
    return [
        [
            id_,
            dice.choice(["DE", "FR", ""]),
            dice.choice(["mobile", "desktop", ""]),
            dice.choice(["/", "/shop/1", "/a%20b", "/a/../b"]),
            dice.choice(["10.1.2.3", "198.51.100.7", ""]),
            dice.choice(["", "plan=pro", "plan=free; theme=dark"]),
            dice.choice(["", "utm=gray", "utm=x&q=1"]),
        ]
        for id_ in IDS
    ]


def asked(found: Sides, *, alike: bool, lines: list[list[str]] | None = None) -> Counted:
    engine = PreviewEngine(found.before, found.after, now=NOW, alike=alike)
    return engine.run("\n".join("\t".join(fields) for fields in lines or viewers()))


class Reference:
    """One release at the edge, in edge.engine: one function tells lane and reason, the other writes the cookie."""

    def __init__(self, store: Any) -> None:
        self._api = EdgeFunction((BUILT / "request_api.js").read_text(), store.get)
        self._static = EdgeFunction((BUILT / "request_static.js").read_text(), store.get)

    def decide(self, fields: list[str], cookie: str, identity: str) -> tuple[str, str]:
        headers = self._api.run(_event(fields, cookie, identity), now=NOW).value["headers"]
        return headers["x-gray-version"]["value"], headers["x-gray-reason"]["value"]

    def cookie(self, fields: list[str], cookie: str, identity: str) -> str:
        page = self._static.run(_event(fields, cookie, identity), now=NOW).page
        return page[2].partition(";")[0] if len(page) > 2 and page[2] != "-" else cookie


def _event(fields: list[str], cookie: str, identity: str) -> dict[str, Any]:
    id_, country, device, path, ip, cookies, query = fields
    sent = [pair.split("=") for pair in cookies.split("; ") if pair]
    if identity:
        sent.append([identity, id_])
    if cookie:
        sent.append(["__Host-gray", cookie])
    headers = {"cloudfront-viewer-country": {"value": country}} if country else {}
    if device:
        headers[f"cloudfront-is-{device}-viewer"] = {"value": "true"}
    return {
        "context": {"requestId": "r"},
        "viewer": {"ip": ip or "192.0.2.1"},
        "request": {
            "method": "GET",
            "uri": path,
            "querystring": {
                name: {"value": value} for name, value in (pair.split("=") for pair in query.split("&") if pair)
            },
            "headers": headers,
            "cookies": {name: {"value": value} for name, value in sent},
        },
    }


def reference(found: Sides, identity: str = "") -> Counter[tuple[str, ...]]:
    before, after = Reference(found.before.store), Reference(found.after.store)
    counts: Counter[tuple[str, ...]] = Counter()
    for fields in viewers():
        cookie = "" if identity else f"{fields[0]}.v1.0.{EXPIRY}.-.-.-"
        was = before.decide(fields, cookie, identity)
        if was[0] != "v1":
            cookie = before.cookie(fields, cookie, identity)
        now = after.decide(fields, cookie, identity)
        counts[was[0], now[0], was[1], now[1], fields[1], fields[2]] += 1
    return counts


CHANGES = {
    "a ramp up": (release(RAMP), release(RAMP, 40)),
    "a ramp down": (release(RAMP, 40), release(RAMP)),
    "rules of every kind": (release(SEVERAL), release(SEVERAL, 55)),
    "rules taken out": (release(SEVERAL), release(RAMP, 5)),
    "a new salt": (release(RAMP), release(RAMP, salt="another-one")),
    "a kill": (release(SEVERAL), release(SEVERAL, state="killed")),
    "after a finish": (release(SEVERAL, state="finished"), release(SEVERAL)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_says_what_the_edge_decides(name: str) -> None:
    found = both(*CHANGES[name])
    expected = reference(found)
    assert asked(found, alike=False).counts == expected
    assert asked(found, alike=True).counts == expected


def test_with_identities_and_a_list_it_says_what_the_edge_decides() -> None:
    rules = [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}, *SEVERAL]
    lists = {"staff": LIST}
    found = both(
        release(RAMP, identity=PLAIN, lists=lists),
        release(rules, 30, identity=PLAIN, lists=lists),
    )
    expected = reference(found, identity="uid")
    assert asked(found, alike=True).counts == expected
    assert sum(count for kind, count in expected.items() if kind[3] == "staff") > len(LISTED) / 2


def test_a_list_that_grows_moves_those_who_were_added() -> None:
    rules = [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}]
    more = {**LIST, "digest": "0" * 64}
    found = sides(
        release(rules, identity=PLAIN, lists={"staff": LIST}),
        release(rules, identity=PLAIN, lists={"staff": more}),
        epoch=3,
        live={"v2"},
        read_ids=lambda digest: LISTED if digest == DIGEST else IDS,
    )
    lines = [[id_, *[""] * 6] for id_ in IDS]
    counted = asked(found, alike=True, lines=lines)
    assert counted.counts == asked(found, alike=False, lines=lines).counts
    assert counted.counts["v1", "v2", "default", "staff", "", ""] == len(IDS) - len(LISTED)


@pytest.mark.parametrize(
    "identity",
    [{"kind": "signed", "sources": ["header:X-User"]}, {"kind": "jwt", "sources": ["cookie:t"], "claim": "sub"}],
)
def test_signed_identities_are_signed_for_the_preview(identity: dict[str, Any]) -> None:
    rules = [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}]
    lists = {"staff": {**LIST, "restricted": True}}
    found = both(release(RAMP, identity=identity, lists=lists), release(rules, identity=identity, lists=lists))
    lines = [[id_, *[""] * 6] for id_ in IDS]
    counted = asked(found, alike=True, lines=lines)
    assert counted.counts == asked(found, alike=False, lines=lines).counts
    led = sum(count for kind, count in counted.counts.items() if kind[3] == "staff")
    assert led == len(LISTED)


def test_rules_that_ask_for_the_identity_itself_are_asked_about_each_viewer() -> None:
    rules = [{"id": "even", "lane": "v2", "when": {"cookie": {"name": "uid", "prefix": "viewer-00000000000"}}}, *RAMP]
    found = both(release(RAMP, identity=PLAIN), release(rules, identity=PLAIN))
    assert asked(found, alike=True).counts == asked(found, alike=False).counts == reference(found, identity="uid")


def test_ids_that_are_none_are_unknown_viewers() -> None:
    found = both(release(RAMP), release(RAMP, 100))
    counted = asked(found, alike=True, lines=[["short", "", "", "", "", "", ""]])
    assert counted.counts == {("v1", "v1", "no-id", "no-id", "", ""): 1}


def test_processes_count_what_one_counts() -> None:
    found = both(*CHANGES["rules of every kind"])
    lines = ["\t".join(fields) for fields in viewers()]
    told: list[int] = []
    by_two = count(found, lines, told.append, piece=40)
    assert by_two.counts == asked(found, alike=False).counts
    assert sum(told) == len(lines)
    alone = count(found, lines, told.append)
    assert alone == by_two
    assert all(1 <= len(ids) <= 5 for ids in alone.examples.values())


def test_a_lane_where_nobody_can_be_sent_gets_nobody() -> None:
    before, after = release(RAMP), release(SEVERAL)
    live = frozenset({"v2"})
    assert dead_lanes(after, live) == ["v3"]
    counted = asked(both(before, after, live=live), alike=True)
    assert not [kind for kind in counted.counts if "v3" in kind[:2]]


def test_a_list_without_its_file_is_told() -> None:
    def gone(digest: str) -> list[str]:
        raise FileNotFoundError(f"there is no list file lists/{digest}.txt")

    rules = [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}]
    asking = release(rules, identity=PLAIN, lists={"staff": LIST})
    with pytest.raises(RefusedError, match="list staff: there is no list file"):
        sides(asking, asking, epoch=1, live={"v2"}, read_ids=gone)
