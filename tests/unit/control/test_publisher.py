"""What a run publishes, and when it does not."""

import cProfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from tests.support.aws.config_table import TABLE
from tests.support.control.world import BUCKET, PREFIX, Moment, World, release

from gray.dynamodb_values import to_item
from gray.edge.config import Fence, Stamp, files_text, killed_config, stamped
from gray.publish.publisher import Publisher, PublishRequest
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.publication_log import PUBLISHED, REFUSED, SKIPPED, SUPERSEDED, PublicationLog
from gray.publish.repair.drift import check_drift

DAY = 24 * 3600


@pytest.fixture
def world() -> World:
    """An environment with v2 registered and a first release published."""
    world = World()
    world.register()
    world.save(release(20))
    assert world.scheduled().record
    return world


def calls_of(world: World, run: Any) -> list[str]:
    calls: list[str] = []

    def note(moment: Moment, call: str) -> None:
        if moment == "before":
            calls.append(call)

    run(note)
    return calls


def test_the_first_publication_reaches_every_place(world: World) -> None:
    assert stamped(world.config) == Stamp(1, 1, 1, until=1800086400)
    assert world.store.items["fence"] == "1"
    assert world.current.revision == 1
    assert world.current.lanes == {"v2": ":api2:a/live"}
    assert world.announced == [
        {"environment": "test", "sequence": 1, "revision": 1, "epoch": 1, "state": "active", "trigger": "scheduled"}
    ]
    saved = EdgeConfig(world.s3, BUCKET).read()  # type: ignore[arg-type]
    assert set(saved) == {"config", "fence"}
    assert "A" * 43 not in str(saved)


def test_a_run_with_nothing_to_do_makes_no_paid_call_and_no_write(world: World) -> None:
    calls = calls_of(world, world.scheduled)

    assert sorted(calls) == [
        "dynamodb.get_item",  # ledger
        "dynamodb.get_item",  # HEAD
        "dynamodb.query",  # lanes
        "lane.health",
        "ssm.get_parameters_by_path",
    ]


def test_a_change_of_one_rule_is_one_update(world: World) -> None:
    world.save(release(30))
    before = len(world.store.calls)

    record = world.publish()

    assert (record.status, record.updates, record.calls, record.keys) == (PUBLISHED, 1, 3, 2)
    assert world.store.calls[before:] == ["DescribeKeyValueStore", "ListKeys", "UpdateKeys"]


def test_what_says_published_is_written_after_what_is(world: World) -> None:
    """docs/runbooks and `grayctl status` believe the parameter, and others the event."""
    world.save(release(30))

    calls = calls_of(world, world.scheduled)

    order = ["s3.put_object", "store.update_keys", "ssm.put_parameter", "events.put_events"]
    assert sorted(order, key=calls.index) == order


def test_nothing_is_written_when_nothing_changed(world: World) -> None:
    before = len(world.store.calls)

    assert world.publish().status == SKIPPED
    assert len(world.store.calls) == before


def test_a_stream_event_for_what_is_published_costs_no_sequence(world: World) -> None:
    assert world.scheduled().record is None
    assert world.control_plane().records.log.last_sequence() == 1


# the lease


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


# what is refused


@pytest.mark.parametrize(
    "document",
    ["", "garbage", "[]", "{}", '{"salt":"8f3kq1zt","rules":[{"id":"a","lane":"v1","percent":5}]}'],
)
def test_an_invalid_release_written_by_hand_changes_nothing_at_the_edge(world: World, document: str) -> None:
    config = world.config
    item: Any = {"pk": "revision", "sk": 2, "epoch": 2, "state": "active", "release": document, "via": "hand"}
    world.dynamodb.put_item(TableName=TABLE, Item=to_item(item))
    world.dynamodb.put_item(
        TableName=TABLE, Item=to_item({"pk": "head", "sk": 0, "revision": 2, "epoch": 2, "state": "active"})
    )

    record = world.publish()

    assert record.status == REFUSED
    assert record.errors
    assert world.config == config


