"""A kill written straight into the store: HEAD follows it."""

from tests.support.control.world import Moment, World, release

from gray.edge.config import Fence, killed_config, stamped
from gray.publish.records.publication_log import PUBLISHED


def test_head_follows_a_direct_kill_at_the_next_publication(world: World) -> None:
    killed = world.kill_directly()
    assert world.config == killed.config == killed_config(2, 1, 2)
    world.save(release(50))

    world.publish()

    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author, head.number) == ("killed", "direct", 3)
    assert stamped(world.config) == stamped(killed_config(2, 3, 2)) or world.config.startswith("2k|")
    assert not Fence.parse(world.store.items["fence"]).direct


def test_a_direct_kill_of_an_empty_store() -> None:
    world = World()

    assert world.kill_directly().config == killed_config(1, 0, 1)


def test_a_direct_kill_that_head_knows_is_left_behind_by_a_resume(world: World) -> None:
    world.kill()
    world.publish()
    killed = world.kill_directly()
    world.control_plane().history.revisions.kill(author="anna", reason="kill --direct", via="cli", cause=killed.cause)
    world.resume()

    assert world.publish().status == PUBLISHED
    assert world.current.state == "active"


def test_a_direct_kill_that_nobody_told_head_of_outlives_a_resume_whatever_the_clocks_say(world: World) -> None:
    world.kill()
    world.publish()
    world.kill_directly()
    world.resume()

    world.publish()

    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.state, head.author) == ("killed", "direct")
    world.resume()
    assert world.publish().status == PUBLISHED
    assert world.current.state == "active"


def test_a_direct_kill_goes_through_conflicts(world: World) -> None:
    raced = iter(range(5))

    def race(moment: Moment, call: str) -> None:
        if (moment, call) == ("before", "store.update_keys") and next(raced, None) is not None:
            world.store.tamper({"other": "x"})

    world.kill_directly(race)

    assert world.config.startswith("2k|")
