"""A lane that fails or vanishes is withdrawn; one that was deployed anew is followed."""

from tests.support.control.world import World

from gray.publish.records.publication_log import PUBLISHED


def test_a_lane_is_withdrawn_at_the_third_failure_running(world: World) -> None:
    world.unhealthy["v2"] = "down"
    assert [world.scheduled().withdrawn for _ in range(2)] == [(), ()]
    world.unhealthy.clear()
    world.scheduled()
    world.unhealthy["v2"] = "down"
    assert [world.scheduled().withdrawn for _ in range(2)] == [(), ()]

    assert world.scheduled().withdrawn == ("v2",)
    assert world.current.lanes == {}
    assert "v2" not in world.config
    assert world.warned == ["Lane v2 withdrawn in test: lane v2 is withdrawn: down"]


def test_a_withdrawn_lane_comes_back_at_a_persons_word_only(world: World) -> None:
    world.unhealthy["v2"] = "down"
    for _ in range(3):
        world.scheduled()
    world.unhealthy.clear()

    assert world.scheduled().record is None
    assert world.current.lanes == {}
    assert world.publish(person="anna").status == PUBLISHED
    assert world.current.lanes == {"v2": ":api2:a/live"}


def test_a_lane_that_vanishes_is_withdrawn_at_once_and_its_adoption_undone(world: World) -> None:
    world.unregister()

    run = world.scheduled()

    assert run.withdrawn == ("v2",)
    assert world.current.lanes == {}
    assert world.apigateway.keys == set()
    assert world.scheduled().record is None


def test_a_lane_that_was_deployed_anew_is_followed(world: World) -> None:
    world.register(api="api9")

    run = world.scheduled()

    assert run.why == "lanes"
    assert "::api9:a/live," in world.config
