"""Revisions: immutable, without a hole, one winner of two operators, and a kill that cannot be refused."""

import json
from typing import Any

import pytest
from tests.support.aws.config_table import TABLE
from tests.support.control.world import Interposed, Moment, World, release

from gray.dynamodb_values import to_item
from gray.history.revision import AlreadyDone, Conflict, Head, NotPossible
from gray.history.revisions import Revisions

WHO: dict[str, Any] = {"author": "anna", "reason": "test", "via": "cli"}


@pytest.fixture
def world() -> World:
    return World()


def test_the_first_revision(world: World) -> None:
    saved = world.save(release(20))

    assert (saved.number, saved.parent, saved.epoch, saved.state) == (1, 0, 1, "active")
    assert world.control_plane().history.revisions.head() == Head(1, 1, "active")
    assert saved.release() == release(20)


@pytest.mark.parametrize(("percent", "epoch"), [(30, 1), (20, 1), (10, 2)])
def test_the_epoch_rises_unless_a_change_only_adds(world: World, percent: float, epoch: int) -> None:
    world.save(release(20))

    assert world.save(release(percent)).epoch == epoch


def test_of_two_operators_one_wins_and_the_other_sees_what_won(world: World) -> None:
    world.save(release(20))
    revisions = world.control_plane().history.revisions
    base = revisions.head()
    won = revisions.save(release(30), base=base, **WHO)

    with pytest.raises(Conflict, match="revision 2 by anna") as conflict:
        revisions.save(release(40), base=base, **WHO)

    assert conflict.value.theirs == won
    assert [revision.number for revision in revisions.history()] == [2, 1]


def test_the_second_first_revision_is_a_conflict_too(world: World) -> None:
    world.save(release(20))

    with pytest.raises(Conflict):
        world.control_plane().history.revisions.save(release(20), base=None, **WHO)


def test_a_lost_answer_is_no_conflict(world: World) -> None:
    """The transaction was done, its answer lost, and botocore's repetition is cancelled by our own write."""
    done: list[Any] = []

    class Twice:
        exceptions = world.dynamodb.exceptions

        def __getattr__(self, name: str) -> Any:
            return getattr(world.dynamodb, name)

        def transact_write_items(self, **given: Any) -> Any:
            done.append(world.dynamodb.transact_write_items(**given))
            return world.dynamodb.transact_write_items(**given)

    saved = Revisions(Twice(), TABLE).save(release(20), base=None, **WHO)  # type: ignore[arg-type]

    assert len(done) == 1
    assert world.control_plane().history.revisions.head() == saved.head


def test_a_kill_keeps_the_document_and_raises_the_epoch(world: World) -> None:
    saved = world.save(release(20))

    killed = world.kill()

    assert (killed.number, killed.state, killed.epoch) == (2, "killed", 2)
    assert killed.document == saved.document
    assert world.control_plane().history.revisions.head() == Head(2, 2, "killed", "anna")


@pytest.mark.parametrize("document", ["", "garbage", "[]", '{"rules": 7}'])
def test_a_kill_needs_no_valid_release(world: World, document: str) -> None:
    item: Any = {"pk": "revision", "sk": 1, "epoch": 4, "state": "active", "release": document}
    world.dynamodb.put_item(TableName=TABLE, Item=to_item(item))
    world.dynamodb.put_item(
        TableName=TABLE, Item=to_item({"pk": "head", "sk": 0, "revision": 1, "epoch": 4, "state": "active"})
    )

    killed = world.kill()

    assert (killed.number, killed.epoch, killed.document) == (2, 5, document)


def test_a_kill_needs_no_revision_at_all(world: World) -> None:
    assert world.kill().number == 1


def test_a_kill_needs_not_even_the_revision_that_head_names(world: World) -> None:
    world.save(release(20))
    del world.dynamodb.table["revision", 1]

    assert world.kill().state == "killed"


def test_a_kill_goes_through_conflicts(world: World) -> None:
    world.save(release(1))
    others = iter(range(2, 12))

    def interrupt(moment: Moment, call: str) -> None:
        if (moment, call) == ("before", "dynamodb.transact_write_items"):
            for percent in others:
                world.save(release(percent))
                break

    client: Any = Interposed("dynamodb", world.dynamodb, interrupt)
    killed = Revisions(client, TABLE, wait=world.sleep).kill(**WHO)

    assert (killed.number, killed.state) == (12, "killed")


