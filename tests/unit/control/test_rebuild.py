"""The disaster runbook (docs/runbooks/rebuild-the-edge.md), case by case."""

import json
from urllib.parse import unquote

import pytest
from tests.support.aws.memory_aws import MemorySecrets
from tests.support.control.world import BUCKET, KEYS, World, release
from tests.support.edge.api_function import VIEWERS, Answer, the_edge

from gray.edge.config import FIELDS, stamped
from gray.publish.publisher import PublishRequest
from gray.publish.records.publication_log import PUBLISHED, REFUSED, Record
from gray.publish.repair.drift import check_drift
from gray.publish.repair.rebuild import rebuild

STAFF = "5" * 64
ODD = "plain ! ~ * ' ( ) % | , : text"


@pytest.fixture
def world() -> World:
    """A release with enough rules to need parts, and a user list."""
    world = World()
    world.register()
    world.upload_list(STAFF, ["bob", "emil"])
    rules = [{"id": f"r{n}", "lane": "v2", "when": {"path": f"/quite/far/below/somewhere/{n}/*"}} for n in range(16)]
    staff = {"id": "staff", "lane": "v2", "when": {"list": "staff"}}
    lists = {"staff": {"digest": STAFF, "ids": 2, "shards": 3, "salt": "ab12"}}
    world.save(release(rules=[*rules, staff, {"id": "ramp", "lane": "v2", "percent": 20}], lists=lists))
    assert world.scheduled().record
    assert stamped(world.config).parts  # type: ignore[union-attr]
    return world


def answers(world: World) -> dict[str, Answer]:
    return {viewer: the_edge().ask(world.store.fresh(), viewer, world.time) for viewer in VIEWERS}


def run(world: World, source: str = "revisions") -> Record:
    return rebuild(world.control_plane(), PublishRequest("manual", id="x", person="anna"), source=source)


def empty(world: World) -> None:
    world.store.tamper(dict.fromkeys(world.store.items))


def test_an_emptied_store_from_the_revisions(world: World) -> None:
    before = answers(world)
    empty(world)
    assert {answer.lane for answer in answers(world).values()} == {"v1"}

    assert run(world).status == PUBLISHED

    assert answers(world) == before
    assert check_drift(world.control_plane(), every=0, repair=False) == []


def test_an_emptied_store_from_s3_without_the_table(world: World) -> None:
    before = answers(world)
    empty(world)
    world.dynamodb.table.clear()

    record = run(world, "s3")

    assert (record.status, record.revision) == (PUBLISHED, 1)
    assert answers(world) == before
    assert world.control_plane().records.log.by_id("x")


def test_from_s3_while_the_table_is_as_it_was(world: World) -> None:
    empty(world)

    assert run(world, "s3").status == PUBLISHED
    assert check_drift(world.control_plane(), every=0, repair=False) == []


def test_without_a_set_in_s3(world: World) -> None:
    del world.s3.objects[BUCKET, "edge-config.json"]

    assert run(world, "s3").status == REFUSED


def test_after_the_table_was_restored_to_an_earlier_time(world: World) -> None:
    backup = dict(world.dynamodb.table)
    for percent in (30, 10, 40):
        world.save(release(percent))
        world.publish()
    lost = stamped(world.config)
    assert lost
    world.dynamodb.table = backup

    record = run(world)

    now = stamped(world.config)
    assert now
    assert record.status == PUBLISHED
    assert now.revision > lost.revision
    assert now.epoch > lost.epoch
    assert now.sequence > lost.sequence
    assert (
        world.control_plane().history.revisions.get(now.revision).document
        == world.control_plane().history.revisions.get(1).document
    )
    assert check_drift(world.control_plane(), every=0, repair=False) == []


def test_when_everything_but_the_table_is_gone(world: World) -> None:
    before = answers(world)
    empty(world)
    del world.s3.objects[BUCKET, "edge-config.json"]
    world.ssm.values.clear()
    world.register()

    assert run(world).status == PUBLISHED
    assert answers(world) == before


def test_a_killed_environment_is_rebuilt_killed(world: World) -> None:
    world.kill()
    world.publish()
    empty(world)

    run(world)

    assert world.config.startswith("2k|")


def test_the_identity_secret_is_quoted_alike_by_a_publication_and_by_a_rebuild_from_s3() -> None:
    world = World(secrets=MemorySecrets({"edge-keys": json.dumps({**KEYS, "identity": ODD})}))
    world.register()
    world.save(release(20, identity={"kind": "signed", "sources": ["cookie:uid"]}))
    assert world.publish().status == PUBLISHED
    published = world.config

    assert run(world, "s3").status == PUBLISHED

    assert world.config == published
    assert unquote(published.split("|")[FIELDS.index("identity_key")]) == ODD
    world.scheduled()
    assert check_drift(world.control_plane(), every=0, repair=False) == []
