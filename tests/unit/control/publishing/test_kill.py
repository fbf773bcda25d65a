"""The kill of HEAD: of numbers alone, the store first, whatever else fails."""

import pytest
from tests.support.control.world import PREFIX, Moment, World, release
from tests.unit.control.publishing.calls import calls_of

from gray.edge.config import Stamp, files_text, killed_config, stamped
from gray.publish.records.publication_log import PUBLISHED


def test_the_killed_config_is_the_one_of_the_edges_format() -> None:
    assert killed_config(7, 3, 2) == f"2k|2|7|3{'|' * 11}{files_text()}|;"


def test_a_kill_is_published_from_numbers_alone(world: World) -> None:
    world.kill()
    world.ssm.values[f"{PREFIX}/lanes/v2"] = ["garbage"]
    world.secrets.values.clear()
    world.unhealthy["v2"] = "down"
    for revision in (1, 2):
        world.dynamodb.table["revision", revision]["release"] = {"S": "garbage"}

    record = world.publish()

    assert record.status == PUBLISHED
    assert world.config == killed_config(2, 2, 2)
    assert (world.current.state, world.current.epoch) == ("killed", 2)


def test_a_kill_writes_the_store_before_anything_else(world: World) -> None:
    world.kill()

    calls = calls_of(world, world.publish)

    writes = [call for call in calls if "update" in call or "put" in call]
    assert writes[:2] == ["dynamodb.update_item", "store.update_keys"]  # its sequence, and the store


def test_a_kill_works_on_a_table_that_was_restored_to_an_earlier_time(world: World) -> None:
    backup = dict(world.dynamodb.table)
    for percent in (30, 10, 40):
        world.save(release(percent))
        world.publish()
    world.dynamodb.table = backup
    world.kill()

    record = world.publish()

    assert record.status == PUBLISHED
    assert world.config == killed_config(5, 4, 2)
    assert world.current.state == "killed"


def test_a_kill_that_was_resumed_meanwhile_is_not_written(world: World) -> None:
    def resume(moment: Moment, call: str) -> None:
        if (moment, call) == ("before", "store.describe_key_value_store") and not world.unhealthy:
            world.unhealthy["v9"] = "once"
            world.resume()
            world.publish()

    world.kill()

    assert world.publish(resume).status == "superseded"
    assert world.current.state == "active"


def test_a_kill_goes_on_when_everything_behind_the_store_fails(world: World) -> None:
    world.kill()

    def fail(moment: Moment, call: str) -> None:
        if call in ("ssm.put_parameter", "s3.put_object", "events.put_events"):
            raise OSError(call)

    with pytest.raises(ExceptionGroup):
        world.publish(fail)

    assert world.config == killed_config(2, 2, 2)
    record = world.control_plane().records.log.recent(1)[0]
    assert record.errors == ["ssm.put_parameter", "s3.put_object", "events.put_events"]
    world.scheduled()
    assert world.current.state == "killed"


def test_gray_apis_call_stables_function_while_killed(world: World) -> None:
    world.kill()
    world.publish()
    assert world.switched == {"v2": False}

    world.switched.clear()  # the lane is deployed again
    world.scheduled()
    assert world.switched == {"v2": False}

    world.resume()
    world.publish()
    assert world.switched == {"v2": True}


def test_a_resume_publishes_the_release_again(world: World) -> None:
    world.kill()
    world.publish()
    world.resume()

    assert world.publish().status == PUBLISHED
    assert stamped(world.config) == Stamp(3, 3, 3, until=1800086401)
