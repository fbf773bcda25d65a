"""The services of an environment that has a release, not published yet."""

from collections.abc import Iterator

import pytest
from tests.support.control.world import World, release
from tests.support.control.world_services import WorldServices

from sync.telemetry import metrics


@pytest.fixture
def world() -> World:
    world = World()
    world.register()
    world.save(release(20))
    return world


@pytest.fixture
def services(world: World) -> Iterator[WorldServices]:
    metrics.clear_metrics()
    yield WorldServices(world)
    metrics.clear_metrics()
