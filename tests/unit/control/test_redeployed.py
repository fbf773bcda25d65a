"""An environment that was destroyed and is deployed again under its name, in one account.

All its services are new but Parameter Store: a stack that was deleted in the console leaves `current` there.
"""

import pytest
from tests.support.control.world import PREFIX, World, release

from gray.edge.config import stamped
from gray.history.revision import ACTIVE, KILLED
from gray.publish.records.publication_log import PUBLISHED

DAY = 24 * 3600


@pytest.fixture
def former() -> World:
    """An environment with a history: 3 publications."""
    world = World()
    world.register()
    for percent in (5, 10, 20):
        world.save(release(percent))
        assert world.scheduled().record
    assert world.current.sequence == 3
    return world


def deployed_again(former: World) -> World:
    """What was in Parameter Store is still there; the lane has registered itself anew."""
    world = World(ssm=former.ssm, time=former.time)
    world.register(api="api9")
    return world


def first_release(world: World, *, by: str) -> None:
    world.save(release(50))
    record = world.scheduled().record if by == "schedule" else world.publish()
    assert record
    assert record.status == PUBLISHED, record.errors


@pytest.mark.parametrize("by", ["schedule", "hand"])
def test_a_kill_of_the_former_one_kills_nothing_here(former: World, by: str) -> None:
    former.kill()
    former.scheduled()
    world = deployed_again(former)

    first_release(world, by=by)

    assert (world.current.state, world.current.revision) == (ACTIVE, 1)  # what gray's API reads, and else answers 421
    published = stamped(world.config)
    assert published
    assert (published.sequence, published.state) == (world.current.sequence, ACTIVE)


@pytest.mark.parametrize("by", ["schedule", "hand"])
def test_a_lease_of_the_former_one_that_lapsed_refuses_nothing_here(former: World, by: str) -> None:
    world = deployed_again(former)
    world.time += 2 * DAY

    first_release(world, by=by)

    assert world.current.until > world.time
    assert world.current.epoch == 1


def test_what_follows_is_an_ordinary_life(former: World) -> None:
    world = deployed_again(former)
    first_release(world, by="schedule")

    assert world.scheduled().record is None
    world.kill()
    assert world.scheduled().record
    assert world.current.state == KILLED
    world.resume()
    world.scheduled()
    assert world.current.state == ACTIVE


def test_a_kill_before_the_first_release_reaches_the_store_at_once(former: World) -> None:
    """Nobody was ever led to gray here, so what the parameter says in the meantime hurts nobody."""
    world = deployed_again(former)
    world.save(release(50))
    world.kill()

    world.scheduled()

    published = stamped(world.config)
    assert published
    assert published.state == KILLED


def test_a_store_that_holds_a_kill_is_believed_whatever_the_table_has_lost(former: World) -> None:
    former.kill()
    former.scheduled()
    world = World(ssm=former.ssm, store=former.store, s3=former.s3, time=former.time)  # only the table is new
    world.register()
    world.save(release(50))

    world.scheduled()

    assert world.current.state == KILLED
    published = stamped(world.config)
    assert published
    assert published.state == KILLED


def test_a_table_without_its_ledger_does_not_renew_a_lapsed_lease(former: World) -> None:
    """The store is there, so it is this environment that was published, and a lapsed lease needs a person."""
    former.dynamodb.table = {key: item for key, item in former.dynamodb.table.items() if key[0] != "store"}
    former.time += 2 * DAY

    former.scheduled()

    assert former.current.until < former.time


def test_without_a_former_one_the_store_is_not_asked_whether_it_is_empty() -> None:
    world = World()
    world.register()
    world.save(release(50))
    assert f"{PREFIX}/current" not in world.ssm.values
    calls: list[str] = []

    world.scheduled(lambda moment, call: calls.append(call) if moment == "before" else None)

    assert calls.count("store.describe_key_value_store") == 1  # of the write itself