def test_killing_twice_is_one_kill(world: World) -> None:
    world.save(release(20))

    assert world.kill() == world.kill()


def test_one_state_change_of_an_alarm_kills_once(world: World) -> None:
    world.save(release(20))
    revisions = world.control_plane().history.revisions
    revisions.kill(author="alarm:x", reason="r", via="sync", cause="x@12:00")
    world.resume()

    with pytest.raises(AlreadyDone):
        revisions.kill(author="alarm:x", reason="r", via="sync", cause="x@12:00")
    assert revisions.kill(author="alarm:x", reason="r", via="sync", cause="x@12:05").state == "killed"


def test_resume_brings_the_same_people_back_in_a_new_epoch(world: World) -> None:
    world.save(release(20))
    world.kill()

    resumed = world.resume()

    assert (resumed.state, resumed.epoch) == ("active", 3)
    assert resumed.release().salt == release(20).salt


def test_only_resume_un_kills(world: World) -> None:
    world.save(release(20))
    world.save(release(40))
    world.kill()
    revisions = world.control_plane().history.revisions

    assert world.save(release(60)).state == "killed"
    assert revisions.undo(base=revisions.head(), **WHO).state == "killed"
    with pytest.raises(NotPossible):
        revisions.pause(base=revisions.head(), **WHO)
    with pytest.raises(NotPossible):
        revisions.finish(base=revisions.head(), **WHO)


def test_undo_is_a_new_revision_with_the_release_before(world: World) -> None:
    first = world.save(release(20))
    world.save(release(40))
    revisions = world.control_plane().history.revisions

    undone = revisions.undo(base=revisions.head(), **WHO)

    assert (undone.number, undone.epoch, undone.state) == (3, 2, "active")
    assert undone.document == first.document


def test_undo_looks_past_revisions_that_changed_no_release(world: World) -> None:
    first = world.save(release(20))
    world.save(release(40))
    world.kill()
    world.resume()
    revisions = world.control_plane().history.revisions

    undone = revisions.undo(base=revisions.head(), **WHO)

    assert (undone.document, undone.state) == (first.document, "active")


def test_undo_to_a_killed_revision_takes_its_release_only(world: World) -> None:
    world.save(release(20))
    killed = world.kill()
    world.resume()
    world.save(release(40))
    revisions = world.control_plane().history.revisions

    undone = revisions.undo(base=revisions.head(), to=killed.number, **WHO)

    assert (undone.state, json.loads(undone.document)["rules"][0]["percent"]) == ("active", 20)


def test_nothing_to_undo(world: World) -> None:
    world.save(release(20))
    revisions = world.control_plane().history.revisions

    with pytest.raises(NotPossible, match="no earlier release"):
        revisions.undo(base=revisions.head(), **WHO)


def test_a_pause_moves_nobody(world: World) -> None:
    world.save(release(20))
    revisions = world.control_plane().history.revisions

    paused = revisions.pause(base=revisions.head(), **WHO)
    resumed = revisions.resume(base=paused.head, **WHO)

    assert [paused.epoch, resumed.epoch] == [1, 1]
    assert [paused.state, resumed.state] == ["paused", "active"]


def test_finish(world: World) -> None:
    world.save(release(20))
    revisions = world.control_plane().history.revisions

    finished = revisions.finish(base=revisions.head(), **WHO)

    assert (finished.state, finished.epoch) == ("finished", 2)
    with pytest.raises(NotPossible):
        revisions.finish(base=finished.head, **WHO)


def test_a_kill_without_a_release_cannot_be_resumed_but_given_one(world: World) -> None:
    world.kill()
    with pytest.raises(NotPossible, match="save one first"):
        world.resume()

    assert world.save(release(20)).state == "killed"
    assert world.resume().state == "active"


def test_a_restored_table_goes_on_above_what_it_lost(world: World) -> None:
    world.save(release(20))
    revisions = world.control_plane().history.revisions
    head = revisions.head()
    assert head

    renumbered = revisions.renumber(above_revision=60, epoch=9, base=head, **WHO)

    assert (renumbered.number, renumbered.epoch, renumbered.parent) == (61, 9, 1)
    assert world.save(release(20)).number == 62
