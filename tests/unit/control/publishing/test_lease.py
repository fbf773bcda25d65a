"""The lease: renewed by the schedule while it runs, and by a person when it has lapsed."""

from tests.support.control.world import World, release

from gray.publish.records.publication_log import PUBLISHED, REFUSED

DAY = 24 * 3600


def test_the_lease_is_renewed_at_half_its_length(world: World) -> None:
    world.time += DAY / 2 - 1
    assert world.scheduled().record is None

    world.time += 1
    run = world.scheduled()

    assert run.why == "lease"
    assert world.current.until == int(world.time) + DAY
    assert world.current.epoch == 1


def test_a_lapsed_lease_is_not_renewed_by_the_schedule(world: World) -> None:
    world.time += DAY + 1

    run = world.scheduled()

    assert run.record is None
    assert run.lapsed


def test_a_person_renews_a_lapsed_lease_in_a_new_epoch(world: World) -> None:
    world.time += DAY + 1

    record = world.publish(person="bob")

    assert (record.status, record.revision, record.epoch) == (PUBLISHED, 2, 2)
    head = world.control_plane().history.revisions.current()
    assert head
    assert (head.author, head.document) == ("bob", world.control_plane().history.revisions.get(1).document)


def test_a_persons_new_revision_renews_a_lapsed_lease_in_a_new_epoch(world: World) -> None:
    world.time += DAY + 1
    world.save(release(30))

    assert world.scheduled().record
    assert (world.current.revision, world.current.epoch) == (3, 2)


def test_a_plans_new_revision_does_not_renew_a_lapsed_lease(world: World) -> None:
    world.time += DAY + 1
    world.save(release(30), via="plan")

    record = world.scheduled().record

    assert record
    assert (record.status, world.current.revision) == (REFUSED, 1)
