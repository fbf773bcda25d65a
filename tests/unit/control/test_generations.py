"""Parts and lists: what is written first, how much is written, and what is removed ten minutes later."""

import pytest
from tests.support.aws.strict_store import StrictStore
from tests.support.control.world import BUCKET, World, release
from tests.support.edge.api_function import the_edge

from gray.edge.config import stamped
from gray.publish.records.publication_log import PUBLISHED
from gray.publish.repair.cleanup import GRACE_SECONDS, clean_up

BIG = [{"id": f"r{n}", "lane": "v2", "when": {"path": f"/quite/far/below/somewhere/{n}/*"}} for n in range(22)]
STAFF = {"id": "staff", "lane": "v2", "when": {"list": "staff"}}


def with_list(digest: str, percent: float | None = None, shards: int = 3) -> object:
    lists = {"staff": {"digest": digest, "ids": 2, "shards": shards, "salt": "ab12"}}
    ramp = [] if percent is None else [{"id": "ramp", "lane": "v2", "percent": percent}]
    return release(rules=[STAFF, *ramp], lists=lists)


@pytest.fixture
def world() -> World:
    world = World()
    world.register()
    return world


def test_parts_go_before_the_config_that_needs_them(world: World) -> None:
    world.save(release(rules=BIG))
    world.publish()

    states = [set(state) for state in world.store.history]
    first_with_config = next(state for state in states if "config" in state)

    assert {"c.1.1", "c.1.2"} <= first_with_config
    assert states[1] == {"fence", "c.1.1", "c.1.2"}


def test_the_generation_before_stays_ten_minutes(world: World) -> None:
    world.save(release(rules=BIG))
    world.publish()
    world.save(release(rules=BIG[1:]))
    world.publish()

    world.time += GRACE_SECONDS - 1
    assert clean_up(world.control_plane()) == 0
    assert "c.1.1" in world.store.items

    world.time += 1
    assert clean_up(world.control_plane()) == 2
    assert "c.1.1" not in world.store.items
    assert "c.2.1" in world.store.items
    assert clean_up(world.control_plane()) == 0


def test_what_a_stopped_run_left_is_removed_too(world: World) -> None:
    world.save(release(rules=BIG))

    def stop(moment: str, call: str) -> None:
        if (moment, call) == ("after", "store.update_keys"):
            raise OSError("the Lambda is gone")

    with pytest.raises(OSError, match="gone"):
        world.publish(stop)
    world.scheduled()
    world.time += GRACE_SECONDS

    assert "c.1.1" in world.store.items
    clean_up(world.control_plane())
    assert not any(key.startswith("c.1.") for key in world.store.items)


def test_nothing_is_removed_while_a_publication_is_unfinished(world: World) -> None:
    world.save(release(rules=BIG))
    world.publish()
    world.save(release(rules=BIG[1:]))
    world.publish()
    world.time += GRACE_SECONDS
    world.save(release(rules=BIG[2:]))

    def stop(moment: str, call: str) -> None:
        if (moment, call) == ("before", "ssm.put_parameter"):
            raise OSError("the Lambda is gone")

    with pytest.raises(OSError, match="gone"):
        world.publish(stop)

    assert clean_up(world.control_plane()) == 0


