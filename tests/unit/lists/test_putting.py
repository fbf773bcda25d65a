"""`grayctl list put` before anything is saved, and what the store is written afterwards."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.control.world import World, release

from gray.edge.check import check
from gray.publish.records.publication_log import PUBLISHED, Record
from gray.release.user_lists import fits, plan_list
from grayctl.actions.follow import await_publication
from grayctl.actions.user_lists import plan_change, read_ids
from grayctl.errors import RefusedError, UsageError

names = st.sets(st.sampled_from([f"user{number}" for number in range(40)]))


@settings(max_examples=60, derandomize=True)
@given(before=names, after=names)
def test_a_change_is_counted(before: set[str], after: set[str]) -> None:
    first = plan_change("staff", sorted(before), None, [], planned=0, restricted=False)
    change = plan_change("staff", sorted(after), first.entry, iter(sorted(before)), planned=0, restricted=False)

    assert (change.added, change.removed) == (len(after - before), len(before - after))
    assert change.only_added == (before <= after)
    assert change.keys <= change.added + change.removed
    assert {key: change.entry[key] for key in ("shards", "salt")} == {
        key: first.entry[key] for key in ("shards", "salt")
    }
    assert first.added == len(before)


def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("".join(f"user{number}\n" for number in range(25_000)))
    read: list[int] = []
    laid_out: list[int] = []

    ids = read_ids(file, read.append).ids
    first = plan_change("staff", ids, None, [], planned=0, restricted=False)
    plan_change("staff", ids, first.entry, iter(ids), planned=0, restricted=False, advance=laid_out.append)

    assert (sum(read), len(read)) == (25_000, 3)
    assert (sum(laid_out), len(laid_out)) == (50_000, 6)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("ada\nbo\x07b\n")
    with pytest.raises(UsageError, match="line 2: a control character"):
        read_ids(file)


def test_too_many_ids_are_refused_with_the_number_that_fits() -> None:
    class Many(list[str]):
        """As long as it says; the ids themselves are not looked at before the number is."""

        def __len__(self) -> int:
            return fits(name="staff") + 1

    with pytest.raises(RefusedError, match=f"at most {fits(name='staff'):,} do, in all lists together"):
        plan_change("staff", Many(), None, [], planned=0, restricted=False)


def test_too_many_ids_in_all_lists_are_a_problem_of_the_release() -> None:
    each = {"digest": "1" * 64, "ids": 700_000, "shards": plan_list(700_000).shards, "salt": "ab12"}
    document = {
        "salt": "8f3kq1zt",
        "identity": {"kind": "plain", "sources": ["cookie:uid"]},
        "lists": {"staff": each, "friends": each},
    }

    (problem,) = check(document)

    assert problem.where == "lists"
    assert f"Keep to {fits(name='friends'):,} ids in all lists together" in problem.remedy


def test_a_hundred_changed_ids_are_three_calls_at_most() -> None:
    """Half of them go, half come; parts of the rules and the config are among the calls."""
    world = World()
    world.register()
    before = [f"user{number}" for number in range(60_000)]
    after = [*before[50:], *(f"new{number}" for number in range(50))]
    shards = plan_list(len(before)).shards
    long = [{"id": f"r{n}", "lane": "v2", "when": {"path": f"/quite/far/below/somewhere/{n}/*"}} for n in range(40)]
    staff = {"id": "staff", "lane": "v2", "when": {"list": "staff"}}
    for digest, ids in (("1" * 64, before), ("2" * 64, after)):
        world.upload_list(digest, ids)
        entry = {"digest": digest, "ids": len(ids), "shards": shards, "salt": "ab12"}
        world.save(release(rules=[staff, *long], lists={"staff": entry}))
        record = world.publish()
        assert record.status == PUBLISHED

    assert record.keys > 90
    assert record.updates <= 3
    assert "c.2.2" in world.store.items


def test_a_long_publication_says_how_far_it_is() -> None:
    world = World()
    world.register()
    ids = [f"user{number}" for number in range(150_000)]
    world.upload_list("1" * 64, ids)
    entry = {"digest": "1" * 64, "ids": len(ids), "shards": plan_list(len(ids)).shards, "salt": "ab12"}
    rules = [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}]
    world.save(release(rules=rules, lists={"staff": entry}))
    told: list[str] = []

    def listen(moment: str, call: str) -> None:
        if (moment, call) == ("before", "store.update_keys"):
            told.extend(
                record.progress for record in world.control_plane().records.log.recent(1) if record.progress not in told
            )

    record = world.publish(listen)

    assert told == ["", f"10 of {record.updates} calls", f"20 of {record.updates} calls"]
    assert record.progress == ""


def test_who_waits_sees_how_far_it_is() -> None:
    records = iter(
        [
            None,
            Record(7, "stream", progress="10 of 21 calls"),
            Record(7, "stream").closed(PUBLISHED, 1),
        ]
    )
    said: list[str] = []

    await_publication(lambda: next(records), tell=said.append, wait=lambda _seconds: None)

    assert said == ["waiting for sync", "publication 7: running, 10 of 21 calls", "publication 7: published"]