def test_a_revision_that_is_gone_is_no_reason_to_touch_the_edge(world: World) -> None:
    world.save(release(30))
    del world.dynamodb.table["revision", 2]
    config = world.config

    record = world.publish()

    assert (record.status, world.config) == (REFUSED, config)


@pytest.mark.parametrize("broken", ["unregistered", "unhealthy", "refused"])
def test_a_rule_leads_to_no_lane_that_is_not_ready(broken: str) -> None:
    world = World()
    if broken == "unhealthy":
        world.register()
        world.unhealthy["v2"] = "the API of v2 answers its health check with 500"
    if broken == "refused":
        world.register()
        world.apigateway.apis["api2"] = "somebody-elses"
    world.save(release(20))

    record = world.publish()

    assert record.status == REFUSED
    assert "v2" in record.errors[0]
    assert world.store.items == {}


def test_a_lane_that_no_rule_leads_to_need_not_be_there() -> None:
    world = World()
    world.save(release(None))

    assert world.publish().status == PUBLISHED
    assert world.current.lanes == {}

    world.register()
    run = world.scheduled()

    assert run.why == "lanes"
    assert world.current.lanes == {"v2": ":api2:a/live"}


def test_a_refused_release_is_published_when_its_lane_comes(world: World) -> None:
    world = World()
    world.save(release(20))
    world.scheduled()
    world.register()

    assert world.scheduled().record
    assert world.current.revision == 1


def test_a_release_can_be_finished_when_its_lane_is_gone(world: World) -> None:
    world.unregister()
    revisions = world.control_plane().history.revisions
    revisions.finish(author="anna", reason="done", via="cli", base=revisions.head())

    assert world.publish().status == PUBLISHED
    assert world.current.state == "finished"


# lanes that fail


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


# the kill


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


# a kill written straight into the store


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


class _Taken(PublicationLog):
    """A run's records: it took its sequence a while ago."""

    def __init__(self, world: World, sequence: int) -> None:
        super().__init__(cast(Any, world.dynamodb), TABLE)
        self._sequence = sequence

    def next_sequence(self) -> int:
        return self._sequence


def test_a_higher_sequence_that_read_an_older_head_does_not_publish_over_a_newer_revision(world: World) -> None:
    """docs/decisions/0202: the sequence is taken first and HEAD read after, so the two orders may differ."""
    world.save(release(30))
    slow = world.control_plane().records.log.next_sequence()
    done: list[str] = []

    def meanwhile(moment: Moment, call: str) -> None:
        if call != "ssm.get_parameters_by_path" or done:
            return  # between reading HEAD and the first write
        done.append("begun")
        world.save(release(40))
        plane = world.control_plane()
        late = replace(plane, records=replace(plane.records, log=_Taken(world, slow)))
        done.append(Publisher(late).publish(PublishRequest("stream")).status)

    record = world.publish(meanwhile)

    assert done == ["begun", PUBLISHED]
    assert record.status == SUPERSEDED
    assert stamped(world.config).revision == 3  # type: ignore[union-attr]
    world.scheduled()
    revisions = [stamp.revision for state in world.store.history if (stamp := stamped(state.get("config")))]
    assert revisions == sorted(revisions)
    assert world.current.revision == 3
    assert check_drift(world.control_plane(), every=0, repair=False) == []


def test_a_publication_validates_and_compiles_once(world: World) -> None:
    """Whether a release fits at the edge is seen by compiling it, so its size is not asked a second time."""
    world.save(release(30))
    with cProfile.Profile() as profile:
        assert world.publish().status == PUBLISHED
    calls = Counter[str]()
    for entry in profile.getstats():
        if not isinstance(entry.code, str) and "/src/gray/" in entry.code.co_filename:
            calls[f"{Path(entry.code.co_filename).stem}.{entry.code.co_name}"] += entry.callcount
    names = ("revision.release", "whole.problems", "prepare.compile_target", "compile.encoded", "check._size_problems")
    assert [calls[name] for name in names] == [1, 1, 1, 1, 0]
