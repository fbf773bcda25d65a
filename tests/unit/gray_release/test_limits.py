"""The limits of the edge are errors when a release is checked, not surprises at the edge."""

from dataclasses import replace

import pytest
from tests.support.release.documents import Document, document, rule, user_list

from gray.edge.check import check, read_release
from gray.edge.compile import MAX_PARTS, VALUE_BYTES, Compiled, CompileError, EdgeContext, compile_release
from gray.edge.config import Stamp, killed_config
from gray.edge.grants import EdgeKeys, GrantError
from gray.release.document import MAX_LANES, MAX_RULES
from gray.release.origin import MAX_ORIGINS, MAX_PREFIXES, Origin, Origins
from gray.release.user_lists import STORE_BYTES, fits

KEYS = EdgeKeys((("a", "k" * 43), ("b", "l" * 43)), "i" * 43)
STAMP = Stamp(417, 96, 12, until=1_800_086_400)
API = Origin("api", "rest-api", "a1b2c3d4e5", "live")
STORE_LIMIT = 1_024  # bytes a value (DG:cloudfront-limits)


def compiled(release: Document, keys: EdgeKeys = KEYS, stamp: Stamp = STAMP, *, origins: Origins = (API,)) -> Compiled:
    """As a publication would, with these origins in each lane."""
    read = read_release(release)
    lanes = dict.fromkeys(read.lanes, origins)
    return compile_release(read, stamp, EdgeContext(lanes, "ap-southeast-2", keys))


TEN_RULES = [
    {"id": "staff", "lane": "v2", "when": {"list": "staff"}},
    {"id": "beta", "lane": "v2", "when": {"cookie": {"name": "beta", "equals": "1"}}},
    {"id": "partner", "lane": "v3", "when": {"header": {"name": "x-partner", "one_of": ["acme", "globex"]}}},
    {"id": "campaign", "lane": "v2", "when": {"query": {"name": "utm_campaign", "prefix": "gray-"}}},
    {"id": "shop", "lane": "v2", "when": {"all": [{"path": "/shop/*"}, {"country": ["AT", "CH"]}]}},
    {"id": "office", "lane": "v2", "when": {"ip": ["203.0.113.0/24", "2001:db8::/33"]}},
    {"id": "phones", "lane": "v2", "when": {"all": [{"device": "mobile"}, {"country": "NZ"}]}},
    {"id": "sale", "lane": "v3", "when": {"time": {"from": "2027-01-15T08:00:00Z", "to": "2027-01-16T08:00:00Z"}}},
    {"id": "small", "lane": "v4", "percent": 1, "when": {"not": {"path": "/admin/*"}}},
    {"id": "ramp", "lane": "v2", "percent": 5},
]


def _three_lanes() -> Document:
    return document(
        lanes=["v2", "v3", "v4"],
        reserved={"v4": [40, 60]},
        identity={"kind": "signed", "sources": ["cookie:session", "header:X-User"]},
        lists={"staff": user_list()},
        rules=TEN_RULES,
    )


CARTS = Origin("carts", "rest-api", "a1b2c3d4e5", "production", ("/cart", "/checkout"))
PAGES = Origin("pages", "function-url", "f" * 32, signed=True)


@pytest.mark.parametrize("origins", [(API,), (CARTS, PAGES)], ids=["one origin", "two origins"])
def test_three_lanes_ten_rules_and_two_keys_fit_in_the_head_and_one_part(origins: Origins) -> None:
    made = compiled(_three_lanes(), origins=origins)

    assert len(made.parts) <= 1
    assert VALUE_BYTES == 1_000
    assert all(len(value.encode()) <= VALUE_BYTES for value in (made.config, *made.parts))


def test_more_than_fits_into_the_head_is_refused_with_the_way_out() -> None:
    hosts = tuple(Origin(f"o{n}", "url", f"{'x' * 60}.example.com", paths=(f"/{n}",)) for n in range(MAX_ORIGINS))

    with pytest.raises(CompileError, match=r"the head takes 1,\d+ bytes; 1,000 fit.* fewer origins and paths"):
        compiled(_three_lanes(), origins=hosts)


def test_the_registered_origins_count_where_a_release_is_checked() -> None:
    hosts = tuple(Origin(f"o{n}", "url", f"{'x' * 60}.example.com", paths=(f"/{n}",)) for n in range(MAX_ORIGINS))
    lanes = dict.fromkeys(["v2", "v3", "v4"], (API,))

    (problem,) = check(_three_lanes(), lanes=lanes | {"v3": hosts, "v4": hosts})

    assert check(_three_lanes(), lanes=lanes) == []
    assert problem.where == "identity"
    assert "fewer origins and paths" in problem.remedy


def test_no_value_is_longer_than_the_store_takes_and_letters_are_not_cut() -> None:
    """A long rule in letters of four bytes: what does not fit goes to parts, each whole UTF-8."""
    long = {"cookie": {"name": "a", "one_of": [f"{n}" + "🎈" * 30 for n in range(20)]}}
    made = compiled(document(rules=[{"id": "long", "lane": "v2", "when": long}]))

    assert 1 < len(made.parts) <= MAX_PARTS
    assert all(len(value.encode()) <= VALUE_BYTES < STORE_LIMIT for value in (made.config, *made.parts))
    assert all(part.startswith("417|") for part in made.parts)
    assert "".join(part.removeprefix("417|") for part in made.parts).count("🎈") == 600


