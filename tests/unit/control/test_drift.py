"""What somebody changes by hand is found and repaired; a direct kill is followed; an old table is left to a person."""

from collections.abc import Callable

import pytest
from tests.support.control.world import BUCKET, PREFIX, World, release
from tests.support.edge.api_function import VIEWERS, Answer, the_edge

from gray.edge.config import stamped
from gray.publish.repair.drift import check_drift

HOUR = 3600


@pytest.fixture
def world() -> World:
    world = World()
    world.register()
    world.save(release(20))
    world.scheduled()
    return world


def _answers(world: World) -> dict[str, Answer]:
    return {viewer: the_edge().ask(world.store.fresh(), viewer, world.time) for viewer in VIEWERS}


def found(world: World, *, every: int = 0, repair: bool = True) -> list[str]:
    return [str(drift) for drift in check_drift(world.control_plane(), every=every, repair=repair)]


def test_nothing_is_found_where_nothing_was_changed(world: World) -> None:
    assert found(world) == []


def test_it_costs_two_paid_calls_and_happens_once_an_hour(world: World) -> None:
    before = len(world.store.calls)
    assert found(world, every=HOUR) == []
    assert world.store.calls[before:] == ["DescribeKeyValueStore", "ListKeys"]

    world.time += HOUR - 1
    assert found(world, every=HOUR) == []
    assert len(world.store.calls) == before + 2

    world.time += 1
    assert found(world, every=HOUR) == []
    assert len(world.store.calls) == before + 4


def _config_changed(world: World) -> None:
    world.store.tamper({"config": world.config.replace("2000", "9000")})


def _config_of_a_higher_revision(world: World) -> None:
    world.store.tamper({"config": world.config.replace("2a|1|1|1|", "2a|1|1|99|", 1)})


def _config_gone(world: World) -> None:
    world.store.tamper({"config": None})


def _fence_raised(world: World) -> None:
    world.store.tamper({"fence": "4000"})


def _fence_gone(world: World) -> None:
    world.store.tamper({"fence": None})


def _store_emptied(world: World) -> None:
    world.store.tamper(dict.fromkeys(world.store.items))


def _key_added(world: World) -> None:
    world.store.tamper({"c.77.1": "77|x"})


def _s3_changed(world: World) -> None:
    world.s3.put_object(Bucket=BUCKET, Key="edge-config.json", Body=b'{"data":[{"key":"config","value":"x"}]}')


def _s3_gone(world: World) -> None:
    del world.s3.objects[BUCKET, "edge-config.json"]


def _parameter_changed(world: World) -> None:
    text = world.current.text().replace('"state":"active"', '"state":"killed"').replace('"sequence":1', '"sequence":99')
    world.ssm.values[f"{PREFIX}/current"].append(text)


def _parameter_gone(world: World) -> None:
    del world.ssm.values[f"{PREFIX}/current"]


def _everything(world: World) -> None:
    for tampering in (_store_emptied, _s3_gone, _parameter_gone):
        tampering(world)


TAMPERINGS: list[tuple[Callable[[World], None], str]] = [
    (_config_changed, "store: config was changed"),
    (_config_of_a_higher_revision, "store: config was changed"),
    (_config_gone, "store: config is missing"),
    (_fence_raised, "store: fence is 4000, publication 1 left its own number"),
    (_fence_gone, "store: fence is 0, publication 1 left its own number"),
    (_store_emptied, "store: config is missing"),
    (_key_added, "store: c.77.1 is not known"),
    (_s3_changed, "s3: edge-config.json was changed"),
    (_s3_gone, "s3: edge-config.json is missing"),
    (_parameter_changed, "parameter: current was changed"),
    (_parameter_gone, "parameter: current is missing"),
    (_everything, "parameter: current is missing"),
]


@pytest.mark.parametrize(("tamper", "what"), TAMPERINGS)
def test_drift_is_found_and_repaired(world: World, tamper: Callable[[World], None], what: str) -> None:
    tamper(world)

    assert what in found(world)

    assert found(world) == []
    there = stamped(world.config)
    assert there
    assert (there.revision, there.state) == (1, "active")
    assert (world.current.revision, world.current.state) == (1, "active")
    assert '"ramp"' in world.config


@pytest.mark.parametrize(("tamper", "what"), TAMPERINGS)
def test_a_run_before_the_check_does_not_hide_it_nor_make_it_worse(
    world: World, tamper: Callable[[World], None], what: str
) -> None:
    tamper(world)

    assert world.scheduled().record is None
    assert what in found(world)
    assert found(world) == []


def test_drift_can_be_looked_for_without_repair(world: World) -> None:
    _config_changed(world)
    config = world.config

    assert found(world, repair=False) == ["store: config was changed"]
    assert world.config == config


def test_while_head_is_refused_what_was_published_is_put_back_from_s3(world: World) -> None:
    before = _answers(world)
    until = world.current.until
    world.save(release(20, lanes=["v2", "v3"], rules=[{"id": "a", "lane": "v3", "percent": 5}]))
    _store_emptied(world)

    assert "store: config is missing" in found(world)

    assert _answers(world) == before
    assert (world.current.revision, world.current.until) == (1, until)
    assert found(world) == []


def test_while_head_is_refused_a_direct_kill_is_followed_and_not_undone(world: World) -> None:
    world.save(release(20, lanes=["v2", "v3"], rules=[{"id": "a", "lane": "v3", "percent": 5}]))
    world.scheduled()
    world.kill_directly()

    assert "store: config was changed" in found(world)

    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author) == ("killed", "direct")
    assert world.config.startswith("2k|")
    assert found(world) == []


def test_a_direct_kill_is_no_drift_to_undo(world: World) -> None:
    world.kill_directly(cause="d1")

    assert "store: fence is 2 direct d1, publication 1 left its own number" in found(world)

    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author) == ("killed", "direct")
    assert world.config.startswith("2k|")
    assert world.current.state == "killed"
    assert found(world) == []


def test_an_older_table_is_reported_and_left_to_a_person(world: World) -> None:
    backup = dict(world.dynamodb.table)
    world.save(release(50))
    world.publish()
    world.dynamodb.table = backup
    config = world.config

    assert "table: head is older than what is published; run `grayctl rebuild`" in found(world)
    assert world.config == config


def test_nothing_is_compared_while_a_publication_is_under_way(world: World) -> None:
    world.save(release(30))

    def stop(moment: str, call: str) -> None:
        if (moment, call) == ("after", "store.update_keys"):
            raise OSError("the Lambda is gone")

    with pytest.raises(OSError, match="gone"):
        world.publish(stop)

    assert found(world) == []
    assert stamped(world.config).revision == 2  # type: ignore[union-attr]


def test_what_was_read_during_a_publication_is_not_believed(world: World) -> None:
    def publish(moment: str, call: str) -> None:
        if (moment, call) == ("after", "store.list_keys") and not world.unhealthy:
            world.unhealthy["v9"] = "once"
            world.save(release(30))
            world.publish()

    assert check_drift(world.control_plane(publish), every=0) == []
    assert stamped(world.config).revision == 2  # type: ignore[union-attr]
