"""The kill that cannot be refused: by every way, whatever is broken, the store says killed."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.support.aws.config_table import TABLE
from tests.support.aws.memory_aws import client_error
from tests.support.control.world import BUCKET, World, release
from tests.support.control.world_services import WorldServices, ask
from tests.support.edge.api_function import VIEWERS, the_edge

from gray.dynamodb_values import to_item
from gray.history.list_files import list_file_key
from sync.runs import by_hand, by_schedule, by_stream

ROOT = Path(__file__).parents[3]
STAFF = "5" * 64
Way = Callable[[WorldServices], object]
Break = Callable[[World, WorldServices], None]


def _by_stream(services: WorldServices) -> object:
    services.world.kill()
    return by_stream(services)


def _by_schedule(services: WorldServices) -> object:
    services.world.kill()
    return by_schedule(services)


def _by_hand(services: WorldServices) -> object:
    return by_hand(services, ask("kill", invalidate=True))


def _by_alarm(services: WorldServices) -> object:
    return by_hand(services, ask("kill", cause="graylane-test-withdraw-errors-v2 2026-01-01"))


def _directly(services: WorldServices) -> object:
    return services.world.kill_directly()


WAYS: dict[str, Way] = {
    "stream": _by_stream,
    "schedule": _by_schedule,
    "by hand": _by_hand,
    "alarm": _by_alarm,
    "directly": _directly,
}


def _invalid_release(world: World, services: WorldServices) -> None:
    item: Any = {"pk": "revision", "sk": 2, "epoch": 2, "state": "active", "release": "no JSON at all"}
    head: Any = {"pk": "head", "sk": 0, "revision": 2, "epoch": 2, "state": "active"}
    for written in (item, head):
        world.dynamodb.put_item(TableName=TABLE, Item=to_item(written))


def _revision_gone(world: World, services: WorldServices) -> None:
    head: Any = {"pk": "head", "sk": 0, "revision": 7, "epoch": 2, "state": "active"}
    world.dynamodb.put_item(TableName=TABLE, Item=to_item(head))


def _lane_gone(world: World, services: WorldServices) -> None:
    world.unregister()
    world.unhealthy["v2"] = "does not answer"


def _list_missing(world: World, services: WorldServices) -> None:
    del world.s3.objects[BUCKET, list_file_key(STAFF)]


def _store_empty(world: World, services: WorldServices) -> None:
    world.store.tamper(dict.fromkeys(world.store.items))


def _store_garbage(world: World, services: WorldServices) -> None:
    world.store.tamper({"config": "garbage", "fence": "more garbage"})


def _store_ahead(world: World, services: WorldServices) -> None:
    world.store.tamper({"fence": "99999"})


def _answers_of(service: str) -> Break:
    def stop(world: World, services: WorldServices) -> None:
        services.broken = service

    return stop


def _conflicts(world: World, services: WorldServices) -> None:
    """Other operators win the first three races for HEAD, and other syncs those for the store."""
    left = {"dynamodb.transact_write_items": 3, "store.update_keys": 3}

    def refuse(call: str) -> None:
        if left.get(call, 0):
            left[call] -= 1
            if call.startswith("store"):
                world.store.tamper({"other": str(left[call])})  # so that the ETag is stale
            else:
                raise world.dynamodb.exceptions.TransactionInProgressException(
                    client_error("dynamodb", "TransactionInProgressException", 400).response, "TransactWriteItems"
                )

    services.refuse = refuse


BROKEN: dict[str, Break] = {
    "nothing": lambda world, services: None,
    "an invalid release": _invalid_release,
    "a revision that is gone": _revision_gone,
    "a lane that is gone": _lane_gone,
    "a list that is missing": _list_missing,
    "an empty store": _store_empty,
    "garbage in the store": _store_garbage,
    "a fence from nowhere": _store_ahead,
    "conflicts": _conflicts,
    "S3": _answers_of("s3"),
    "Parameter Store": _answers_of("ssm"),
    "secrets": _answers_of("secretsmanager"),
    "API Gateway": _answers_of("apigateway"),
    "events": _answers_of("events"),
    "mail": _answers_of("sns"),
}


@pytest.fixture
def services() -> WorldServices:
    """Everybody in gray, by a percentage and by a list."""
    world = World()
    world.register()
    world.upload_list(STAFF, ["bob"])
    lists = {"staff": {"digest": STAFF, "ids": 1, "shards": 1, "salt": "ab12"}}
    rules = [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}, {"id": "ramp", "lane": "v2", "percent": 100}]
    world.save(release(rules=rules, lists=lists))
    world.scheduled()
    assert _lanes(world) == {"v2"}
    return WorldServices(world)


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("way", WAYS)
def test_a_kill_is_not_refused(services: WorldServices, way: str, broken: str) -> None:
    BROKEN[broken](services.world, services)

    with suppress(Exception):  # what fails behind the store is told and repeated; the store comes first
        WAYS[way](services)

    assert services.world.store.items["config"].startswith("2k|")
    assert _lanes(services.world) == {"v1"}


@pytest.mark.parametrize("way", ["by hand", "alarm", "directly"])
def test_a_kill_needs_no_table(services: WorldServices, way: str) -> None:
    services.broken = "dynamodb"

    with suppress(Exception):
        WAYS[way](services)

    assert services.world.store.items["config"].startswith("2k|")
    services.broken = ""
    services.world.publish(force=True)
    head = services.world.control_plane().history.revisions.head()
    assert head
    assert head.killed


def test_the_store_is_written_from_one_place_where_the_guard_stands() -> None:
    """docs/decisions/0202: who wrote around `carry_out` would write around the kill guard."""
    writes = re.compile(r"\b(?:update_keys|put_key|delete_key|store\.update)\(")
    found = {
        (path.name, call)
        for folder in ("src", "tools")
        for path in (ROOT / folder).rglob("*.py")
        for call in writes.findall(path.read_text(encoding="utf-8"))
    }

    assert found == {("store.py", "update_keys("), ("writer.py", "store.update(")}


def _lanes(world: World) -> set[str]:
    return {the_edge().ask(world.store.fresh(), viewer, world.time).lane for viewer in VIEWERS}
