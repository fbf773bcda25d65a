"""`grayctl data`, and what `kill` says of it: the real data copy function over moto's tables."""

from collections.abc import Iterator

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.support.lane.orders_tables import GRAY, STABLE, data_copy, items, make_tables, order, put
from tests.support.release.registrations import registration_text, rest_api

FUNCTION = "graylane-test-data-copy"


@pytest.fixture
def lanes(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """Two tables: a new item, one that both lanes changed, and a copy, which does not wait."""
    make_tables(stack.dynamodb)
    copied = {"copied_at": {"N": "10"}}
    put(stack.dynamodb, GRAY, order(1, 20_000), order(2, 20_000, a="gray") | copied)
    put(stack.dynamodb, GRAY, order(3, 10) | copied | {"origin": {"S": "v1"}})
    put(stack.dynamodb, STABLE, order(2, 15, a="stable"), order(3, 10))
    with data_copy(monkeypatch) as handler:
        stack.functions[FUNCTION] = handler
        yield stack


def test_report_lists_what_waits_and_exits_1_for_a_conflict(lanes: Stack, grayctl: Grayctl) -> None:
    told = grayctl("data", "report")
    assert told.code == 1
    assert "2 items of v2 wait to be merged into stable, 1 of them changed in stable too" in told.out
    assert "new       order/0001  1970-01-01 00:00:20Z" in told.out
    assert "0003" not in told.out
    found = grayctl("data", "report", "--lane", "v2", "--json").json["lanes"]
    assert {one["sk"]: one["fate"] for one in found["v2"]} == {"0001": "new", "0002": "conflict"}


def test_a_long_report_is_cut_and_said_so(lanes: Stack, grayctl: Grayctl) -> None:
    put(lanes.dynamodb, GRAY, *(order(number, 20) for number in range(100, 130)))
    assert "and 12 more; list them with --all" in grayctl("data", "report").out
    assert len(grayctl("data", "report", "--all").out.splitlines()) == 33


def test_merge_brings_home_leaves_conflicts_and_a_second_one_does_nothing(lanes: Stack, grayctl: Grayctl) -> None:
    told = grayctl("data", "merge", "--yes")
    assert told.code == 1
    assert "v2: 1 items merged into stable" in told.out
    assert "conflict  order/0002" in told.out
    assert items(lanes.dynamodb, STABLE)["0001"]["changed_at"]["N"] == "20000"
    again = grayctl("data", "merge", "--yes", "--json").json["lanes"][0]
    assert again["fates"] == {"conflict": 1}


def test_people_say_whose_item_wins(lanes: Stack, grayctl: Grayctl) -> None:
    assert grayctl("data", "merge", "--yes", "--conflicts", "gray").code == 0
    assert items(lanes.dynamodb, STABLE)["0002"]["a"]["S"] == "gray"
    assert grayctl("data", "report").code == 0
    assert grayctl("data", "merge", "--conflicts", "both").code == 2


def test_a_merge_asks_and_a_dry_run_writes_nothing(lanes: Stack, grayctl: Grayctl) -> None:
    before = items(lanes.dynamodb, STABLE)
    assert grayctl("data", "merge").code == 7
    assert grayctl("data", "merge", "--dry-run", "--json").json["waiting"] == {"v2": 2}
    assert items(lanes.dynamodb, STABLE) == before


def test_fill_copies_what_was_there_before_the_lane(lanes: Stack, grayctl: Grayctl) -> None:
    put(lanes.dynamodb, STABLE, *(order(number, 10) for number in range(10, 15)))
    before = items(lanes.dynamodb, GRAY)
    assert "tables of: v2" in grayctl("data", "fill", "--dry-run").out
    assert grayctl("data", "fill", "--dry-run", "--json").json["lanes"] == {}
    assert items(lanes.dynamodb, GRAY) == before
    told = grayctl("data", "fill")
    assert grayctl("data", "fill", "--json").json["lanes"] == {"v2": {"copied": 6, "kept": 1}}
    assert "v2: 6 items copied, 1 left unchanged" in told.out
    assert "0014" in items(lanes.dynamodb, GRAY)


@pytest.mark.parametrize("lane", ["v1", "v3", "nonsense"])
def test_a_lane_without_a_table_of_its_own_is_a_mistake(lanes: Stack, grayctl: Grayctl, lane: str) -> None:
    for command in ("report", "merge", "fill"):
        told = grayctl("data", command, "--lane", lane)
        assert told.code == 2
        assert lane in told.err


def test_shared_data_has_nothing_to_bring_home(lanes: Stack, grayctl: Grayctl) -> None:
    value = registration_text("v2", rest_api("v2", "gray2"), table=STABLE, data="shared")
    lanes.ssm.put_parameter(Name="/gray/test/lanes/v2", Value=value, Type="String", Overwrite=True)
    assert "nothing waits" in grayctl("data", "report").out
    assert "writes stable's table" in grayctl("data", "merge", "--lane", "v2").err
    assert grayctl("kill", "--json").json["waiting"] == {}


def test_a_function_that_is_not_there_is_told(lanes: Stack, grayctl: Grayctl) -> None:
    del lanes.functions[FUNCTION]
    assert grayctl("data", "fill").code == 5
    told = grayctl("data", "report")
    assert told.code == 5
    assert "not found" in told.err


def test_a_kill_says_how_many_items_wait(lanes: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "10", "--yes")
    killed = grayctl("kill")
    assert killed.code == 0
    assert "wait to be merged into stable, 1 of them changed in stable too: grayctl data merge" in killed.out
    assert grayctl("kill", "--json").json["waiting"] == {"v2": 2}


def test_a_kill_does_not_fail_because_nobody_can_count(lanes: Stack, grayctl: Grayctl) -> None:
    del lanes.functions[FUNCTION]
    killed = grayctl("kill", "--json")
    assert (killed.code, killed.json["state"], killed.json["waiting"]) == (0, "killed", {})
