"""An environment whose release is published."""

import pytest
from tests.support.control.world import World, release


@pytest.fixture
def world() -> World:
    """An environment with v2 registered and a first release published."""
    world = World()
    world.register()
    world.save(release(20))
    assert world.scheduled().record
    return world