def test_rules_that_fill_all_parts_pass_and_one_more_letter_does_not() -> None:
    def with_letters(letters: int) -> Document:
        values = ["x" * 200 for _ in range(letters // 200)] + ["y" * (letters % 200)]
        return document(rules=[{"id": "long", "lane": "v2", "when": {"cookie": {"name": "a", "one_of": values}}}])

    fitting = max(letters for letters in range(2_700, 3_000) if not check(with_letters(letters)))
    (problem,) = check(with_letters(fitting + 1))

    assert len(compiled(with_letters(fitting)).parts) == MAX_PARTS
    assert problem.where == "rules"
    assert "4 parts; 3 parts hold about" in problem.what
    assert "user list" in problem.remedy


def test_a_head_that_does_not_fit_is_refused_before_anything_is_published() -> None:
    with pytest.raises(CompileError, match=r"identity: the head takes 1,348 bytes; 1,000 fit"):
        compiled(
            document(identity={"kind": "signed", "sources": ["cookie:sid"]}),
            EdgeKeys((("a", "k" * 43),), identity="%" * 350),
        )


def test_the_size_is_judged_by_the_longest_numbers_a_publication_can_have() -> None:
    """What the check lets pass compiles at any sequence, revision and epoch."""
    release = document(rules=[rule(id=f"rule-{n:027}", percent=n + 1) for n in range(MAX_RULES)])

    assert check(release) == []
    assert compiled(release, stamp=Stamp(10**9, 10**9, 10**9, until=10**10)).parts


def test_the_number_of_rules_and_lanes() -> None:
    many = [rule(id=f"r{n}", percent=n + 1) for n in range(MAX_RULES + 1)]
    lanes = [f"v{n}" for n in range(2, MAX_LANES + 3)]

    assert check(document(rules=many[:-1])) == []
    assert [str(problem) for problem in check(document(rules=many))] == ["rules: has 51 entries. Give at most 50."]
    assert check(document(lanes=lanes[:-1])) == []
    assert [str(problem) for problem in check(document(lanes=lanes))] == ["lanes: has 9 entries. Give at most 8."]


def test_lists_that_do_not_fit_into_the_store_are_refused_with_the_number_that_does() -> None:
    def with_ids(ids: int) -> Document:
        return document(lists={"crowd": user_list(ids=ids, shards=max(1, ids // 185))})

    (problem,) = check(with_ids(fits(name="crowd") + 50_000))

    assert check(with_ids(fits(name="crowd"))) == []
    assert problem.where == "lists"
    assert f"the store has {STORE_BYTES:,}" in problem.what
    assert f"{fits(name='crowd'):,} ids" in problem.remedy


@pytest.mark.parametrize("shards", [0, 20_001, 1.5, "7"])
def test_the_number_of_shards(shards: object) -> None:
    (problem,) = check(document(lists={"staff": user_list(shards=shards)}))

    assert problem.where == "lists.staff.shards"


def test_a_kill_is_made_of_numbers_alone_whatever_the_release_is() -> None:
    assert killed_config(418, 97, 13).startswith("2k|13|418|97|")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((), "0 edge keys"),
        ((("a", "k" * 43), ("b", "k" * 43), ("c", "k" * 43)), "3 edge keys"),
        ((("a", "k" * 43), ("a", "l" * 43)), "the same id"),
        ((("A", "k" * 43),), "key id"),
        ((("abcde", "k" * 43),), "key id"),
        ((("a", "k" * 31),), "32 to 64"),
        ((("a", "|" * 43),), "32 to 64"),
    ],
)
def test_keys_that_would_break_the_format_are_refused_without_being_shown(
    keys: tuple[tuple[str, str], ...], said: str
) -> None:
    with pytest.raises(GrantError, match=said) as refused:
        EdgeKeys(keys)

    assert "kkkk" not in str(refused.value)


@pytest.mark.parametrize(
    ("origins", "region", "where"),
    [
        ((replace(API, address="a,b"),), "us-east-1", "lane v2"),
        ((replace(API, path="a|b"),), "us-east-1", "lane v2"),
        ((replace(API, path=""),), "us-east-1", "lane v2"),
        ((replace(API, paths=("/a:b",)),), "us-east-1", "lane v2"),
        ((replace(API, signed=True),), "us-east-1", "lane v2"),
        ((replace(API, kind="url"),), "us-east-1", "lane v2"),
        ((replace(API, kind="function-url"),), "us-east-1", "lane v2"),
        ((), "us-east-1", "lane v2"),
        ((API, replace(API, id="other")), "us-east-1", "lane v2"),
        ((API, replace(API, paths=("/a",))), "us-east-1", "lane v2"),
        ((replace(API, paths=tuple(f"/{n}" for n in range(MAX_PREFIXES + 1))),), "us-east-1", "lane v2"),
        (tuple(replace(API, id=f"o{n}", paths=(f"/{n}",)) for n in range(MAX_ORIGINS + 1)), "us-east-1", "lane v2"),
        ((API,), "us east", "region"),
    ],
)
def test_what_the_edge_could_not_read_is_not_published(origins: Origins, region: str, where: str) -> None:
    with pytest.raises(CompileError, match=where):
        compile_release(read_release(document()), STAMP, EdgeContext({"v2": origins}, region, KEYS))


def test_a_rule_into_a_lane_that_is_not_live_is_not_published() -> None:
    with pytest.raises(CompileError, match=r"rules\[0\].lane: v2 is not live"):
        compile_release(read_release(document()), STAMP, EdgeContext({}, "us-east-1", KEYS))