def test_a_list_is_asked_by_the_edge(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    world.save(with_list("1" * 64))  # type: ignore[arg-type]

    assert world.publish().status == PUBLISHED

    lanes = {v: the_edge().ask(world.store.fresh(), v, world.time).lane for v in ("bob", "ann")}
    assert lanes == {"bob": "v2", "ann": "v1"}


def test_updates_follow_the_number_of_changed_ids(world: World) -> None:
    ids = [f"user{n}" for n in range(20_000)]
    world.upload_list("1" * 64, ids)
    world.upload_list("2" * 64, [*ids, "bob"])
    world.save(with_list("1" * 64, shards=150))  # type: ignore[arg-type]
    assert world.publish().updates == 5  # 150 shards at 49 a call, and the config
    world.save(with_list("2" * 64, shards=150), ids_only_added={"staff": True})  # type: ignore[arg-type]

    record = world.publish()

    assert (record.updates, record.keys) == (1, 3)  # one shard, the config and the fence
    assert the_edge().ask(world.store.fresh(), "bob", world.time).lane == "v2"


def test_a_change_of_a_rule_writes_no_shard(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    world.save(with_list("1" * 64, 10, shards=150))  # type: ignore[arg-type]
    world.publish()
    world.save(with_list("1" * 64, 20, shards=150))  # type: ignore[arg-type]

    record = world.publish()

    assert (record.updates, record.keys) == (1, 2)


def test_a_list_that_did_not_change_is_not_built_again(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    world.save(with_list("1" * 64, 10))  # type: ignore[arg-type]
    world.publish()
    world.save(with_list("1" * 64, 20))  # type: ignore[arg-type]
    files: list[str] = []

    def note(moment: str, call: str) -> None:
        if (moment, call) == ("before", "s3.get_object"):
            files.append(call)

    world.publish(note)

    assert files == ["s3.get_object"]  # the set, and no list
    assert the_edge().ask(world.store.fresh(), "bob", world.time).lane == "v2"


def test_a_set_in_s3_that_somebody_changed_is_not_believed(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    world.save(with_list("1" * 64, 10))  # type: ignore[arg-type]
    world.publish()
    body = world.s3.objects[BUCKET, "edge-config.json"]["Body"]
    world.s3.put_object(Bucket=BUCKET, Key="edge-config.json", Body=body.replace(b'"1', b'"1AAAA'))
    world.save(with_list("1" * 64, 20))  # type: ignore[arg-type]

    world.publish()

    assert not any("AAAA" in value for key, value in world.store.items.items() if key.startswith("s."))


@pytest.mark.parametrize("stopped_after", [1, 2, 3])
def test_shards_of_a_run_that_stopped_are_not_taken_for_right(world: World, stopped_after: int) -> None:
    """Published: list 1. A run for list 2 stops half-way. Then list 1 again: what list 2 left must go."""
    ids = [f"user{n}" for n in range(20_000)]
    world.upload_list("1" * 64, ids)
    world.upload_list("2" * 64, [f"other{n}" for n in range(20_000)])
    world.save(with_list("1" * 64, shards=150))  # type: ignore[arg-type]
    world.publish()
    right = {key: value for key, value in world.store.items.items() if key.startswith("s.")}
    world.save(with_list("2" * 64, shards=150))  # type: ignore[arg-type]
    updates = 0

    def stop(moment: str, call: str) -> None:
        nonlocal updates
        updates += (moment, call) == ("after", "store.update_keys")
        if updates == stopped_after:
            raise OSError("the Lambda is gone")

    with pytest.raises(OSError, match="gone"):
        world.publish(stop)
    world.save(with_list("1" * 64, shards=150))  # type: ignore[arg-type]
    world.publish()

    assert {key: value for key, value in world.store.items.items() if key.startswith("s.")} == right


def test_a_kill_keeps_the_lists_for_the_resume(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    world.save(with_list("1" * 64))  # type: ignore[arg-type]
    world.publish()
    world.kill()
    world.publish()
    world.time += GRACE_SECONDS
    clean_up(world.control_plane())

    world.resume()
    record = world.publish()

    assert record.keys == 2
    assert the_edge().ask(world.store.fresh(), "bob", world.time).lane == "v2"


def test_a_list_no_longer_named_is_removed(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    world.save(with_list("1" * 64))  # type: ignore[arg-type]
    world.publish()
    world.save(release(20))
    world.publish()
    world.time += GRACE_SECONDS

    assert clean_up(world.control_plane()) == 3
    assert set(world.store.items) == {"config", "fence"}


def test_a_list_that_is_named_again_in_time_stays(world: World) -> None:
    world.upload_list("1" * 64, ["bob"])
    for new in (with_list("1" * 64), release(20), with_list("1" * 64)):
        world.save(new)  # type: ignore[arg-type]
        world.publish()
    world.time += GRACE_SECONDS

    clean_up(world.control_plane())

    assert the_edge().ask(world.store.fresh(), "bob", world.time).lane == "v2"


def test_a_list_whose_file_is_missing_is_refused(world: World) -> None:
    world.save(with_list("9" * 64))  # type: ignore[arg-type]

    record = world.publish()

    assert record.status == "refused"
    assert "staff" in record.errors[0]
    assert world.store.items == {}


def test_the_store_says_validation_for_a_stale_etag() -> None:
    """AWS does not say which error that is: both are understood."""
    world = World(store=StrictStore(stale="ValidationException"))
    world.register()
    world.save(release(20))
    raced = iter([True])

    def race(moment: str, call: str) -> None:
        if (moment, call) == ("before", "store.update_keys") and next(raced, False):
            world.store.tamper({"other": "x"})

    assert world.publish(race).status == PUBLISHED
    assert stamped(world.config).revision == 1  # type: ignore[union-attr]
